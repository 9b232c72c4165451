import { flagNames, IMPLAUSIBLE_FLAGS } from "../../contract/policy.ts";
import type { ConcheError } from "../../errors/conche-error.ts";
import type { CommittedGroup, IngestObserver } from "../../ingest/observer.ts";
import type { LogRecord, QuarantineRecord } from "../../log/message-log.ts";
import { bannerLines, type Whereabouts } from "./banner.ts";
import { closingLines } from "./closing-summary.ts";
import { counted, grouped } from "./counts.ts";
import { jsonLine, jsonLineWith } from "./json-line.ts";
import { type FlowSecond, MessageFlow } from "./message-flow.ts";
import { messageLine, quarantineLine } from "./message-line.ts";
import { RunTally } from "./run-tally.ts";
import { type SimulationTally, simulationFields } from "./simulation-line.ts";
import { type Piece, renderLine } from "./styled-text.ts";
import type { Terminal } from "./terminal.ts";

/** What a console is made with. */
export interface IngestConsoleOptions {
  readonly terminal: Terminal;
  /** `lines` for people, `json` (JSON Lines) for programs. */
  readonly mode: "lines" | "json";
  /** Only start, stop and errors. */
  readonly quiet: boolean;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** The unit of a machine's tag, where the plant says it. */
  readonly unitOf?: (machine: string, tag: string) => string | undefined;
}

/** A failing commit is repeated every few moments; the console says so this seldom, milliseconds. */
const FAILURE_REMINDER_MS = 10_000;

/**
 * Shows what is ingested: a line per message while there are few, a line per second while there are many. Keeps
 * nothing: what a slow reader of the output would make pile up is left out and counted.
 */
export class IngestConsole implements IngestObserver {
  readonly #options: IngestConsoleOptions;
  readonly #flow = new MessageFlow();
  readonly #tally = new RunTally();
  readonly #startedAt: number;
  #timer: NodeJS.Timeout | undefined;
  #leftOut = 0;
  #tellingPast = false;
  #simulation: SimulationTally | undefined;
  #failure: { readonly code: string; readonly since: number; shownAt: number } | undefined;

  constructor(options: IngestConsoleOptions) {
    this.#options = options;
    this.#startedAt = options.now();
  }

