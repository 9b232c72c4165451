import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { COMPILE_CACHE } from "../commands/run-conche.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
/** What `npx conche` runs. */
export const DOOR = fileURLToPath(new URL("../../bin/conche.mjs", import.meta.url));

/** What `--json` says at the start, as far as tests use it. */
export interface Started {
  readonly mqtt?: string;
  readonly webSocket?: string;
  readonly http?: string;
  readonly broker?: string;
  readonly data?: string;
  readonly dashboard?: string;
  readonly login?: string;
  readonly token?: string;
}

/** A line of `--json`. */
export type JsonEvent = Readonly<Record<string, unknown>> & { readonly event: string };

/** A conche process that runs until it is told to stop. */
export interface RunningConche {
  readonly child: ChildProcess;
  readonly started: Started;
  /** Every event so far. */
  readonly events: readonly JsonEvent[];
  /** What went to standard error so far. */
  readonly errors: readonly string[];
  /** Resolves with the first event, said already or later, that the test accepts. */
  event(accepts: (event: JsonEvent) => boolean): Promise<JsonEvent>;
  /** Sends the signal and resolves with the exit code when the process has ended. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
  /** Resolves with the exit code when the process has ended by itself. */
  readonly ended: Promise<number | null>;
  /** A page of its HTTP server. */
  page(path: string): Promise<Page>;
}

/** What a page of the HTTP server answered. */
export interface Page {
  readonly status: number;
  readonly text: string;
}

/**
 * Starts `conche <words> --json` on ports of its own and waits until it says that it runs.
 * @param wrapper a command that ends by becoming the process it is given, such as `nice` with its options
 * @param script what Node runs: the program itself, or the command's DOOR
 * @param spawned learns of the process before that has said anything
 */
export async function startConche(
  words: readonly string[],
  wrapper: readonly string[] = [],
  script = MAIN,
  spawned: (child: ChildProcess) => void = () => {},
): Promise<RunningConche> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(CONCHE_|NODE_OPTIONS|NODE_TEST)/.test(name)),
  );
  const [program = "", ...args] = [...wrapper, process.execPath, script, ...words, "--json"];
  const child = spawn(program, args, {
    // Tests wait for single messages.
    env: { ...env, NODE_COMPILE_CACHE: COMPILE_CACHE, CONCHE_MESSAGES: "always" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  spawned(child);
  const events: JsonEvent[] = [];
  const errors: string[] = [];
  let watchers: { accepts: (event: JsonEvent) => boolean; resolve: (event: JsonEvent) => void }[] = [];
  const event = (accepts: (event: JsonEvent) => boolean) =>
    new Promise<JsonEvent>((resolve) => {
      const known = events.find(accepts);
      if (known !== undefined) resolve(known);
      else watchers.push({ accepts, resolve });
    });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const said: JsonEvent = JSON.parse(line);
    events.push(said);
    for (const watcher of watchers.filter(({ accepts }) => accepts(said))) watcher.resolve(said);
    watchers = watchers.filter(({ accepts }) => !accepts(said));
  });
  createInterface({ input: child.stderr }).on("line", (line) => errors.push(line));
  const ended = once(child, "close").then(([code]) => (typeof code === "number" ? code : null));
  const failed = ended.then((code) => {
    throw new Error(`conche ${words.join(" ")} ended with ${code}:\n${errors.join("\n")}`);
  });
  const started = await Promise.race([event((said) => said.event === "started"), failed]);
  failed.catch(() => {}); // It ends one day.
  const { http } = started as Started;
  return {
    child,
    started: started as Started & JsonEvent,
    events,
    errors,
    event,
    ended,
    page: async (path) => {
      const response = await fetch(`${http}${path}`);
      return { status: response.status, text: await response.text() };
    },
    stop: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

/** The port of an address such as `mqtt://127.0.0.1:1883`. */
export function portOf(address: string | undefined): number {
  return Number(new URL(address ?? "mqtt://none:0").port);
}
