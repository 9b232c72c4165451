import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** What Node is called with to run `conche`. */
export const CONCHE: readonly string[] = [MAIN];

/** Compiled once for all the processes that tests start, and kept for the next run: a third less of their time. */
export const COMPILE_CACHE = fileURLToPath(new URL("../../node_modules/.cache/compile", import.meta.url));

/** How a process of ours ended. */
export interface ProcessResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** What a process gets beside its words. */
export interface ProcessSurroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads from its standard input, which then ends. */
  readonly input?: string;
}

/** Runs `conche <words>` as a process of its own, without any CONCHE_* variable of the caller. */
export async function runConche(
  words: readonly string[],
  { cwd, env = {}, input = "" }: ProcessSurroundings = {},
): Promise<ProcessResult> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(CONCHE_|NODE_OPTIONS|NODE_TEST)/.test(name),
  );
  const child = spawn(process.execPath, [MAIN, ...words], {
    env: { ...Object.fromEntries(inherited), NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  // A command that doesn't read leaves its input broken, which is its business.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code: typeof code === "number" ? code : null, out, err };
}
