import { jsonLine } from "./json-line.ts";
import { type Piece, renderLine } from "./styled-text.ts";
import type { Terminal } from "./terminal.ts";

type NoticeLevel = "info" | "warning" | "error";

/** Something that happened and is worth a line of its own. */
export interface Notice {
  readonly level: NoticeLevel;
  /** What kind of thing: an error's code, or a word as `connection-refused`. Stable, for filters and alerts. */
  readonly code: string;
  readonly text: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** The priorities of syslog, which the journal reads at the beginning of a line (sd-daemon(3)). */
const PRIORITY = { error: "<3>", warning: "<4>", info: "<6>" } as const satisfies Record<NoticeLevel, string>;

/** A report of some lines as the journal takes it. */
export function asJournalErrors(report: string): string {
  return report.replace(/^(?=.)/gm, PRIORITY.error);
}

/** Where notices go, and in which form. */
export interface NoticesOptions {
  readonly terminal: Terminal;
  readonly mode: "lines" | "json";
  /** No notice of level info. */
  readonly quiet: boolean;
  /** Milliseconds since 1970. */
  readonly wallNow?: (() => number) | undefined;
}

/**
 * Writes notices for whoever reads: words for a person at a terminal; time, level, code and words in one line for a
 * file or a log collector; a priority instead of time and level for the journal, which has a time of its own; a line of
 * JSON for programs.
 *
 * WHY no logging library: what a line looks like for four kinds of reader is all there is to it, output that can't keep
 * up is the console's business, and there is one sink.
 */
export class Notices {
  readonly #options: NoticesOptions;

  constructor(options: NoticesOptions) {
    this.#options = options;
  }

  /**
   * @param event what JSON calls it
   * @param more what JSON says beside it
   */
  say(notice: Notice, event = "notice", more: Readonly<Record<string, unknown>> = {}): void {
    const { level, code, text, hint } = notice;
    const { terminal, mode, quiet } = this.#options;
    if (level === "info" && quiet) return;
    if (mode === "json") {
      this.event(event, { level, code, text, ...(hint === undefined ? {} : { hint }), ...more });
      return;
    }
    const out = level === "info" ? terminal.out : terminal.err;
    if (terminal.columns === null || terminal.journal === true) {
      out.write(`${renderLine([{ text: this.#collected(notice) }], null, false)}\n`);
      return;
    }
    if (level === "info") {
      const pieces: Piece[] = [{ text: `conche: ${text}`, style: "dim" }];
      out.write(`${renderLine(pieces, terminal.columns, terminal.colour)}\n`);
      return;
    }
    const named = code.startsWith("CONCHE_") ? codeFirst(notice) : text;
    const lines = [`conche: ${named}`, ...(hint === undefined ? [] : [`  what to do: ${hint}`])];
    for (const line of lines) out.write(`${renderLine([{ text: line }], null, false)}\n`);
  }

  /** A line of JSON with the time it was written. */
  event(event: string, fields: Readonly<Record<string, unknown>>): void {
    this.#options.terminal.out.write(`${jsonLine({ event, at: this.#time(), ...fields })}\n`);
  }

  /** Lines that belong together, as a banner: the journal gets each as an entry, without the blank ones. */
  block(lines: readonly string[]): void {
    const { terminal } = this.#options;
    const shown =
      terminal.journal === true
        ? lines.filter((line) => line.trim() !== "").map((line) => `${PRIORITY.info}${line}`)
        : lines;
    terminal.out.write(`${shown.join("\n")}\n`);
  }

  #collected(notice: Notice): string {
    const { level, hint } = notice;
    const said = `${codeFirst(notice)}${hint === undefined ? "" : ` (what to do: ${hint})`}`;
    return this.#options.terminal.journal === true
      ? `${PRIORITY[level]}${said}`
      : `${this.#time()} ${level} ${said}`;
  }

  #time(): string {
    return new Date((this.#options.wallNow ?? Date.now)()).toISOString();
  }
}

/** `CODE: words`; many words begin with their code already. */
function codeFirst({ code, text }: Notice): string {
  return text.startsWith(`${code}:`) ? text : `${code}: ${text}`;
}
