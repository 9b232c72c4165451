import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { COMMANDS } from "../../src/commands/catalogue.ts";
import { type CommandDefinition, isGroup } from "../../src/commands/command.ts";
import { flagName } from "../../src/commands/option-values.ts";
import { runProgram } from "../../src/commands/program.ts";
import { asConcheError, errorReport } from "../../src/commands/report-error.ts";
import type { Presentation } from "../../src/commands/run-command.ts";
import { requestStop, stopSignal } from "../../src/commands/stop-signal.ts";
import { SETTINGS, settingsOf } from "../../src/config/setting-list.ts";
import { memoryTerminal } from "../adapters/terminal/memory-terminal.ts";

/** In no output, wherever it was given. */
const SECRET = "Sesam9oeffneDich";

/** Text that a person, a script or an attacker may give; addresses hold the secret. */
const HOSTILE = [
  "",
  " ",
  "-",
  "--",
  "\n",
  "a%b",
  "%",
  "__proto__",
  "constructor",
  "\ud800",
  "\u202e\u{1f4a9}\u0007\u001b[2J",
  "x".repeat(70_000),
  "9".repeat(400),
  "-1",
  "1e999",
  "NaN",
  "../up",
  "~",
  "{}",
  "[",
  "$x`$(x)",
  "a/b/c/d/e/f",
  "2026-02-30",
  "2026-13-01T25:61:61Z",
  "mqtt://",
  "mqtt://a%b:c@127.0.0.1:1",
  "mqtt://[::1",
  `mqtt://plant:${SECRET}@127.0.0.1:1`,
  `mqtt://plant:k#9/${SECRET}@127.0.0.1`,
  `mqtt://plant:a ${SECRET} b@127.0.0.1:1`,
  `mqtt://plant:${SECRET}%@127.0.0.1:1`,
  `mqtts://plant:1883/${SECRET}@127.0.0.1:1`,
  `ws://plant:80/${SECRET}@127.0.0.1:1/mqtt`,
  `http://plant:${SECRET}@127.0.0.1`,
] as const;
/** What gets past some readers. */
const DEEP = [
  "",
  "__proto__",
  "\u202e\u{1f4a9}\u0007",
  "x".repeat(70_000),
  "mqtt://a%b:c@127.0.0.1:1",
  `mqtt://plant:k#9/${SECRET}@127.0.0.1`,
  `mqtt://plant:${SECRET}@127.0.0.1:1`,
] as const;
/** Files may hold what a command line can't. */
const HOSTILE_IN_FILES = [...HOSTILE, "a\u0000b", "\ufeff"] as const;

const NOBODY = "mqtt://127.0.0.1:1";

/**
 * The words that a command needs to get anywhere, all of it within the folder. What runs until it is stopped gets as
 * far as its configuration: a plant that isn't there, two sides that are one.
 */
function base(verb: string, folder: string): string[] {
  const data = ["--data", join(folder, "data")];
  const noPlant = ["--plant", join(folder, "none.yaml")];
  const words: Record<string, string[]> = {
    up: [...data, ...noPlant],
    datacenter: [...data, ...noPlant],
    edge: ["--cloud", NOBODY, "--local", NOBODY, "--outbox", join(folder, "edge")],
    bridge: ["--cloud", NOBODY, "--local", NOBODY, "--outbox", join(folder, "bridge")],
    "bridge-config": ["--cloud", NOBODY, "--sites", "tunis-01"],
    simulate: ["--broker", NOBODY, ...noPlant],
    load: ["--broker", NOBODY, "--for", "1", ...noPlant],
    contract: ["--out", join(folder, "contract")],
    backup: [...data, join(folder, "copies", "one.db")],
    passwd: [join(folder, "users.txt"), "weigher"],
    "scenario show": ["worn-rolls"],
    "scenario check": ["worn-rolls"],
    "quarantine show": [...data, "1"],
    "quarantine replay": [...data, "--all"],
  };
  return words[verb] ?? data;
}

function ownFlags({ options = {} }: CommandDefinition): string[] {
  const withValue = Object.entries(options).filter(([, { argument }]) => argument !== undefined);
  return withValue.map(([key]) => `--${flagName(key)}`);
}

function settingFlags({ settings = [] }: CommandDefinition): string[] {
  const withValue = settingsOf(settings).filter(({ argument }) => argument !== undefined);
  return withValue.flatMap(({ flag }) => (flag === null ? [] : [flag]));
}

interface Verb {
  readonly words: readonly string[];
  readonly definition: CommandDefinition;
}

async function allVerbs(): Promise<Verb[]> {
  const verbs: Verb[] = [];
  for (const { load } of COMMANDS) {
    const loaded = await load();
    if (!isGroup(loaded)) verbs.push({ words: [loaded.name], definition: loaded });
    else
      for (const definition of loaded.commands)
        verbs.push({ words: [loaded.name, definition.name], definition });
  }
  return verbs;
}

