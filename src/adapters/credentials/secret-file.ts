import { open } from "node:fs/promises";
import { editedText } from "../../access/edited-text.ts";
import { ConcheError, messageOf } from "../../errors/conche-error.ts";

/** No secret is longer, bytes. */
const MOST_BYTES = 8_192;

/**
 * The first line of a file: a secret that stands in no configuration and on no command line.
 * @throws ConcheError CONCHE_SECRET_FILE, which never says what stands in it
 */
export async function secretLine(path: string): Promise<string> {
  try {
    await using file = await open(path, "r");
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0);
    const [line = ""] = editedText(buffer.subarray(0, bytesRead)).split(/\r?\n/, 1);
    if (line.trim() !== "") return line.trim();
  } catch (error) {
    const why = error instanceof TypeError ? "it is no text" : messageOf(error);
    throw new ConcheError("CONCHE_SECRET_FILE", {
      message: `the secret can't be read: ${why}: ${path}`,
      cause: error,
    });
  }
  throw new ConcheError("CONCHE_SECRET_FILE", {
    message: `the first line must be the secret, it is empty: ${path}`,
  });
}
