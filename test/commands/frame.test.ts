import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { COMMANDS } from "../../src/commands/catalogue.ts";
import { isGroup } from "../../src/commands/command.ts";
import type { Config } from "../../src/config/config-schema.ts";
import { runConche } from "./run-conche.ts";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "conche-cli-"));
});
after(() => rm(folder, { recursive: true }));

test("without words, the help lists every command; with --version, the version", async () => {
  const [bare, help, version] = await Promise.all(
    [[], ["--help"], ["--version"]].map((words) => runConche(words)),
  );
  assert.equal(bare?.code, 0);
  assert.equal(bare?.out, help?.out);
  for (const { name, summary } of COMMANDS)
    assert.match(String(help?.out), new RegExp(`^  ${name} +${summary}`, "m"));
  assert.match(String(version?.out), /^conche \d+\.\d+\.\d+ \(Node \d+\./);
});

test("a description is wrapped once, by the width of its reader; lists in it stay lists", async () => {
  const [serve, list] = await Promise.all([
    runConche(["serve", "--help"]),
    runConche(["quarantine", "list", "--help"]),
  ]);
  const lines =
    serve.out
      .slice(serve.out.indexOf("\n\n") + 2)
      .split("\n\n")[0]
      ?.split("\n") ?? [];
  assert.ok(lines.length > 2, serve.out);
  for (const [index, line] of lines.slice(0, -1).entries()) {
    const [next = ""] = lines[index + 1]?.split(" ") ?? [];
    assert.ok(`${line} ${next}`.length > 109, `"${line}" has room for "${next}"`);
  }
  const check = await runConche(["check", "--help"]);
  assert.match(check.out, /temper-01\/telemetry reading\.json\n {6}a file, against the packaged plant\n/);
  assert.match(list.out, /Reasons:\n {2}topic .*\n {2}oversize /);
});

test("a command takes no option that says nothing to it, and no default is empty", async () => {
  const [load, check, up] = await Promise.all(
    [["load"], ["scenario", "check"], ["up"]].map((words) => runConche([...words, "--help"])),
  );
  assert.match(String(load?.out), /--mqtt-port .*--password-file /s);
  assert.doesNotMatch(String(load?.out), /--mqtt-passwords|--session-expiry|--client-id/);
  assert.match(String(check?.out), /--seed .*--start /s);
  assert.doesNotMatch(String(check?.out), /--lines|--speed/);
  assert.doesNotMatch(String(up?.out), /default: ,/);
  const { code, err } = await runConche(["scenario", "check", "nozzle-clogging", "--lines", "2"]);
  assert.deepEqual([code, /unknown option '--lines'/.test(err)], [2, true]);
});

test("an unknown command, option or command of a command is named with the nearest, and exits with 2", async () => {
  const cases = [
    [["doctr"], "unknown command 'doctr', did you mean doctor?"],
    [["doctor", "--mqtt-prot", "1"], "unknown option '--mqtt-prot', did you mean --mqtt-port?"],
    [["--jso"], "unknown option '--jso', did you mean --json?"],
    [["help", "doctr"], "unknown command 'doctr', did you mean doctor?"],
    [["doctor", "extra"], "too many arguments for 'doctor'. Expected 0 arguments but got 1."],
    [["doctor", "--mqtt-port"], "option '--mqtt-port <PORT>' argument missing"],
  ] as const;
  const results = await Promise.all(cases.map(([words]) => runConche(words)));
  for (const [index, { code, out, err }] of results.entries()) {
    const [lead = "", hint = "", ...rest] = err.split("\n");
    assert.equal(lead, `conche: CONCHE_USAGE: ${cases[index]?.[1]}`);
    assert.match(hint, /^ {2}what to do: conche .*--help/);
    assert.ok(hint.length < 80, hint);
    assert.deepEqual([rest, out, code], [[""], "", 2]);
  }
});

test("a command is found in the singular and in the plural", async () => {
  const pairs = [
    [
      ["alarm", "ack", "--help"],
      ["alarms", "ack", "--help"],
    ],
    [
      ["help", "hold"],
      ["help", "holds"],
    ],
    [
      ["--debug", "batches", "--help"],
      ["--debug", "batch", "--help"],
    ],
  ] as const;
  for (const [typed, meant] of pairs) {
    const [found, expected] = await Promise.all([runConche(typed), runConche(meant)]);
    assert.deepEqual(found, expected);
    assert.equal(found.code, 0);
  }
  const { err } = await runConche(["alarm", "akc"]);
  assert.match(err, /unknown command 'akc', did you mean ack\?\n/);
});

test("bad values of all places are reported at once, and exit with 1", async () => {
  await writeFile(join(folder, "conche.yaml"), "lines: 0\nmqtt-prot: 1\n");
  const words = ["doctor", "--http-port", "x", "--data", ""];
  const { code, err } = await runConche(words, {
    cwd: folder,
    env: { CONCHE_SPEED: "fast", CONCHE_DTA: "d" },
  });
  assert.equal(code, 1);
  assert.match(err, /^conche: CONCHE_CONFIG_INVALID: 6 values can't be used:\n {2}- /);
  for (const place of ["lines (", "mqtt-prot (", "CONCHE_SPEED", "CONCHE_DTA", "--http-port", "--data"]) {
    assert.ok(err.includes(`  - ${place}`), place);
  }
});

test("with --json an error is one line of JSON, wherever the wish for it stands", async () => {
  const [flag, variable, file] = await Promise.all([
    runConche(["--json", "doctr"]),
    runConche(["doctor", "--http-port", "x"], { env: { CONCHE_JSON: "true" } }),
    writeFile(join(folder, "wish.yaml"), "json: true\n").then(() =>
      runConche(["doctor", "--config", join(folder, "wish.yaml"), "--http-port", "x"], { cwd: tmpdir() }),
    ),
  ]);
  for (const [result, code, exit] of [
    [flag, "CONCHE_USAGE", 2],
    [variable, "CONCHE_CONFIG_INVALID", 1],
    [file, "CONCHE_CONFIG_INVALID", 1],
  ] as const) {
    assert.equal(result.err.trimEnd().split("\n").length, 1);
    assert.equal(JSON.parse(result.err).error.code, code);
    assert.equal(result.code, exit);
  }
});

test("--debug adds the stack", async () => {
  const { err } = await runConche(["doctor", "--http-port", "x", "--debug"]);
  assert.match(err, /what to do: .*\nConcheError: .*[\s\S]*\n {4}at /);
});

test("what a message of an error holds can't act on the terminal", async () => {
  const { err } = await runConche(["\u001b]0;title\u0007"]);
  assert.match(err, /unknown command \(a word that no command can be\)/);
  assert.ok(!err.includes("\u001b"));
});

test("a reader that goes away ends the process quietly", async () => {
  const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
  const child = spawn(process.execPath, [main, "--help"], { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  const complained: unknown[] = [];
  child.stderr.on("data", (chunk) => complained.push(String(chunk)));
  const [code] = await once(child, "close");
  assert.deepEqual([code, complained], [0, []]);
});

test("every command is called and summed up in its own file as in the list, with examples of itself", async () => {
  for (const entry of COMMANDS) {
    const command = await entry.load();
    assert.deepEqual([command.name, command.summary], [entry.name, entry.summary]);
    for (const part of isGroup(command) ? [command, ...command.commands] : [command]) {
      assert.ok(part.examples.length > 0, part.name);
      for (const [line] of part.examples) assert.match(line, new RegExp(`\\bconche ${entry.name}\\b`), line);
    }
  }
});

test("every command's help shows its description and its examples", async () => {
  const helps = await Promise.all(COMMANDS.map(({ name }) => runConche([name, "--help"])));
  for (const [index, { code, out }] of helps.entries()) {
    const command = await COMMANDS[index]?.load();
    assert.equal(code, 0);
    for (const [line] of command?.examples ?? []) assert.ok(out.includes(line), line);
  }
});

test("whatever a command gives as CSV, it gives for Excel", async () => {
  const commands = await Promise.all(COMMANDS.map(({ load }) => load()));
  const seen: string[] = [];
  for (const command of commands.flatMap((one) => (isGroup(one) ? one.commands : [one]))) {
    const { help = "", parse } = command.options?.format ?? {};
    // What follows for ever is nothing that a spreadsheet opens.
    if (parse === undefined || !help.includes("csv") || command.name === "tail") continue;
    assert.match(help, /csv-excel/, command.name);
    assert.equal(await parse("csv-excel", {} as Config, {}), "csv-excel", command.name);
    seen.push(command.name);
  }
  for (const name of ["list", "history", "oee", "tags", "trend", "chart", "query", "export", "completeness"])
    assert.ok(seen.includes(name), name);
});
