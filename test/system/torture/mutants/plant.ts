import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Mutant, Patch } from "./mutants.ts";

/** What a copy of the checkout needs to run the harness on itself. */
const COPIED = ["package.json", "tsconfig.json", "bin", "src", "plants", "test", "docs"];

/** The file with the patch in it; @throws Error where its place isn't there exactly once. */
export function patched(text: string, { file, find, replace }: Patch): string {
  const places = text.split(find).length - 1;
  if (places !== 1) throw new Error(`${file} has ${places} places instead of one for the patch: ${find}`);
  return text.replace(find, () => replace);
}

/** Copies the sources into an empty folder and plants a bug there. */
export function plant(mutant: Mutant, root: string, folder: string): void {
  for (const name of COPIED) cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  for (const patch of mutant.patches) {
    const path = join(folder, patch.file);
    writeFileSync(path, patched(readFileSync(path, "utf8"), patch));
  }
}
