import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { EmbeddedBroker } from "../../src/adapters/broker/embedded-broker.ts";
import { connectMachine } from "../../src/adapters/mqtt/machine-client.ts";
import { openMessageLog } from "../../src/adapters/sqlite/log/open-message-log.ts";
import { loadPlant } from "../../src/adapters/yaml/load-plant.ts";
import { DataCenter } from "../../src/ingest/data-center.ts";
import { simulatePlant } from "../../src/simulator/plant-simulation.ts";
import { PublishingMachine } from "../../src/simulator/publishing/publishing-machine.ts";
import { offlineState, willOf } from "../../src/simulator/report/payloads.ts";
import { COMPILE_CACHE, CONCHE, runConche } from "../commands/run-conche.ts";
import { startConche } from "../servers/conche.ts";
import { NO_MOSQUITTO, startMosquitto } from "../servers/mosquitto.ts";

const START = "2026-01-11T08:00:00Z";
const START_MS = Date.parse(START);
const MINUTE_MS = 60_000;
const END_MS = START_MS + 30 * MINUTE_MS;
const DATABASE = "datacenter_messages.db";
const MACHINES = 10;

/** What two logs of the same messages have in common, whenever and in whatever order of machines they came. */
const COMPARED =
  "topic, ts, payload_json, qos, retain, version, boot, seq, batch_id, site, line, step, machine, type";

interface Row {
  readonly [column: string]: unknown;
}