/** Runs it within this process, as main.ts would, and returns everything it said. */
async function said(
  words: readonly string[],
  environment: Record<string, string>,
  folder: string,
): Promise<string> {
  const terminal = memoryTerminal();
  terminal.in.end("a password\na password\n");
  const presentation: Presentation = { json: false, debug: false, outlivesOutput: false };
  try {
    await runProgram(words, { environment, workingFolder: folder, terminal, presentation });
  } catch (thrown) {
    const error = asConcheError(thrown);
    const report = errorReport(error, presentation.json, true);
    if (error.code === "CONCHE_INTERNAL") throw new Error(report);
    return terminal.written() + terminal.complained() + report + errorReport(error, true, true);
  }
  return terminal.written() + terminal.complained();
}

describe("hostile text", () => {
  let folder = "";
  const home = process.cwd();

  before(async () => {
    folder = join(await mkdtemp(join(tmpdir(), "conche-hostile-")), "a", "b");
    await mkdir(folder, { recursive: true });
    process.chdir(folder);
    // What would run until it is stopped is stopped before it has begun.
    stopSignal();
    requestStop();
  });

  after(async () => {
    process.chdir(home);
    await rm(join(folder, "..", ".."), { recursive: true, force: true });
  });

  const failures: string[] = [];
  afterEach(() => assert.deepEqual(failures.splice(0), []));

  const check = async (words: readonly string[], environment: Record<string, string> = {}) => {
    const what = `${JSON.stringify(words).slice(0, 500)} ${Object.keys(environment).slice(0, 2)}`;
    try {
      const output = await said(words, environment, folder);
      if (output.includes(SECRET)) failures.push(`${what} shows it: ${output.slice(0, 2_000)}`);
    } catch (error) {
      failures.push(`${what}: ${String(error).slice(0, 2_000)}`);
    }
  };

  it("in all options of any command at once is no defect and shows no secret", async () => {
    for (const { words, definition } of await allVerbs()) {
      const start = [...words, ...base(words.join(" "), folder)];
      const flags = [...ownFlags(definition), ...settingFlags(definition)];
      for (const text of HOSTILE) {
        await check([...start, ...flags.map((flag) => `${flag}=${text}`)]);
        await check([...start, text]);
      }
    }
  });

  it("in any option alone, as deep as the command gets with it", async () => {
    const seen = new Set<string>();
    for (const { words, definition } of await allVerbs()) {
      const start = [...words, ...base(words.join(" "), folder)];
      // A setting is read in one place, whichever command it is given to.
      const settings = settingFlags(definition).filter((flag) => !seen.has(flag));
      for (const flag of settings) seen.add(flag);
      for (const flag of [...ownFlags(definition), ...settings])
        for (const text of DEEP) await check([...start, `${flag}=${text}`]);
    }
  });

  it("in the address of a broker that nobody answers at is shown by no command that connects", async () => {
    const address = `mqtt://plant:${SECRET}@127.0.0.1:1`;
    const ports = ["--mqtt-port", "0", "--http-port", "0"];
    await check(["datacenter", "--data", join(folder, "far"), "--http-port", "0", "--broker", address]);
    await check(["edge", ...ports, "--cloud", address, "--outbox", join(folder, "edge")]);
    await check(["bridge", "--http-port", "0", "--cloud", address, "--local", address.replace(":1", ":2")]);
    for (const verb of ["simulate", "load"]) await check([verb, "--broker", address, "--for", "1"]);
    await check(["doctor", "--data", join(folder, "far"), ...ports, "--broker", address]);
  });

  it("as a verb, or as an option that doesn't exist", async () => {
    for (const text of HOSTILE) {
      for (const words of [[text], ["log", text], [`--brokre=${text}`], ["datacenter", `--brokre=${text}`]]) {
        await check(words);
      }
    }
    await check(["datacenter", `--password=${SECRET}`]);
    await check(["datacenter", "--password", SECRET]);
    await check(["passwd", "users.txt", "weigher", SECRET]);
  });

  it("in any environment variable", async () => {
    const named = SETTINGS.filter(({ name }) => !["config", "json", "debug"].includes(name));
    for (const text of HOSTILE) {
      await check(
        ["bridge-config", "--sites", "tunis-01"],
        Object.fromEntries(named.map(({ env }) => [env, text])),
      );
      for (const name of ["CONCHE_CLOUD", "CONCHE_CONFIG", "CONCHE_JSON", "CONCHE_DEBUG"])
        await check(["bridge-config", "--sites", "tunis-01"], { [name]: text });
    }
    await check(["doctor"], { CONCHE_PASSWROD: SECRET });
  });

  it("in any setting of the configuration file, and in a file that breaks YAML", async () => {
    const file = join(folder, "hostile.yaml");
    const run = async (text: string) => {
      await writeFile(file, text);
      await check(["bridge-config", "--sites", "tunis-01", "--config", file]);
    };
    const values = [...HOSTILE_IN_FILES.map((text) => JSON.stringify(text)), "[a, {b: c}]", "{a: [1]}"];
    for (const value of [...values, "0815", "~", "true", "1e400", "2026-02-30"]) {
      await run(SETTINGS.map(({ name }) => `${name}: ${value}\n`).join(""));
      await run(`cloud: ${value}\n`);
    }
    for (const text of [
      `password: ${SECRET}: x: y`,
      `password: "${SECRET}`,
      `password: [${SECRET}`,
      `password: *${SECRET}`,
      `password: !<${SECRET}> x`,
      `&${SECRET} password: @${SECRET}`,
    ]) {
      await run(text);
    }
  });
});
