import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ConcheError, messageOf, systemCodeOf } from "../../errors/conche-error.ts";
import { writeWholeFile } from "./whole-file.ts";

/** Documents by their path below a folder, with forward slashes. */
export type Documents = ReadonlyMap<string, string>;

/** The paths of the documents that are missing in the folder or hold something else there. */
export async function staleDocuments(folder: string, documents: Documents): Promise<string[]> {
  const stale: string[] = [];
  for (const [path, text] of documents) {
    if ((await textOf(join(folder, path))) !== text) stale.push(path);
  }
  return stale;
}

/**
 * Writes those documents that aren't there as they should be, and returns their paths.
 * @throws ConcheError CONCHE_OUTPUT_UNWRITABLE
 */
export async function writeDocuments(folder: string, documents: Documents): Promise<string[]> {
  const stale = await staleDocuments(folder, documents);
  for (const path of stale) {
    const file = join(folder, path);
    try {
      await makeFolders(dirname(file));
    } catch (error) {
      throw new ConcheError("CONCHE_OUTPUT_UNWRITABLE", { message: messageOf(error), cause: error });
    }
    await writeWholeFile(file, [documents.get(path) ?? ""]);
  }
  return stale;
}

/** One by one, from the outside in: Node's recursive mkdir never returns below /proc, where nothing can be made. */
async function makeFolders(folder: string): Promise<void> {
  if (existsSync(folder)) return;
  await makeFolders(dirname(folder));
  await mkdir(folder);
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT" || systemCodeOf(error) === "ENOTDIR") return undefined;
    throw new ConcheError("CONCHE_OUTPUT_UNWRITABLE", { message: messageOf(error), cause: error });
  }
}
