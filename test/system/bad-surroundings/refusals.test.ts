import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { suite, type TestContext, test } from "node:test";
import { SCHEMA_VERSION } from "../../../src/adapters/sqlite/log/migrations/all.ts";
import type { ErrorCode } from "../../../src/errors/catalogue.ts";
import { filledLog, record } from "../../commands/filled-log.ts";
import { runConche } from "../../commands/run-conche.ts";
import { afterwards } from "../../servers/afterwards.ts";
import { assertVerified, select, temporaryFolder } from "../fault-matrix/data-center.ts";

const CHOCOLATE = join(import.meta.dirname, "../../../plants/chocolate.yaml");
const FREE_PORTS = ["--mqtt-port", "0", "--http-port", "0"];
const DATABASE = "datacenter_messages.db";

/** What is refused, and what the reader is told. */
interface Refusal {
  readonly words: readonly string[];
  readonly code: ErrorCode;
  /** Every one of them stands in the message. */
  readonly says: readonly (RegExp | string)[];
  readonly hint: RegExp;
}

/** Runs the commands and holds each one's end against what it should be. Those of one log go one after another. */
async function assertRefused(refusals: readonly Refusal[], atOnce: 1 | 2 = 2): Promise<void> {
  const queue = [...refusals];
  const work = async () => {
    for (let refusal = queue.shift(); refusal !== undefined; refusal = queue.shift()) {
      const { words, code, says, hint } = refusal;
      const result = await runConche(words);
      const context = `conche ${words.join(" ")}\n${result.err}`;
      assert.equal(result.code, 1, context);
      assert.equal(result.out, "", context);
      const [, saidCode, message = "", saidHint = ""] =
        /^conche: (CONCHE_\w+): ([\s\S]*)\n {2}what to do: (.+)\n$/.exec(result.err) ?? [];
      assert.equal(saidCode, code, context);
      for (const part of says)
        assert.ok(
          typeof part === "string" ? message.includes(part) : part.test(message),
          `${part}: ${context}`,
        );
      assert.match(saidHint, hint, context);
      // Names of system calls and of JavaScript are nobody's business.
      assert.doesNotMatch(result.err, /\n {4}at |undefined|\[object|TypeError/, context);
    }
  };
  // After a failure nothing more starts: its folder is about to go, and in a new one it would run for ever.
  const stop = (failure: unknown) => {
    queue.length = 0;
    throw failure;
  };
  await Promise.all(Array.from({ length: atOnce }, () => work().catch(stop)));
}

/** The bytes of every file of a folder. */
function bytesOf(folder: string): Map<string, string> {
  return new Map(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), "base64")]),
  );
}

const rowsOf = (data: string) => select(data, "SELECT * FROM mqtt_messages ORDER BY id");

async function takenPort(context: TestContext): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  afterwards(context, () => server.close());
  return String((server.address() as AddressInfo).port);
}

