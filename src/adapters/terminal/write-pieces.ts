import type { Terminal } from "./terminal.ts";

/**
 * Writes pieces of text one after the other, as fast as the reader takes them. Ends early when the reader goes away.
 * The pieces have been made harmless by whoever made them.
 */
export async function writePieces({ out }: Pick<Terminal, "out">, pieces: Iterable<string>): Promise<void> {
  for (const piece of pieces) {
    if (out.destroyed) return;
    if (!out.write(piece)) await writable(out);
  }
}

/** Resolves when the stream can take more, or never will again. */
async function writable(out: Terminal["out"]): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = () => {
      for (const event of EVENTS) out.off(event, done);
      resolve();
    };
    for (const event of EVENTS) out.on(event, done);
  });
}

const EVENTS = ["drain", "close", "error"] as const;