function rows(folder: string, sql: string): Row[] {
  const database = new DatabaseSync(join(folder, DATABASE), { readOnly: true });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

function lastEvent(out: string): Record<string, unknown> {
  return JSON.parse(out.trim().split("\n").at(-1) ?? "{}");
}

describe("conche simulate --backfill", () => {
  let folder = "";
  /** Half an hour, made once for all tests that only read it. */
  let halfHour = "";
  const make = (data: string, ...more: string[]) =>
    runConche(["simulate", "--backfill", "30m", "--start", START, "--data", data, "--json", ...more]);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "conche-backfill-"));
    halfHour = join(folder, "half-hour");
    const run = await make(halfHour);
    assert.equal(run.code, 0, run.err);
    const end = lastEvent(run.out);
    assert.deepEqual([end.event, end.complete, end.reached], ["stopped", true, "2026-01-11T08:30:00.000Z"]);
    assert.equal(end.messages, rows(halfHour, "SELECT stored FROM log_totals")[0]?.stored);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("says when a history ends before the scenario that it is given, and what of it is then not there", async () => {
    const words = ["simulate", "--scenario", "nozzle-clogging", "--telemetry-interval", "60", "--backfill"];
    const [people, program] = await Promise.all([
      runConche([...words, "10m", "--data", join(folder, "cut")]),
      runConche([...words, "10m", "--data", join(folder, "cut-json"), "--json"]),
    ]);
    assert.deepEqual([people.code, program.code], [0, 0], people.err + program.err);
    assert.match(
      people.err,
      /^\S+ warning scenario-cut: the history has 0\.17 h and ends before the scenario nozzle-clogging, which takes 9 h \(--backfill 9h\); .*: nozzle_drifts/,
    );
    const events = program.out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const started = events.find(({ event }) => event === "started");
    assert.deepEqual(started.scenario, { id: "nozzle-clogging", hours: 9, complete: false });
    assert.ok(events.some(({ event, level }) => event === "notice" && level === "warning"));
  });

  it("writes a log that is complete and adds up, received when it was said", async () => {
    const verify = await runConche(["verify", "--data", halfHour, "--json"]);
    assert.equal(verify.code, 0, verify.out + verify.err);
    const publishers = rows(
      halfHour,
      "SELECT highest, missing_json, duplicates, clock_skew_ms FROM sequences",
    );
    assert.equal(publishers.length, MACHINES);
    for (const { missing_json, duplicates, clock_skew_ms } of publishers)
      assert.deepEqual([missing_json, duplicates, clock_skew_ms], ["[]", 0, 0]);
    const late = `SELECT count(*) AS count FROM mqtt_messages
      WHERE abs(received_at - CAST(unixepoch(ts, 'subsec') * 1000 AS INTEGER)) > 1 OR flags <> 0`;
    assert.equal(rows(halfHour, late)[0]?.count, 0);
    const [totals] = rows(halfHour, "SELECT committed_at, received, stored FROM log_totals");
    assert.equal(totals?.committed_at, END_MS);
    assert.equal(totals?.received, totals?.stored);
    const query = await runConche([
      "log",
      "query",
      "--data",
      halfHour,
      "--type",
      "quality",
      "--limit",
      "1",
      "--json",
    ]);
    assert.equal(JSON.parse(query.out).type, "quality");
  });

  it("is the same file again, byte for byte, and another one with another seed", async () => {
    const again = join(folder, "again");
    assert.equal((await make(again)).code, 0);
    const [first, second] = await Promise.all(
      [halfHour, again].map((data) => readFile(join(data, DATABASE))),
    );
    assert.ok(first !== undefined && second !== undefined && first.equals(second), "the files differ");
    const other = join(folder, "other");
    assert.equal((await make(other, "--seed", "2", "--telemetry-interval", "60")).code, 0);
    const boots = (data: string) =>
      rows(data, "SELECT DISTINCT boot FROM mqtt_messages").map(({ boot }) => boot);
    assert.equal(boots(halfHour).length, 1);
    assert.notDeepEqual(boots(other), boots(halfHour));
    const most = rows(
      other,
      "SELECT count(*) AS count FROM mqtt_messages WHERE type = 'telemetry' GROUP BY topic",
    );
    for (const { count } of most) assert.equal(count, 30);
  });

  it("holds what a data center stores that the same messages are published to", async () => {
    const live = join(folder, "live");
    const [known] = rows(halfHour, "SELECT boot FROM mqtt_messages LIMIT 1");
    await publishLive(live, String(known?.boot), START_MS + 10 * MINUTE_MS);
    const until = "'2026-01-11T08:10:00.000Z'";
    const order = "ORDER BY machine, seq";
    // Where this ends with OFFLINE, the history goes on.
    const stored = rows(live, `SELECT ${COMPARED} FROM mqtt_messages WHERE ts < ${until} ${order}`);
    const history = rows(halfHour, `SELECT ${COMPARED} FROM mqtt_messages WHERE ts < ${until} ${order}`);
    assert.ok(stored.length > 4_000, `${stored.length} messages`);
    assert.deepEqual(stored, history);
  });

  it("a data center goes on with it: retained states, numbers, one writer", async () => {
    const data = join(folder, "goes-on");
    await cp(halfHour, data, { recursive: true });
    const [before] = rows(data, "SELECT stored FROM log_totals");
    const ports = ["--mqtt-port", "0", "--http-port", "0"];
    const up = await startConche(["up", "--data", data, "--history", "none", ...ports]);
    // The chapter of the story that begins with the run has a boot of its own.
    const boots = () => rows(data, "SELECT DISTINCT boot FROM mqtt_messages").length;
    while (boots() < 2) await setTimeout(100);
    assert.equal(await up.stop("SIGTERM"), 0, up.errors.join("\n"));
    const verify = await runConche(["verify", "--data", data, "--json"]);
    assert.equal(verify.code, 0, verify.out + verify.err);
    const [after] = rows(data, "SELECT stored FROM log_totals");
    assert.ok(Number(after?.stored) > Number(before?.stored));
    assert.equal(rows(data, "SELECT DISTINCT boot FROM mqtt_messages").length, 2);
    const refused = await make(data);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /"CONCHE_LOG_EXISTS","message":"there is a log in .*goes-on already"/);
    assert.equal(
      rows(data, "SELECT stored FROM log_totals")[0]?.stored,
      after?.stored,
      "nothing was touched",
    );
  });

  it("ends cleanly on SIGINT, with every machine saying that it leaves", async () => {
    const data = join(folder, "interrupted");
    const running = await startConche(["simulate", "--backfill", "366d", "--start", START, "--data", data]);
    await running.event(({ event }) => event === "progress");
    assert.equal(await running.stop("SIGINT"), 130);
    const end = running.events.at(-1);
    assert.deepEqual([end?.event, end?.complete], ["stopped", false]);
    assert.deepEqual(running.errors, []);
    const verify = await runConche(["verify", "--data", data, "--json"]);
    assert.equal(verify.code, 0, verify.out + verify.err);
    const [totals] = rows(data, "SELECT stored FROM log_totals");
    assert.equal(totals?.stored, end?.messages);
    const states = rows(
      data,
      `SELECT payload_json ->> '$.state' AS state FROM retained_messages JOIN mqtt_messages ON id = message_id`,
    );
    assert.deepEqual(
      states.map(({ state }) => state),
      new Array(MACHINES).fill("OFFLINE"),
    );
  });

  it("says what is wrong with its options", async () => {
    const wrong = await runConche(["simulate", "--backfill", "seven days", "--data", join(folder, "none")]);
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /must be a time span from 1m to 366d, such as 30m, 12h, 7d/);
    const file = await runConche(["simulate", "--backfill", "1h", "--data", join(halfHour, DATABASE)]);
    assert.equal(file.code, 1);
    assert.match(file.err, /CONCHE_DATA_FOLDER/);
  });

  it("publishes to another broker, and what is published again is stored once", {
    skip: NO_MOSQUITTO,
  }, async () => {
    const mosquitto = await startMosquitto({
      global: ["allow_anonymous true", "max_queued_messages 0"],
      verbose: false,
    });
    const url = `mqtt://127.0.0.1:${mosquitto.port}`;
    const data = join(folder, "through-mosquitto");
    const center = await startConche([
      "datacenter",
      "--broker",
      url,
      "--data",
      data,
      "--http-port",
      "0",
      "--quiet",
    ]);
    try {
      const publish = () =>
        runConche(["simulate", "--backfill", "5m", "--start", START, "--broker", url, "--json"]);
      for (const round of [1, 2]) {
        const run = await publish();
        assert.equal(run.code, 0, run.err);
        const end = lastEvent(run.out);
        assert.deepEqual([end.complete, end.refused, end.unheard], [true, 0, 0], `round ${round}`);
        await received(center, Number(end.messages) * round);
      }
      assert.equal(await center.stop("SIGTERM"), 0);
    } finally {
      center.child.kill("SIGKILL");
      await mosquitto.dispose();
    }
    const [totals] = rows(data, "SELECT received, stored, duplicates, quarantined FROM log_totals");
    assert.deepEqual([totals?.duplicates, totals?.quarantined], [totals?.stored, 0]);
    // Marked as late, so its age is no wrong clock; not retained, so nobody takes it for the present.
    assert.deepEqual(
      rows(data, "SELECT DISTINCT flags, retain FROM mqtt_messages"),
      rows(data, "SELECT 4 AS flags, 0 AS retain"),
    );
    const same =
      "SELECT topic, payload_json FROM mqtt_messages WHERE ts < '2026-01-11T08:05:00.000Z' ORDER BY topic, seq";
    assert.deepEqual(rows(data, same), rows(halfHour, same));
  });

  it("without a broker to be found it goes on looking until it is stopped", async () => {
    const child = spawn(
      process.execPath,
      [...CONCHE, "simulate", "--backfill", "1h", "--broker", "mqtt://127.0.0.1:1"],
      { env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE }, stdio: ["ignore", "ignore", "pipe"] },
    );
    const [text] = await once(child.stderr, "data");
    assert.match(String(text), /CONCHE_BROKER_UNREACHABLE/);
    child.kill("SIGINT");
    const [code] = await once(child, "close");
    assert.equal(code, 130);
  });
});

