import { grouped } from "./counts.ts";
import { jsonLine } from "./json-line.ts";
import { type Notice, Notices } from "./notices.ts";
import type { Terminal } from "./terminal.ts";

/** What a backfill shows itself with. */
export interface BackfillConsoleOptions {
  readonly terminal: Terminal;
  readonly mode: "lines" | "json";
  readonly quiet: boolean;
  /** Begin and end of the history, milliseconds since 1970. */
  readonly startMs: number;
  readonly endMs: number;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
}

/** How far a backfill came, and what it made. */
export interface BackfillEnd {
  readonly messages: number;
  readonly reachedMs: number;
  /** Whether the whole history is there. */
  readonly complete: boolean;
  readonly logBytes?: number;
  readonly refused?: number;
  readonly unheard?: number;
}

const CLEAR_LINE = "\r\u001b[2K";
const BAR_WIDTH = 24;
/** A bar is drawn anew this often, milliseconds; without a terminal a line comes every so many. */
const REDRAW_MS = 200;
const LINE_MS = 5_000;
/** The rate shown is that of so many milliseconds. */
const RATE_MS = 3_000;

/** Shows how far a backfill has come: a bar on a terminal, a line now and then elsewhere, JSON Lines for programs. */
export class BackfillConsole {
  readonly #options: BackfillConsoleOptions;
  readonly #notices: Notices;
  readonly #startedAt: number;
  /** Moments of the last seconds, with the messages that were there. */
  readonly #recent: { readonly at: number; readonly messages: number }[];
  #shownAt: number;

  constructor(options: BackfillConsoleOptions) {
    this.#options = options;
    this.#notices = new Notices(options);
    this.#startedAt = options.now();
    this.#shownAt = this.#startedAt;
    this.#recent = [{ at: this.#startedAt, messages: 0 }];
  }

  /** Says what is about to be made: words for people, fields for programs. */
  started(text: string, fields: Readonly<Record<string, unknown>>): void {
    if (this.#options.mode === "json") this.#out(jsonLine({ event: "started", ...fields }));
    else if (!this.#options.quiet) this.#out(text);
  }

  progress(messages: number, reachedMs: number): void {
    const { mode, quiet, terminal, now } = this.#options;
    if (quiet) return;
    const at = now();
    const bar = mode === "lines" && terminal.columns !== null;
    if (at - this.#shownAt < (bar ? REDRAW_MS : mode === "json" ? 1_000 : LINE_MS)) return;
    this.#shownAt = at;
    this.#recent.push({ at, messages });
    while (this.#recent.length > 2 && at - (this.#recent[1]?.at ?? at) >= RATE_MS) this.#recent.shift();
    const share = this.#share(reachedMs);
    const rate = this.#rate(at, messages);
    const leftS = share === 0 ? 0 : ((at - this.#startedAt) * (1 - share)) / share / 1_000;
    if (mode === "json") {
      const seconds = Number(leftS.toFixed(1));
      const reached = new Date(reachedMs).toISOString();
      this.#out(
        jsonLine({
          event: "progress",
          percent: percent(share),
          reached,
          messages,
          rate,
          secondsLeft: seconds,
        }),
      );
      return;
    }
    const words = `${percent(share)} %  ${minute(reachedMs)}  ${grouped(rate)} messages/s  ${clock(leftS)} left`;
    if (bar)
      terminal.err.write(`${CLEAR_LINE}${drawnBar(share)} ${words}`.slice(0, (terminal.columns ?? 80) + 4));
    else this.#out(words);
  }

  /** A line about something else, above the bar. */
  notice(notice: Notice): void {
    if (this.#options.mode === "lines") this.#options.terminal.err.write(this.#clear());
    this.#notices.say(notice);
  }

  ended(end: BackfillEnd): void {
    const { mode, now, startMs, terminal } = this.#options;
    const seconds = (now() - this.#startedAt) / 1_000;
    const rate = Math.round(end.messages / Math.max(seconds, 0.001));
    if (mode === "json") {
      const { messages, complete, reachedMs, ...more } = end;
      const reached = new Date(reachedMs).toISOString();
      this.#out(
        jsonLine({
          event: "stopped",
          complete,
          reached,
          messages,
          seconds: Number(seconds.toFixed(3)),
          rate,
          ...more,
        }),
      );
      return;
    }
    terminal.err.write(this.#clear());
    const size = end.logBytes === undefined ? "" : `, ${(end.logBytes / 1e6).toFixed(1)} MB`;
    const refused = end.refused === undefined ? "" : `, ${grouped(end.refused)} refused`;
    const unheard = end.unheard ? `, ${grouped(end.unheard)} without a subscriber` : "";
    const span = `${minute(startMs)} to ${minute(end.reachedMs)}`;
    this.#out(
      `${end.complete ? "done" : "stopped early"}: ${span}, ${grouped(end.messages)} messages${refused}${unheard}${size}, ` +
        `in ${clock(seconds)} (${grouped(rate)} messages/s)`,
    );
  }

  /** Takes the bar away, for what is to be said instead. */
  abandoned(): void {
    this.#options.terminal.err.write(this.#clear());
  }

  #share(reachedMs: number): number {
    const { startMs, endMs } = this.#options;
    return Math.min(1, Math.max(0, (reachedMs - startMs) / (endMs - startMs)));
  }

  #rate(at: number, messages: number): number {
    const [first] = this.#recent;
    if (first === undefined || at <= first.at) return 0;
    return Math.round(((messages - first.messages) / (at - first.at)) * 1_000);
  }

  #clear(): string {
    return this.#options.mode === "lines" && this.#options.terminal.columns !== null ? CLEAR_LINE : "";
  }

  #out(line: string): void {
    this.#options.terminal.out.write(`${line}\n`);
  }
}

function percent(share: number): number {
  return Math.floor(share * 100);
}

/** How much of something is done, as a bar. */
export function drawnBar(share: number): string {
  const full = Math.floor(share * BAR_WIDTH);
  return `[${"#".repeat(full)}${"-".repeat(BAR_WIDTH - full)}]`;
}

/** `2026-01-11 08:30` */
export function minute(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace("T", " ");
}

/** `4:05`, `1:02:03` */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = `${Math.floor(whole / 60) % 60}`;
  return whole < 3_600
    ? `${minutes}:${two(whole % 60)}`
    : `${Math.floor(whole / 3_600)}:${minutes.padStart(2, "0")}:${two(whole % 60)}`;
}
