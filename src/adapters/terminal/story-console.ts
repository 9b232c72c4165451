import { clock, drawnBar, minute } from "./backfill-console.ts";
import { counted, grouped } from "./counts.ts";
import { Notices } from "./notices.ts";
import type { Terminal } from "./terminal.ts";

/** What a console of a story's past is made with. */
export interface StoryConsoleOptions {
  readonly terminal: Terminal;
  readonly mode: "lines" | "json";
  readonly quiet: boolean;
  /** What is told at once, ms since 1970. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
}

const CLEAR_LINE = "\r\u001b[2K";
/** A bar is drawn anew this often, milliseconds; without a terminal a line comes every so many. */
const REDRAW_MS = 200;
const LINE_MS = 5_000;

/** Shows how a line's past is told: a bar on a terminal, a line now and then elsewhere, JSON Lines for programs. */
export class StoryConsole {
  readonly #options: StoryConsoleOptions;
  readonly #notices: Notices;
  readonly #startedAt: number;
  #shownAt: number;

  constructor(options: StoryConsoleOptions) {
    this.#options = options;
    this.#notices = new Notices(options);
    this.#startedAt = options.now();
    this.#shownAt = this.#startedAt;
  }

  /** Says what comes. */
  started(text: string): void {
    const { mode, fromMs, untilMs } = this.#options;
    if (mode === "json") {
      const [from, until] = [fromMs, untilMs].map((ms) => new Date(ms).toISOString());
      this.#notices.event("historyStarted", { text, from, until });
    } else this.#say(text);
  }

  progress(messages: number, reachedMs: number): void {
    const { mode, quiet, terminal, now, fromMs, untilMs } = this.#options;
    const bar = mode === "lines" && terminal.columns !== null;
    if (quiet || now() - this.#shownAt < (bar ? REDRAW_MS : LINE_MS)) return;
    this.#shownAt = now();
    const share = Math.min(1, Math.max(0, (reachedMs - fromMs) / Math.max(1, untilMs - fromMs)));
    const percent = Math.floor(share * 100);
    const reached = new Date(reachedMs).toISOString();
    if (mode === "json") {
      this.#notices.event("historyProgress", { percent, reached, messages });
      return;
    }
    const leftS = share === 0 ? 0 : ((now() - this.#startedAt) * (1 - share)) / share / 1_000;
    const words = `${percent} %  ${minute(reachedMs)}  ${grouped(messages)} messages  ${clock(leftS)} left`;
    if (bar)
      terminal.err.write(`${CLEAR_LINE}${drawnBar(share)} ${words}`.slice(0, (terminal.columns ?? 80) + 4));
    else this.#say(words);
  }

  ended(messages: number, reachedMs: number, complete: boolean): void {
    const { mode, quiet, terminal, now } = this.#options;
    const seconds = (now() - this.#startedAt) / 1_000;
    if (mode === "json") {
      const reached = new Date(reachedMs).toISOString();
      this.#notices.event("historyEnded", {
        complete,
        reached,
        messages,
        seconds: Number(seconds.toFixed(3)),
      });
      return;
    }
    if (terminal.columns !== null) terminal.err.write(CLEAR_LINE);
    if (quiet) return;
    const what = `${counted(messages, "message")} of the past in ${seconds.toFixed(1)} s`;
    this.#say(complete ? `${what}; from here on live` : `${what}; the rest follows at the next start`);
  }

  #say(text: string): void {
    this.#notices.say({ level: "info", code: "history", text });
  }
}
