import { createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ConcheError, messageOf } from "../../errors/conche-error.ts";

/**
 * Writes a file in pieces under a name of its own and gives it its name when it is whole and on disk: whoever
 * finds the file finds all of it. What stood there before is replaced.
 * @throws ConcheError CONCHE_OUTPUT_UNWRITABLE, leaving nothing behind; what `pieces` throws comes through
 */
export async function writeWholeFile(path: string, pieces: Iterable<string>): Promise<void> {
  const partial = `${path}.partial`;
  let failure: unknown;
  // A file that can't be written is thrown into the generator, too: only what `next` throws is the pieces' own.
  const watched = function* (): Generator<string> {
    const iterator = pieces[Symbol.iterator]();
    try {
      for (;;) {
        let next: IteratorResult<string>;
        try {
          next = iterator.next();
        } catch (error) {
          failure = error;
          throw error;
        }
        if (next.done) return;
        yield next.value;
      }
    } finally {
      iterator.return?.();
    }
  };
  try {
    await pipeline(Readable.from(watched(), { objectMode: true }), createWriteStream(partial));
    const file = await open(partial, "r+");
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    if (failure !== undefined) throw failure;
    throw new ConcheError("CONCHE_OUTPUT_UNWRITABLE", {
      message: `${path}: ${messageOf(error)}`,
      cause: error,
    });
  }
}
