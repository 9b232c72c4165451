import type { ForwardStatus } from "../../edge/forwarding/forward-status.ts";
import { bannerLines, type Whereabouts } from "./banner.ts";
import { counted, grouped } from "./counts.ts";
import { type Notice, Notices } from "./notices.ts";
import { type Piece, renderLine } from "./styled-text.ts";
import { renderTable, type TableCell } from "./table.ts";
import type { Terminal } from "./terminal.ts";

/** What a console of an edge or bridge is made with. */
export interface ForwardConsoleOptions {
  readonly terminal: Terminal;
  /** `lines` for people, `json` (JSON Lines) for programs. */
  readonly mode: "lines" | "json";
  /** Only start, stop and errors. */
  readonly quiet: boolean;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallNow?: () => number;
}

/** Where nobody reads along, what passed is said once in so many seconds. */
const INTERVAL_SECONDS = 60;

/** What passed in a while, and what waits at its end. */
interface Flow {
  readonly received: number;
  readonly taken: number;
  readonly receipted: number;
  readonly telemetryDropped: number;
  readonly waiting: number;
}

/** Shows what an edge or bridge does: a line per second (per minute without a terminal) while something happens, and what is out of the ordinary. */
export class ForwardConsole {
  readonly #options: ForwardConsoleOptions;
  readonly #notices: Notices;
  readonly #startedAt: number;
  readonly #every: number;
  #seconds = 0;
  #status: (() => ForwardStatus) | undefined;
  #last: Flow = { received: 0, taken: 0, receipted: 0, telemetryDropped: 0, waiting: 0 };
  readonly #links = new Map<string, boolean>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ForwardConsoleOptions) {
    this.#options = options;
    this.#notices = new Notices(options);
    this.#every = options.mode === "lines" && options.terminal.columns !== null ? 1 : INTERVAL_SECONDS;
    this.#startedAt = options.now();
  }

  /** Says where everything is, and begins with the seconds. */
  opened(where: Whereabouts, status: () => ForwardStatus): void {
    this.#status = status;
    this.#last = flowOf(status());
    if (this.#options.mode === "json") this.#notices.event("started", { ...where });
    else this.#notices.block(bannerLines(where, this.#options.terminal));
    this.#timer ??= setInterval(() => this.endSecond(), 1_000).unref();
  }

  /** A side is there, or not any more; said when it changes. */
  link(side: "local" | "cloud", up: boolean, detail: string): void {
    if (this.#links.get(side) === up) return;
    this.#links.set(side, up);
    const level = up ? "info" : "warning";
    const code = up ? "link-up" : "link-down";
    // A program that follows the links needs both ends of an outage, however quiet it is asked to be.
    if (this.#options.mode === "json") this.#notices.event("link", { level, code, side, up, detail });
    else this.#notices.say({ level, code, text: `${side}: ${detail}` });
  }

  /** A line about something else that happened. */
  notice(notice: Notice): void {
    this.#notices.say(notice);
  }

  /** Ends a second. The console's own timer calls it. */
  endSecond(): void {
    if (this.#status === undefined) return;
    this.#seconds += 1;
    if (this.#seconds % this.#every !== 0) return;
    const now = flowOf(this.#status());
    const { received, taken, receipted, telemetryDropped } = this.#last;
    const second: Flow = {
      received: now.received - received,
      taken: now.taken - taken,
      receipted: now.receipted - receipted,
      telemetryDropped: now.telemetryDropped - telemetryDropped,
      waiting: now.waiting,
    };
    this.#last = now;
    const silent = second.received === 0 && second.receipted === 0 && second.telemetryDropped === 0;
    if (silent || this.#options.quiet || this.#options.terminal.out.writableNeedDrain) return;
    if (this.#every === 1) this.#notices.block([this.#render(flowLine(second))]);
    else {
      const text = flowLine(second, "messages")
        .map((piece) => piece.text)
        .join("");
      const level = second.telemetryDropped > 0 ? "warning" : "info";
      this.#notices.say({ level, code: "forwarded", text }, "rate", { seconds: this.#every, ...second });
    }
  }

  /** Ends with the summary of the run. */
  closed(status: ForwardStatus): void {
    clearInterval(this.#timer);
    const seconds = (this.#options.now() - this.#startedAt) / 1_000;
    const { counts, down, edge } = status;
    const { durable, telemetry } = edge.waiting;
    if (this.#options.mode === "json") {
      const { receipted, telemetryDropped, refused, unheard } = edge;
      const waiting = { durable: durable.messages, telemetry: telemetry.messages };
      this.#notices.event("stopped", {
        seconds,
        ...counts,
        receipted,
        telemetryDropped,
        refused,
        unheard,
        waiting,
        down,
      });
      return;
    }
    const rows: TableCell[][] = [
      ["received", grouped(counts.received), ""],
      ["taken over", grouped(counts.taken), ""],
      ["confirmed by receipt", grouped(edge.receipted), ""],
      [
        "waiting",
        grouped(durable.messages + telemetry.messages),
        waitingRemark(durable.messages + telemetry.messages),
      ],
      ...optional("known already", counts.repeated + counts.replayed, "sent again by the local side"),
      ...optional("outside the namespace", counts.misplaced, "in the data center's quarantine"),
      ...optional("came back", counts.looped, "a loop: see docs/bridge.md"),
      ...optional("telemetry dropped", edge.telemetryDropped, "the oldest, to make room"),
      ...optional("dropped", counts.dropped, "too large to be kept"),
      ...optional("refused above", edge.refused, "kept, and tried again"),
    ];
    const title = `Stopped after ${seconds.toFixed(1)} s; everything that was taken over has its receipt or is in the outbox.`;
    const columns = [{ title: "this run" }, { title: "messages", align: "right" as const }, { title: "" }];
    this.#notices.block(["", title, "", renderTable(columns, rows, this.#options.terminal), ""]);
  }

  #render(pieces: readonly Piece[]): string {
    const { columns, colour } = this.#options.terminal;
    return renderLine(pieces, columns, colour);
  }
}

function flowOf({ counts, edge }: ForwardStatus): Flow {
  const { durable, telemetry } = edge.waiting;
  return {
    received: counts.received,
    taken: counts.taken,
    receipted: edge.receipted,
    telemetryDropped: edge.telemetryDropped,
    waiting: durable.messages + telemetry.messages,
  };
}

function flowLine({ taken, receipted, telemetryDropped, waiting }: Flow, unit = "messages/s"): Piece[] {
  const dropped: Piece[] =
    telemetryDropped === 0
      ? []
      : [{ text: `, ${counted(telemetryDropped, "telemetry message")} dropped`, style: "red" }];
  return [
    { text: `${grouped(taken)} ${unit} taken over`, style: "bold" },
    { text: `, ${grouped(receipted)} confirmed, ${grouped(waiting)} waiting`, style: "dim" },
    ...dropped,
  ];
}

function optional(what: string, count: number, remark: string): TableCell[][] {
  return count === 0 ? [] : [[what, grouped(count), remark]];
}

function waitingRemark(count: number): string {
  return count === 0 ? "" : "in the outbox, for the next start";
}
