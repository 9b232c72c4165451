import type { Terminal } from "./terminal.ts";

/** A page that is drawn again and again in one place. */
export interface Screen {
  draw(lines: readonly string[]): void;
  /** Gives the terminal back as it was. */
  leave(): void;
}

const ENTER = "\x1b[?1049h\x1b[?25l";
const LEAVE = "\x1b[?25h\x1b[?1049l";
const HOME = "\x1b[H";
const END_OF_LINE = "\x1b[K";
const END_OF_PAGE = "\x1b[J";
const FALLBACK_ROWS = 24;

/**
 * Where a person looks, the page stands on the terminal's second screen: nothing flickers, nothing scrolls, and what
 * stood there before comes back. Elsewhere one page follows the other.
 */
export function screenOf(terminal: Pick<Terminal, "out" | "columns" | "rows">): Screen {
  const { out } = terminal;
  if (terminal.columns === null) {
    return { draw: (lines) => void out.write(`${lines.join("\n")}\n\n`), leave() {} };
  }
  out.write(ENTER);
  return {
    draw(lines) {
      const rows = terminal.rows ?? FALLBACK_ROWS;
      const more = lines.length - rows;
      const shown =
        more > 0
          ? [...lines.slice(0, rows - 1), `… ${more + 1} more lines: a taller window has them`]
          : lines;
      out.write(`${HOME}${shown.map((line) => `${line}${END_OF_LINE}`).join("\r\n")}${END_OF_PAGE}`);
    },
    leave() {
      out.write(LEAVE);
    },
  };
}
