import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { connectAsync } from "mqtt";
import { COMPILE_CACHE, runConche } from "../commands/run-conche.ts";
import { type Authority, makeAuthority } from "../servers/certificates.ts";
import { portOf, type RunningConche, startConche } from "../servers/conche.ts";
import { type Mosquitto, startMosquitto } from "../servers/mosquitto.ts";
import { startHook } from "../servers/receivers.ts";

const ROOT = resolve(import.meta.dirname, "..", "..");
const TEMPER = "factory/tunis-01/line-a/s5_tempering/temper-01";
const TELEMETRY = `{"ts":"2026-01-11T10:00:00Z","product_type":"dark","batch_id":"B20260111-DA-0042","tags":{"temp_c":31.4}}`;

/** What the alarm says that the pages look at. */
const STANDING = "tempering above its limit";

/** What of the log a page calls by a placeholder. */
interface Things {
  readonly LOT: string;
  readonly BATCH: string;
  readonly SSCC: string;
  readonly CODE: string;
  readonly packedAt: string;
  readonly madeFrom: string;
  readonly madeUntil: string;
}

/** How a command of a page ended. */
export interface CommandResult {
  readonly code: number | null;
  readonly said: string;
}

/**
 * The plant that the pages speak of: a line that runs with a day behind it in `data`, an outbox beside it, a broker that
 * is another's, one with TLS, and the folder in which a reader types. What a command that writes a log of its own needs
 * is a folder of its own.
 */
export class DocumentedPlant {
  readonly #folder: string;
  readonly #line: RunningConche;
  readonly #plain: Mosquitto;
  readonly #secured: Mosquitto;
  readonly #hook: { close(): void };
  readonly #things: Things;
  readonly #seen: number;
  #folders = 0;

  private constructor(
    folder: string,
    line: RunningConche,
    brokers: readonly [plain: Mosquitto, secured: Mosquitto],
    hook: { close(): void },
    things: Things,
    seen: number,
  ) {
    this.#folder = folder;
    this.#line = line;
    [this.#plain, this.#secured] = brokers;
    this.#hook = hook;
    this.#things = things;
    this.#seen = seen;
  }

  static async start(): Promise<DocumentedPlant> {
    const folder = await mkdtemp(join(tmpdir(), "conche-pages-"));
    const authority = makeAuthority();
    await writeFile(join(folder, "ca.pem"), authority.cert);
    await writeFile(join(folder, "reading.json"), TELEMETRY);
    const hook = await startHook();
    await writeFile(join(folder, "notify.yaml"), notifyFile(hook.url));
    await writeTools(join(folder, ".bin"));
    await linkCheckout(folder);
    const [plain, secured] = await Promise.all([startMosquitto({ verbose: false }), withTls(authority)]);
    const words = ["--history", "1d", "--telemetry-interval", "30", "--messages", "never"];
    const data = join(folder, "data");
    const line = await startConche(["up", "--data", data, "--mqtt-port", "0", "--http-port", "0", ...words]);
    await line.event(({ event }) => event === "historyEnded");
    await runConche([
      "edge",
      "--cloud",
      `mqtt://127.0.0.1:${plain.port}`,
      "--mqtt-port",
      "0",
      "--http-port",
      "0",
      "--for",
      "1",
      "--outbox",
      join(folder, "outbox"),
    ]);
    await sayUnusual(line);
    const seen = await caughtUp(line);
    return new DocumentedPlant(folder, line, [plain, secured], hook, thingsOf(data), seen);
  }

  /** Runs a command as it stands on a page, with what this plant has for the page's names; what goes on is interrupted. */
  async run(command: string): Promise<CommandResult> {
    const own = WRITES_A_LOG.test(command);
    const cwd = own ? await this.#folderOfItsOwn() : this.#folder;
    const typed = this.#here(command);
    const [, running] = GOES_ON.find(([pattern]) => pattern.test(command)) ?? [];
    const child = spawn("/bin/sh", ["-c", running === undefined ? typed : `exec ${typed}`], {
      cwd,
      env: this.#environment(own || OPENS_PORTS.test(command)),
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    let interrupted = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        if (interrupted || running?.test(said) !== true) return;
        interrupted = true;
        child.kill("SIGINT");
      });
    }
    const [code, signal] = await once(child, "close");
    // curl knows no orderly end.
    return { code: interrupted && signal === "SIGINT" ? 0 : code, said };
  }