/** Waits until a data center has received so many messages, whatever became of them. */
async function received(center: Awaited<ReturnType<typeof startConche>>, count: number): Promise<void> {
  for (;;) {
    const { text } = await center.page("/metrics");
    const [, value] = /^conche_messages_received_total (\d+)$/m.exec(text) ?? [];
    if (value === undefined) throw new Error(`no counter of received messages in\n${text}`);
    if (Number(value) >= count) return;
  }
}

/** A data center with its embedded broker, and the machines of the plant publishing to it what a seed gives. */
async function publishLive(data: string, boot: string, untilMs: number): Promise<void> {
  const plant = await loadPlant("plants/chocolate.yaml");
  const broker = new EmbeddedBroker({ port: 0 });
  const center = await DataCenter.start({
    log: await openMessageLog(data),
    delivery: broker,
    observer: { committed: () => {}, commitFailed: () => {} },
    knowsMachine: plant.hasMachine,
    now: Date.now,
    onFatal: (error) => {
      throw error;
    },
  });
  const connected = plant.machines.map(async ({ key, address }) => {
    const connect = (clientId: string) =>
      connectMachine({
        url: `mqtt://127.0.0.1:${broker.port}`,
        clientId,
        protocol: 5,
        maxQueued: 100_000,
      });
    return [key, await PublishingMachine.connect(address, connect, willOf(2), { boot })] as const;
  });
  const machines = new Map(await Promise.all(connected));
  const simulation = simulatePlant(plant, { seed: 1, startMs: START_MS, payloadVersion: 2 });
  const said = simulation.advance(untilMs).map(({ machine, type, payload }) => {
    const key = plant.machines.find(
      ({ address }) => address === machine || address.machine === machine.machine,
    )?.key;
    const publisher = key === undefined ? undefined : machines.get(key);
    assert.ok(publisher !== undefined);
    return publisher.publish(type, payload);
  });
  for (const machine of machines.values()) said.push(machine.publish("state", offlineState(2, untilMs)));
  for (const { kind } of await Promise.all(said)) assert.notEqual(kind, "refused");
  await Promise.all(Array.from(machines.values(), (machine) => machine.close()));
  await center.stop();
}
