import { fstatSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import type { OutputLoss } from "./output-loss.ts";

/** Where commands read and write. Tests give streams in memory. */
export interface Terminal {
  readonly in: Readable;
  readonly out: Writable;
  readonly err: Writable;
  /** Characters per line of `out` when a person looks at it; null when it goes to a file or another program. */
  readonly columns: number | null;
  /** Lines of `out` when a person looks at it and it is known. */
  readonly rows?: number | null;
  /** Whether `out` may be coloured: a terminal that can, and nobody set NO_COLOR. */
  readonly colour: boolean;
  /** Whether what is written goes straight into the journal of systemd. */
  readonly journal?: boolean;
  /** What could not be written to `out`; counted where the process goes on without it. */
  readonly loss?: OutputLoss;
}

/** A terminal that doesn't know its size (in a container, under `script`) says 0. */
const UNKNOWN_COLUMNS = 80;

/** Characters per line of a stream; null where nobody looks at it. */
export function widthOf({
  isTTY,
  columns,
}: {
  readonly isTTY?: boolean;
  readonly columns?: number;
}): number | null {
  return isTTY === true ? columns || UNKNOWN_COLUMNS : null;
}

/**
 * The process's own terminal.
 * @param journalStream what systemd says its journal is (systemd.exec(5), `JOURNAL_STREAM`), `device:inode`
 */
export function processTerminal(loss: OutputLoss, journalStream: string | undefined): Terminal {
  const { stdin, stdout, stderr } = process;
  return {
    in: stdin,
    out: stdout,
    err: stderr,
    // Read at each use: a window changes its size.
    get columns() {
      return widthOf(stdout);
    },
    get rows() {
      return stdout.isTTY === true ? stdout.rows || null : null;
    },
    colour: stdout.isTTY === true && stdout.hasColors(),
    journal: journalStream !== undefined && journalStream === streamOf(stderr.fd),
    loss,
  };
}

/** The file behind a descriptor as `device:inode`. */
function streamOf(descriptor: number): string | undefined {
  try {
    const { dev, ino } = fstatSync(descriptor);
    return `${dev}:${ino}`;
  } catch {
    return undefined; // closed
  }
}

/** The same terminal, never coloured. */
export function withoutColour(terminal: Terminal): Terminal {
  return {
    in: terminal.in,
    out: terminal.out,
    err: terminal.err,
    get columns() {
      return terminal.columns;
    },
    get rows() {
      return terminal.rows ?? null;
    },
    colour: false,
    ...(terminal.journal === undefined ? {} : { journal: terminal.journal }),
    ...(terminal.loss === undefined ? {} : { loss: terminal.loss }),
  };
}