  async stop(): Promise<void> {
    await this.#line.stop("SIGTERM");
    await Promise.all([this.#plain.dispose(), this.#secured.dispose()]);
    this.#hook.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #here(command: string): string {
    const http = new URL(this.#line.started.http ?? "").host;
    const broker = `mqtt://127.0.0.1:${this.#plain.port}`;
    const { LOT, BATCH, SSCC, CODE, packedAt, madeFrom, madeUntil } = this.#things;
    const found: readonly (readonly [RegExp, string])[] = [
      // What is another's in the page is the test's here.
      [/mqtts:\/\/broker\.example/g, `mqtts://localhost:${this.#secured.port}`],
      [/mqtt:\/\/broker\.plant:1883|mqtt:\/\/127\.0\.0\.1(?=\s)/g, broker],
      [/\b(127\.0\.0\.1|localhost):8080/g, http],
      [/^mosquitto_pub /, `mosquitto_pub -p ${portOf(this.#line.started.mqtt)} `],
      [/^prometheus /, "prometheus --web.listen-address=127.0.0.1:0 --storage.tsdb.path=.prometheus "],
      [/\/etc\/mosquitto\/(conf\.d\/)?|\/backup\//g, "./"],
      // What stands for something of the reader's.
      [/SITE\/LINE\/STEP\/MACHINE/g, "tunis-01/line-a/s8_packaging/packer-03"],
      [/\bTOPIC\b/g, `${TEMPER}/telemetry`],
      [/\bLOT\b/g, LOT],
      [/\bBATCH\b/g, BATCH],
      [/\bSSCC\b/g, SSCC],
      [/\bCODE --at \S+/g, `${CODE} --at ${packedAt}`],
      [/--from \S+ --to \S+/g, `--from ${madeFrom} --to ${madeUntil}`],
      [/--seen \d+/g, `--seen ${this.#seen}`],
      [/\bDIR\b/g, "data"],
      // A test has a minute or two.
      [/--backfill \d+d/g, "--backfill 20m"],
      [/--for (30|60)\b/g, "--for 2"],
      [/\bconche simulate(?!.*(--broker|--backfill))/, `conche simulate --broker ${broker}`],
    ];
    return found.reduce((text, [pattern, value]) => text.replace(pattern, value), command);
  }

  #environment(freePorts: boolean): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(CONCHE_|NODE_OPTIONS|NODE_TEST)/.test(name),
    );
    return {
      ...Object.fromEntries(inherited),
      PATH: `${join(this.#folder, ".bin")}${delimiter}${process.env.PATH ?? ""}`,
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      NODE_EXTRA_CA_CERTS: join(this.#folder, "ca.pem"),
      CONCHE_MQTT_PORT: freePorts ? "0" : String(portOf(this.#line.started.mqtt)),
      CONCHE_HTTP_PORT: "0",
      CONCHE_HISTORY: "10m",
    };
  }

  async #folderOfItsOwn(): Promise<string> {
    const folder = join(this.#folder, `own-${++this.#folders}`);
    await mkdir(folder);
    await linkCheckout(folder);
    await symlink(join(this.#folder, "notify.yaml"), join(folder, "notify.yaml"));
    return folder;
  }
}

/** Commands that go on until somebody ends them, and what shows that they run. */
const GOES_ON: readonly (readonly [command: RegExp, running: RegExp])[] = [
  [/^(npx )?conche (datacenter|up|edge|bridge|serve)\b|^npm start(?!.*--for)/, /is running|http:\/\//],
  [/^(npx )?conche simulate(?!.*--backfill)/, /\n/],
  [/^(npx )?conche now --watch/, /temper-01/],
  [/^prometheus /, /Server is ready/],
  // What changes may be a while in coming: this is what the stream begins with.
  [/^curl -N /, /retry: \d/],
];
const WRITES_A_LOG = /^(npx )?conche (datacenter|up)\b|^npm start/;
const OPENS_PORTS = /^(npx )?conche (doctor|serve|edge|bridge)\b/;

async function withTls(authority: Authority): Promise<Mosquitto> {
  const server = authority.issue("localhost", { hosts: ["localhost", "127.0.0.1"] });
  return startMosquitto({
    verbose: false,
    files: { "cert.pem": server.cert, "key.pem": server.key },
    listener: ["certfile FOLDER/cert.pem", "keyfile FOLDER/key.pem"],
  });
}

/** What a reader has who has installed the package or cloned the repository. */
async function writeTools(bin: string): Promise<void> {
  await mkdir(bin);
  const main = `exec "${process.execPath}" "${join(ROOT, "src", "main.ts")}"`;
  const scripts = {
    conche: `${main} "$@"`,
    npx: `[ "$1" = conche ] || exit 127\nshift\n${main} "$@"`,
    npm: `[ "$1" = start ] || exit 127\nshift\n[ "$1" = -- ] && shift\n${main} up "$@"`,
  };
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
}

function notifyFile(url: string): string {
  return JSON.stringify({
    version: 1,
    channels: { shift: { webhook: { url } } },
    rules: [{ name: "all", about: ["alarm"], to: ["shift"] }],
  });
}

async function linkCheckout(folder: string): Promise<void> {
  for (const name of ["deploy", "plants", "scenarios", "examples"]) {
    await symlink(join(ROOT, name), join(folder, name));
  }
}

/** A message that nobody can use, and an alarm that stands. */
async function sayUnusual(line: RunningConche): Promise<void> {
  const client = await connectAsync(`mqtt://127.0.0.1:${portOf(line.started.mqtt)}`, { protocolVersion: 5 });
  const alarm = {
    v: 2,
    ts: new Date().toISOString(),
    alarm_id: "temp_c.high",
    event: "raised",
    code: "TEMP_HIGH",
    priority: "high",
    message: STANDING,
  };
  await client.publishAsync(`${TEMPER}/alarm`, JSON.stringify(alarm), { qos: 1 });
  await client.publishAsync(`${TEMPER}/alarm`, `{"ts":"yesterday"}`, { qos: 1 });
  await client.endAsync();
}

/** Waits until the views have the alarm; gives the number of its newest message. */
async function caughtUp(line: RunningConche): Promise<number> {
  for (;;) {
    const { text } = await line.page("/api/alarms/history?limit=1&code=TEMP_HIGH&acknowledged=false");
    const [newest] = JSON.parse(text).occurrences ?? [];
    if (newest?.message === STANDING) return newest.message_id;
    await pause(200);
  }
}

function thingsOf(data: string): Things {
  const database = new DatabaseSync(join(data, "datacenter_messages.db"), { readOnly: true });
  try {
    const one = (where: string) => {
      const row = database
        .prepare(
          `SELECT payload_json AS payload FROM mqtt_messages WHERE type = 'batch' AND ${where} ORDER BY id LIMIT 1`,
        )
        .get();
      return JSON.parse(String(row?.payload));
    };
    const event = (name: string) => `payload_json ->> '$.event' = '${name}'`;
    const pallet = one(`${event("AGGREGATED")} AND payload_json ->> '$.unit_kind' = 'pallet'`);
    const [{ pack_code, packed_from, packed_until }] = pallet.contents;
    return {
      LOT: one(event("LOT_RECEIVED")).lot_id,
      BATCH: one(event("BATCH_END")).batch_id,
      SSCC: pallet.sscc,
      CODE: pack_code,
      packedAt: packed_until,
      madeFrom: packed_from,
      madeUntil: packed_until,
    };
  } finally {
    database.close();
  }
}
