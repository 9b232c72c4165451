import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { configurationPage } from "../src/config/configuration-page.ts";
import { errorsPage } from "./errors-page.ts";

/** Files that are made from the sources and committed, so that they can be read without running anything. */
export interface GeneratedFiles {
  /** Their texts by path, from the root of the checkout, with forward slashes. */
  readonly texts: ReadonlyMap<string, string>;
  /** Folders in which every file is a generated one: what else lies there is left over from before. */
  readonly wholeFolders: readonly string[];
}

/** Everything that is generated: what `npm run generate` writes and `npm run check` compares. */
export function generatedFiles(): GeneratedFiles {
  return {
    texts: new Map([
      ["docs/errors.md", errorsPage()],
      ["docs/configuration.md", configurationPage()],
    ]),
    wholeFolders: [],
  };
}

/** A file that isn't what the sources give. */
export interface StaleFile {
  readonly path: string;
  readonly what: "missing" | "different" | "left over";
}

/** Compares the files below `root` with what the sources give. */
export function staleFiles(root: string, { texts, wholeFolders }: GeneratedFiles): StaleFile[] {
  const stale: StaleFile[] = [];
  for (const [path, text] of texts) {
    const file = join(root, path);
    if (!existsSync(file)) stale.push({ path, what: "missing" });
    else if (readFileSync(file, "utf8") !== text) stale.push({ path, what: "different" });
  }
  for (const folder of wholeFolders) {
    for (const entry of globSync("**/*", { cwd: join(root, folder), withFileTypes: true })) {
      if (entry.isDirectory()) continue;
      const path = slashed(join(entry.parentPath, entry.name).slice(root.length + 1));
      if (!texts.has(path)) stale.push({ path, what: "left over" });
    }
  }
  return stale;
}

/** Writes what is missing or different, removes what is left over, and returns what that was. */
export function writeGenerated(root: string, generated: GeneratedFiles): StaleFile[] {
  const stale = staleFiles(root, generated);
  for (const { path, what } of stale) {
    const file = join(root, path);
    if (what === "left over") {
      rmSync(file);
      continue;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, generated.texts.get(path) ?? "");
  }
  return stale;
}

function slashed(path: string): string {
  return path.split("\\").join("/");
}