  /** Says where everything is, and begins with the seconds. */
  opened(where: Whereabouts): void {
    if (this.#options.mode === "json") this.#event("started", { ...where });
    else this.#lines(bannerLines(where, this.#options.terminal));
    this.#timer ??= setInterval(() => this.endSecond(), 1_000).unref();
  }

  /** While a past is told nobody wants to read it message by message. */
  tellingPast(telling: boolean): void {
    this.#tellingPast = telling;
  }

  committed(group: CommittedGroup): void {
    this.#tally.add(group);
    this.#recovered();
    if (this.#tellingPast) return;
    this.#flow.committed(group.duplicates, group.durationMs);
    if (this.#options.quiet) return;
    for (const record of group.messages) {
      if (this.#flow.take("stored", record.topic.type === "alarm")) this.#showStored(record);
    }
    for (const record of group.quarantined) {
      if (this.#flow.take("quarantined", true)) this.#showQuarantined(record);
    }
  }

  commitFailed(error: ConcheError, retryInMs?: number): void {
    const now = this.#options.now();
    const known = this.#failure?.code === error.code ? this.#failure : undefined;
    if (known !== undefined && retryInMs !== undefined && now - known.shownAt < FAILURE_REMINDER_MS) return;
    this.#failure = { code: error.code, since: known?.since ?? now, shownAt: now };
    const { code, message, hint } = error;
    if (this.#options.mode === "json") {
      this.#event("commitFailed", { code, message, hint, retryInMs: retryInMs ?? null });
      return;
    }
    const next = retryInMs === undefined ? "" : " (nothing is acknowledged; trying again)";
    this.#alert([{ text: `conche: ${code}: ${message}${next}` }]);
    this.#alert([{ text: `  what to do: ${hint}` }]);
  }

  /** A line about something else that happened: a connection lost or back, a client refused. */
  notice(level: "info" | "warning", text: string): void {
    if (level === "info" && this.#options.quiet) return;
    if (this.#options.mode === "json") this.#event("notice", { level, text });
    else if (level === "warning") this.#alert([{ text: `conche: ${text}` }]);
    else this.#lines([this.#render([{ text: `conche: ${text}`, style: "dim" }])]);
  }

  /** Ends a second of the flow. The console's own timer calls it. */
  endSecond(): void {
    const second = this.#flow.endSecond();
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    if (second !== undefined && !this.#options.quiet) this.#showRate(second);
    if (leftOut > 0) this.#showLeftOut(leftOut);
  }

  /** What the simulated line came to, for the summary. */
  simulated(counts: SimulationTally): void {
    this.#simulation = counts;
  }

  /** Ends with the summary of the run. */
  closed(): void {
    clearInterval(this.#timer);
    const run = this.#tally.summary((this.#options.now() - this.#startedAt) / 1_000);
    const simulation = this.#simulation;
    if (this.#options.mode === "json") {
      this.#event("stopped", {
        ...run,
        ...(simulation === undefined ? {} : { simulation: simulationFields(simulation) }),
      });
    } else this.#lines(closingLines(run, simulation, this.#options.terminal));
  }

  #showStored(record: LogRecord): void {
    const { topic, ts, payload, version, qos, retain, boot, seq, flags } = record;
    if (this.#options.mode === "json") {
      const { topic: name, type } = topic;
      const identity = { boot, seq, flags: flagNames(flags) };
      const fields = { event: "stored", topic: name, type, ts, version, qos, retain, ...identity };
      this.#messageLine(jsonLineWith(fields, "payload", payload));
    } else
      this.#messageLine(
        this.#render(
          messageLine({
            topic: topic.topic,
            type: topic.type,
            ts,
            payload,
            flags: flagNames(flags & IMPLAUSIBLE_FLAGS),
            unitOf: (tag) => this.#options.unitOf?.(topic.machineKey, tag),
          }),
        ),
      );
  }

  #showQuarantined({ topic, reason, detail }: QuarantineRecord): void {
    if (this.#options.mode === "json")
      this.#messageLine(jsonLine({ event: "quarantined", topic, reason, detail }));
    else this.#messageLine(this.#render(quarantineLine({ topic, reason, detail })));
  }

  #showRate(second: FlowSecond): void {
    const { stored, duplicates, quarantined, unshown, longestCommitMs } = second;
    if (this.#options.mode === "json") {
      this.#event("rate", { stored, duplicates, quarantined, longestCommitMs });
      return;
    }
    const part = (count: number, what: string): Piece[] =>
      count === 0
        ? []
        : [{ text: `, ${grouped(count)} ${what}`, style: what === "quarantined" ? "red" : "dim" }];
    const line: Piece[] = [
      { text: `${grouped(stored)} messages/s stored`, style: "bold" },
      ...part(duplicates, "duplicates"),
      ...part(quarantined, "quarantined"),
      ...part(unshown, "more alarms and quarantined messages not shown"),
      { text: `, longest commit ${longestCommitMs.toFixed(1)} ms`, style: "dim" },
    ];
    this.#lines([this.#render(line)]);
  }

  #showLeftOut(count: number): void {
    if (this.#options.mode === "json") this.#event("leftOut", { lines: count });
    else
      this.#lines([
        this.#render([{ text: `(${counted(count, "line")} left out: the output is slow)`, style: "dim" }]),
      ]);
  }

  #recovered(): void {
    if (this.#failure === undefined) return;
    const seconds = ((this.#options.now() - this.#failure.since) / 1_000).toFixed(1);
    this.#failure = undefined;
    this.notice("warning", `commits succeed again, after ${seconds} s`);
  }

  /** Lines about single messages may be left out when the output doesn't keep up; all others are few. */
  #messageLine(line: string): void {
    if (this.#options.terminal.out.writableNeedDrain) this.#leftOut += 1;
    else this.#lines([line]);
  }

  #event(event: string, fields: Readonly<Record<string, unknown>>): void {
    this.#options.terminal.out.write(`${jsonLine({ event, ...fields })}\n`);
  }

  #lines(lines: readonly string[]): void {
    this.#options.terminal.out.write(`${lines.join("\n")}\n`);
  }

  #alert(pieces: readonly Piece[]): void {
    this.#options.terminal.err.write(`${renderLine(pieces, null, false)}\n`);
  }

  #render(pieces: readonly Piece[]): string {
    const { columns, colour } = this.#options.terminal;
    return renderLine(pieces, columns, colour);
  }
}