suite("bad surroundings: a data center that can't start says why and what to do, and leaves everything as it was", () => {
  test("ports, addresses and who may connect", async (context) => {
    const data = await filledLog(context, [record(0, "state"), record(1, "alarm")]);
    const folder = await temporaryFolder(context);
    const users = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const taken = await takenPort(context);
    const before = rowsOf(data);
    const run = (verb: string, ...words: string[]) => [verb, "--data", data, ...words];
    await assertRefused(
      [
        {
          words: run("datacenter", "--mqtt-port", taken, "--http-port", "0"),
          code: "CONCHE_PORT_IN_USE",
          says: [`127.0.0.1:${taken}, the MQTT port`],
          hint: /--mqtt-port \(0 picks a free one\)/,
        },
        {
          words: run("up", "--mqtt-port", "0", "--http-port", taken),
          code: "CONCHE_PORT_IN_USE",
          says: [`127.0.0.1:${taken}, the HTTP port`],
          hint: /--http-port \(0 picks a free one\)/,
        },
        {
          words: run("datacenter", ...FREE_PORTS, "--mqtt-ws-port", taken),
          code: "CONCHE_PORT_IN_USE",
          says: [`127.0.0.1:${taken}, the MQTT over WebSocket port`],
          hint: /--mqtt-ws-port/,
        },
        {
          words: run("datacenter", ...FREE_PORTS, "--mqtt-host", "0.0.0.0"),
          code: "CONCHE_BIND_UNPROTECTED",
          says: ["everybody who can reach 0.0.0.0:"],
          hint: /--mqtt-passwords FILE.* or listen on 127\.0\.0\.1/,
        },
        {
          words: run("up", ...FREE_PORTS, "--mqtt-host", "::"),
          code: "CONCHE_BIND_UNPROTECTED",
          says: ["everybody who can reach [::]:"],
          hint: /--mqtt-passwords FILE/,
        },
        {
          words: run(
            "datacenter",
            ...FREE_PORTS,
            "--mqtt-host",
            "0.0.0.0",
            "--mqtt-passwords",
            join(folder, "none"),
          ),
          code: "CONCHE_PASSWORDS_INVALID",
          says: [join(folder, "none"), /can't be read/],
          hint: /conche passwd FILE USER/,
        },
        {
          words: run(
            "datacenter",
            ...FREE_PORTS,
            "--mqtt-passwords",
            users("bad", "# users\nweigher:$7$101$c2FsdA==$aGFzaA==\nplain\nmixer:secret\n"),
          ),
          code: "CONCHE_PASSWORDS_INVALID",
          says: ["line 3: expected user:hash", "line 4: the password is not hashed"],
          hint: /conche passwd FILE USER/,
        },
        {
          words: run("datacenter", ...FREE_PORTS, "--mqtt-passwords", users("empty", "# nobody yet\n")),
          code: "CONCHE_PASSWORDS_INVALID",
          says: [join(folder, "empty"), "names no user: nobody could connect"],
          hint: /conche passwd FILE USER/,
        },
        {
          words: run(
            "datacenter",
            "--http-port",
            "0",
            "--broker",
            "mqtts://127.0.0.1:1",
            "--ca",
            join(folder, "none.pem"),
          ),
          code: "CONCHE_CONFIG_INVALID",
          says: [/^ca = .*none\.pem": the file can't be read/],
          hint: /./,
        },
      ],
      1,
    );
    assert.deepEqual(rowsOf(data), before);
    await assertVerified(data);
  });

  test("a data folder that can't be one", async (context) => {
    const folder = await temporaryFolder(context);
    writeFileSync(join(folder, "file"), "notes");
    mkdirSync(join(folder, "strange", DATABASE), { recursive: true });
    const file = join(folder, "file");
    const hint = /another folder with --data/;
    await assertRefused([
      {
        words: ["datacenter", ...FREE_PORTS, "--data", file],
        code: "CONCHE_DATA_FOLDER",
        says: [`${file} is a file`],
        hint,
      },
      {
        words: ["up", ...FREE_PORTS, "--data", join(file, "data")],
        code: "CONCHE_DATA_FOLDER",
        says: [`${file} is a file`],
        hint,
      },
      {
        words: ["verify", "--data", file],
        code: "CONCHE_DATA_FOLDER",
        says: [`${file} is not a folder`],
        hint,
      },
      {
        words: ["datacenter", ...FREE_PORTS, "--data", join(folder, "strange")],
        code: "CONCHE_DATA_FOLDER",
        says: [`${DATABASE} is not a file`],
        hint,
      },
      {
        words: ["log", "query", "--data", join(folder, "nowhere")],
        code: "CONCHE_LOG_MISSING",
        says: [join(folder, "nowhere")],
        hint: /--data/,
      },
    ]);
  });

  test("a database that can't be continued stays as it is, byte by byte", async (context) => {
    const newer = await filledLog(context, [record(0, "state")]);
    const [foreign, text] = [await temporaryFolder(context), await temporaryFolder(context)];
    const change = (folder: string, sql: string) => {
      const database = new DatabaseSync(join(folder, DATABASE));
      database.exec(sql);
      database.close();
    };
    change(newer, "PRAGMA user_version = 99");
    change(foreign, "CREATE TABLE customers (name TEXT); INSERT INTO customers VALUES ('Confiserie')");
    writeFileSync(join(text, DATABASE), "Dear colleague, the log is on the other machine.\n");
    const folders = [newer, foreign, text];
    const before = folders.map((folder) => bytesOf(folder).get(DATABASE));
    const refusals: readonly (readonly [string, Omit<Refusal, "words">])[] = [
      [
        newer,
        {
          code: "CONCHE_LOG_TOO_NEW",
          says: [`schema version 99, this program knows ${SCHEMA_VERSION}`, newer],
          hint: /later/,
        },
      ],
      [
        foreign,
        { code: "CONCHE_LOG_FOREIGN", says: ["the tables customers", foreign], hint: /another folder/ },
      ],
      [
        text,
        { code: "CONCHE_LOG_CORRUPT", says: ["file is not a database", text], hint: /keep this folder/ },
      ],
    ];
    await assertRefused(
      refusals.flatMap(([data, refusal]) => [
        { words: ["datacenter", ...FREE_PORTS, "--data", data], ...refusal },
        { words: ["verify", "--data", data], ...refusal },
      ]),
    );
    for (const [index, folder] of folders.entries())
      assert.equal(bytesOf(folder).get(DATABASE), before[index], folder);
  });

  test("a plant or a configuration with mistakes: all of them at once, each with its place", async (context) => {
    const folder = await temporaryFolder(context);
    const write = (name: string, content: string) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const plant = readFileSync(CHOCOLATE, "utf8")
      .replace("id: molder-01", "id: temper-01")
      .replace("min: 43, max: 47", "min: 43, max: 41");
    const lineOf = (part: string) => plant.slice(0, plant.indexOf(part)).split("\n").length;
    const data = join(folder, "data");
    const settings = write("conche.yaml", "mqtt-port: many\nmqtt-prot: 1883\nhttp-port: 99999\n");
    const plantFile = write("plant.yaml", plant);
    await assertRefused([
      {
        words: ["up", ...FREE_PORTS, "--data", data, "--plant", plantFile],
        code: "CONCHE_PLANT_INVALID",
        says: [
          "(3 findings)",
          /plant\.yaml:\d+ sites\[0\]\.lines\[0\]\.constraint: must be a machine of the line/,
          `${plantFile}:${lineOf("max: 41")} sites[0].lines[0].machines[6].tags.temp_in_c.max: must be greater`,
          /plant\.yaml:\d+ sites\[0\]\.lines\[0\]\.machines\[7\]\.id: "temper-01" stands twice/,
        ],
        hint: /plants\/chocolate\.yaml is a valid example/,
      },
      {
        words: ["datacenter", "--data", data, "--plant", write("broken.yaml", "plant: 1\nname: [a\n")],
        code: "CONCHE_PLANT_INVALID",
        says: [/broken\.yaml:3:1 /],
        hint: /correct the listed places/,
      },
      {
        words: ["simulate", "--plant", join(folder, "none.yaml")],
        code: "CONCHE_PLANT_UNREADABLE",
        says: [join(folder, "none.yaml")],
        hint: /check the path/,
      },
      {
        words: ["datacenter", "--data", data, "--config", settings],
        code: "CONCHE_CONFIG_INVALID",
        says: [
          "3 values can't be used",
          `mqtt-port (${settings}:1) = "many"`,
          `mqtt-prot (${settings}:2): unknown setting, did you mean mqtt-port?`,
          `http-port (${settings}:3) = 99999`,
        ],
        hint: /correct the listed values/,
      },
      {
        words: ["datacenter", "--data", data, "--config", write("list.yaml", "data: [1\n")],
        code: "CONCHE_CONFIG_INVALID",
        says: [/list\.yaml:2:1: /],
        hint: /correct/,
      },
      {
        words: ["datacenter", "--data", data, "--config", join(folder, "gone.yaml")],
        code: "CONCHE_CONFIG_INVALID",
        says: [/gone\.yaml: the configuration file can't be read/],
        hint: /./,
      },
      {
        words: ["simulate", "--broker", "broker.plant:1883"],
        code: "CONCHE_CONFIG_INVALID",
        says: ['--broker = "(an address without a scheme)": must be an address such as mqtt://host:1883'],
        hint: /./,
      },
    ]);
    assert.ok(!readdirSync(folder).includes("data"), "a data folder was made for nothing");
  });
});
