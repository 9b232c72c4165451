import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The checkout. */
export const ROOT = resolve(import.meta.dirname, "..");

/**
 * The script behind a command of an installed package, to be run with `process.execPath`: the same on every
 * system, where node_modules/.bin holds links on some and .cmd files on others.
 *
 * @throws when the package isn't installed or has no such command.
 */
export function tool(packageName: string, command: string): string {
  const folder = join(ROOT, "node_modules", packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    bin?: string | Record<string, string>;
  };
  const script = typeof bin === "string" ? bin : bin?.[command];
  if (script === undefined) throw new Error(`${packageName} has no command ${command}`);
  return join(folder, script);
}
