import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the package: two above this file, in the sources as well as in the built package. */
export const PACKAGE_ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** What package.json says of the package. */
interface Manifest {
  readonly version: string;
  readonly engines: { readonly node: string };
}

/** The version in package.json. */
export function packageVersion(): string {
  return manifest().version;
}

/** The oldest Node the package runs on, as package.json has it. */
export function oldestNode(): string {
  return manifest().engines.node.replace(/^[^0-9]*/, "");
}

function manifest(): Manifest {
  // Ships with the code that reads it.
  return JSON.parse(readFileSync(join(PACKAGE_ROOT, "package.json"), "utf8")) as Manifest;
}
