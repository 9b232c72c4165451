import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { ConcheError, messageOf } from "../errors/conche-error.ts";

/**
 * A payload from a file, or from standard input (`-`).
 * @throws ConcheError CONCHE_USAGE
 */
export async function payloadOf(file: string): Promise<Uint8Array> {
  if (file === "-") return withoutNewline(await buffer(process.stdin));
  try {
    return withoutNewline(await readFile(file));
  } catch (cause) {
    throw new ConcheError("CONCHE_USAGE", {
      message: `${file} can't be read: ${messageOf(cause)}`,
      hint: "name a file with a payload, or - for standard input",
      cause,
    });
  }
}

/** An editor ends a file with a newline, which nobody publishes. */
function withoutNewline(bytes: Buffer): Uint8Array {
  return bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes;
}
