import { PassThrough, Writable } from "node:stream";
import type { Terminal } from "../../../src/adapters/terminal/terminal.ts";

/** A terminal whose output is kept. */
export interface MemoryTerminal extends Terminal {
  readonly in: PassThrough;
  /** What was written to `out` so far. */
  readonly written: () => string;
  /** What was written to `err` so far. */
  readonly complained: () => string;
}

export function memoryTerminal(columns: number | null = null, colour = false): MemoryTerminal {
  const out: string[] = [];
  const err: string[] = [];
  return {
    in: new PassThrough(),
    out: collecting(out),
    err: collecting(err),
    columns,
    colour,
    written: () => out.join(""),
    complained: () => err.join(""),
  };
}

function collecting(texts: string[]): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      texts.push(String(chunk));
      done();
    },
  });
}
