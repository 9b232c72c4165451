import { flagNames, IMPLAUSIBLE_FLAGS } from "../../contract/policy.ts";
import type { ConcheError } from "../../errors/conche-error.ts";
import type { CommittedGroup, IngestObserver } from "../../ingest/observer.ts";
import type { LogRecord, QuarantineRecord } from "../../log/message-log.ts";
import { bannerLines, type Whereabouts } from "./banner.ts";
import { closingLines } from "./closing-summary.ts";
import { counted, grouped } from "./counts.ts";
import { INTERVAL_SECONDS, IntervalTally } from "./interval-tally.ts";
import { jsonLine, jsonLineWith } from "./json-line.ts";
import { type FlowSecond, MessageFlow } from "./message-flow.ts";
import { messageLine, quarantineLine } from "./message-line.ts";
import { type Notice, Notices } from "./notices.ts";
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
  /** A line per message: `always`, `never`, or `auto`, where a person looks and hasn't asked for JSON. */
  readonly messages?: string;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallNow?: () => number;
  /** The unit of a machine's tag, where the plant says it. */
  readonly unitOf?: (machine: string, tag: string) => string | undefined;
}

/** A failing commit is repeated every few moments; the console says so this seldom, milliseconds. */
const FAILURE_REMINDER_MS = 10_000;

/**
 * Shows what is ingested. To a person at a terminal a line per message while there are few, a line per second while
 * there are many; a line per minute to everybody else, for whom a log of the log would be no use. Keeps nothing: what a slow reader of the output would make pile up is left out and counted.
 */
export class IngestConsole implements IngestObserver {
  readonly #options: IngestConsoleOptions;
  readonly #notices: Notices;
  readonly #perMessage: boolean;
  readonly #flow = new MessageFlow();
  readonly #interval = new IntervalTally();
  #secondsOfInterval = 0;
  readonly #tally = new RunTally();
  readonly #startedAt: number;
  #timer: NodeJS.Timeout | undefined;
  #leftOut = 0;
  #tellingPast = false;
  #simulation: SimulationTally | undefined;
  #failure: { readonly code: string; readonly since: number; shownAt: number } | undefined;

  constructor(options: IngestConsoleOptions) {
    const { terminal, mode, messages = "auto" } = options;
    this.#options = options;
    this.#notices = new Notices(options);
    this.#perMessage =
      messages === "always" || (messages === "auto" && mode === "lines" && terminal.columns !== null);
    this.#startedAt = options.now();
  }

  /** Says where everything is, and begins with the seconds. */
  opened(where: Whereabouts): void {
    if (this.#options.mode === "json") this.#notices.event("started", { ...where });
    else this.#notices.block(bannerLines(where, this.#options.terminal));
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
    if (!this.#perMessage) {
      this.#interval.add(group);
      return;
    }
    this.#flow.committed(group.duplicates, group.durationMs);
    if (this.#options.quiet) return;
    for (const record of group.messages) {
      const standsOut = record.topic.type === "alarm" || (record.flags & IMPLAUSIBLE_FLAGS) !== 0;
      if (this.#flow.take("stored", standsOut)) this.#showStored(record);
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
    const next = retryInMs === undefined ? "" : " (nothing is acknowledged; trying again)";
    const notice: Notice = { level: "error", code, text: `${message}${next}`, hint };
    this.#notices.say(notice, "commitFailed", { message, retryInMs: retryInMs ?? null });
  }

  /** A line about something else that happened: a connection lost or back, a client refused. */
  notice(notice: Notice): void {
    this.#notices.say(notice);
  }

  /** Ends a second of the flow. The console's own timer calls it. */
  endSecond(): void {
    if (!this.#perMessage) this.#endSecondOfInterval();
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
      this.#notices.event("stopped", {
        ...run,
        ...(simulation === undefined ? {} : { simulation: simulationFields(simulation) }),
      });
    } else this.#notices.block(closingLines(run, simulation, this.#options.terminal));
  }

  #endSecondOfInterval(): void {
    this.#secondsOfInterval += 1;
    if (this.#secondsOfInterval < INTERVAL_SECONDS) return;
    this.#secondsOfInterval = 0;
    const told = this.#interval.end();
    if (told !== undefined)
      this.#notices.say(told.notice, "ingested", { seconds: INTERVAL_SECONDS, ...told.fields });
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
      this.#notices.event("rate", { stored, duplicates, quarantined, longestCommitMs });
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
    if (this.#options.mode === "json") this.#notices.event("leftOut", { lines: count });
    else
      this.#lines([
        this.#render([{ text: `(${counted(count, "line")} left out: the output is slow)`, style: "dim" }]),
      ]);
  }

  #recovered(): void {
    if (this.#failure === undefined) return;
    const seconds = ((this.#options.now() - this.#failure.since) / 1_000).toFixed(1);
    this.#failure = undefined;
    this.notice({
      level: "warning",
      code: "commits-resumed",
      text: `commits succeed again, after ${seconds} s`,
    });
  }

  /** Lines about single messages may be left out when the output doesn't keep up; all others are few. */
  #messageLine(line: string): void {
    if (this.#options.terminal.out.writableNeedDrain) this.#leftOut += 1;
    else this.#lines([line]);
  }

  #lines(lines: readonly string[]): void {
    this.#options.terminal.out.write(`${lines.join("\n")}\n`);
  }

  #render(pieces: readonly Piece[]): string {
    const { columns, colour } = this.#options.terminal;
    return renderLine(pieces, columns, colour);
  }
}
