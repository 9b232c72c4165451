import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { suite, type TestContext, test } from "node:test";
import { RawClient } from "../../adapters/broker/raw-client.ts";
import { runConche } from "../../commands/run-conche.ts";
import { portOf, type RunningConche } from "../../servers/conche.ts";
import { NO_MOSQUITTO } from "../../servers/mosquitto.ts";
import {
  dataCenter,
  endInOrder,
  metric,
  mosquitto,
  ready,
  TELEMETRY,
  temporaryFolder,
  until,
  verifiedTotals,
} from "./data-center.ts";
import { type HostileMessage, hostileMessages } from "./hostile-messages.ts";

/** CONCHE_TEST_FUZZ=1000000 for the million; CONCHE_TEST_SEED repeats a run. */
const FUZZED = Number(process.env.CONCHE_TEST_FUZZ ?? 10_000);
const SEED = Number(process.env.CONCHE_TEST_SEED ?? Date.now() % 1_000_000);
/** The embedded broker's receive maximum. */
const WINDOW = 1_000;
const MESSAGES_PER_CONNECTION = 20_000;
/** Far above what it takes, far below what keeping anything of a million messages would take. */
const MEMORY_LIMIT_BYTES = 600_000_000;

const NAMED: readonly (readonly [what: string, payload: string | Uint8Array, reason: string])[] = [
  ["bad JSON", '{"ts":"2026-01-11T08:00:00Z","state"', "json"],
  ["depth 10,000", '{"a":'.repeat(10_000).concat("1", "}".repeat(10_000)), "json"],
  ["depth 10,000, never closed", "[".repeat(10_000), "json"],
  ["__proto__", '{"__proto__":{"admin":true},"ts":"2026-01-11T08:00:00Z","tags":{}}', "prototype"],
  ["bad UTF-8", new Uint8Array([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]), "encoding"],
  ["empty", "", "empty"],
  [
    "NaN",
    '{"ts":"2026-01-11T08:00:00Z","product_type":"dark","batch_id":"B20260111-DA-0042","tags":{"temp_c":NaN}}',
    "json",
  ],
  [
    "1e400",
    '{"ts":"2026-01-11T08:00:00Z","product_type":"dark","batch_id":"B20260111-DA-0042","tags":{"temp_c":1e400}}',
    "schema",
  ],
];

/** What of a message must come out again as it went in. */
function fingerprint(topic: string, payload: Uint8Array): string {
  return createHash("sha1").update(topic).update("\0").update(payload).digest("base64");
}

/** The next messages of a generator that goes on behind them (which `take` would end). */
function* next<Value>(messages: Generator<Value>, count: number): Generator<Value> {
  for (let taken = 0; taken < count; taken++) {
    const { done, value } = messages.next();
    if (done) return;
    yield value;
  }
}

/** Sends the messages, no more than a window ahead of their acknowledgements; all of them are acknowledged. */
async function send(port: number, version: 4 | 5, messages: Iterable<HostileMessage>): Promise<void> {
  const client = await RawClient.connected(port, version, `fuzz-${version}`);
  let inFlight = 0;
  let id = 0;
  const acknowledged = async () => {
    const answer = await client.expect("puback");
    assert.ok([0, 16].includes(answer.reasonCode ?? 0), `refused with ${answer.reasonCode}`);
    inFlight--;
  };
  for (const { topic, payload, retain, userProperties } of messages) {
    const more = version === 5 && userProperties !== undefined ? { properties: { userProperties } } : {};
    id = (id % 65_535) + 1;
    client.publish(topic, payload, 1, id, { retain, ...more });
    if (++inFlight >= WINDOW) for (let turn = 0; turn < WINDOW / 2; turn++) await acknowledged();
  }
  while (inFlight > 0) await acknowledged();
  client.send({ cmd: "disconnect", ...(version === 5 ? { reasonCode: 0 } : {}) });
  await client.closed;
}

/** Every message sent is in the log or in quarantine, byte for byte, or was counted as the duplicate of one. */
function assertAccounted(data: string, seed: number, count: number, duplicates: number): void {
  const sent = new Map<string, number>();
  for (const { topic, payload } of hostileMessages(seed, count)) {
    const key = fingerprint(topic, payload);
    sent.set(key, (sent.get(key) ?? 0) + 1);
  }
  let left = count;
  const database = new DatabaseSync(join(data, "datacenter_messages.db"), { readOnly: true });
  for (const [table, column] of [
    ["mqtt_messages", "payload_json"],
    ["quarantine", "payload"],
  ]) {
    for (const row of database.prepare(`SELECT id, topic, ${column} AS payload FROM ${table}`).iterate()) {
      const payload =
        typeof row.payload === "string" ? Buffer.from(row.payload) : (row.payload as Uint8Array);
      const key = fingerprint(String(row.topic), payload);
      const times = sent.get(key) ?? 0;
      assert.ok(times > 0, `${table} ${row.id} was never sent like that`);
      sent.set(key, times - 1);
      left--;
    }
  }
  database.close();
  assert.equal(left, duplicates, "sent, neither stored nor in quarantine nor a duplicate");
}

async function assertAliveWithBoundedMemory(center: RunningConche): Promise<void> {
  assert.equal((await center.page("/readyz")).status, 200);
  const resident = await metric(center, "process_resident_memory_bytes");
  assert.ok(resident < MEMORY_LIMIT_BYTES, `${resident} bytes resident`);
}

/** The commands that show what is in the log get through it. */
async function assertReadable(data: string): Promise<void> {
  const commands = [
    ["quarantine", "list", "--limit", "1000"],
    ["quarantine", "show", "1"],
    ["log", "query", "--limit", "1000"],
    ["log", "export", "--format", "csv", "--limit", "1000"],
  ];
  for (const words of commands) {
    const { code, out, err } = await runConche([...words, "--data", data]);
    assert.equal(code, 0, `${words.join(" ")}: ${err}`);
    // A file gets every character; what is shown must not act on a terminal.
    if (!words.includes("export")) assert.doesNotMatch(out, /[\p{Cc}--[\n\t]]/v, words.join(" "));
  }
}

suite("row 24, bad JSON, depth 10,000, __proto__, bad UTF-8, empty, NaN, 1e400: raw bytes in quarantine, acknowledged", () => {
  test("each of them by name, and its bytes can be had back", async (context) => {
    const data = await temporaryFolder(context);
    const center = await dataCenter(context, { data });
    const client = await RawClient.connected(portOf(center.started.mqtt), 5, "temper-01");
    for (const [index, [what, payload]] of NAMED.entries()) {
      client.publish(TELEMETRY, Buffer.from(payload), 1, index + 1);
      assert.equal((await client.expect("puback")).reasonCode ?? 0, 0, what);
    }
    await endInOrder(center);
    const database = new DatabaseSync(join(data, "datacenter_messages.db"), { readOnly: true });
    const rows = database.prepare("SELECT reason, payload FROM quarantine ORDER BY id").all();
    database.close();
    for (const [index, [what, payload, reason]] of NAMED.entries()) {
      assert.equal(rows[index]?.reason, reason, what);
      assert.deepEqual(Buffer.from(rows[index]?.payload as Uint8Array), Buffer.from(payload), what);
    }
    const totals = { received: NAMED.length, stored: 0, duplicates: 0, quarantined: NAMED.length };
    assert.deepEqual(await verifiedTotals(data), totals);
    assert.equal(({} as { admin?: boolean }).admin, undefined);
    const raw = await runConche(["quarantine", "show", "2", "--raw", "--data", data]);
    assert.equal(raw.out, NAMED[1]?.[1]);
  });

  test(`embedded broker: ${FUZZED} fuzzed payloads (seed ${SEED})`, {
    timeout: 60_000 + FUZZED * 3,
  }, async (context: TestContext) => {
    const data = await temporaryFolder(context);
    const center = await dataCenter(context, { data, words: ["--quiet"] });
    const port = portOf(center.started.mqtt);
    const messages = hostileMessages(SEED, FUZZED);
    for (let sent = 0; sent < FUZZED; sent += MESSAGES_PER_CONNECTION) {
      const half = Math.min(MESSAGES_PER_CONNECTION, FUZZED - sent) / 2;
      await send(port, 5, next(messages, Math.floor(half)));
      await send(port, 4, next(messages, Math.ceil(half)));
      await assertAliveWithBoundedMemory(center);
    }
    await endInOrder(center);
    assert.deepEqual(center.errors, []);
    const { received, stored, duplicates, quarantined } = await verifiedTotals(data);
    context.diagnostic(
      `seed ${SEED}: ${received} received, ${stored} stored, ${duplicates} duplicates, ${quarantined} quarantined`,
    );
    assert.equal(received, FUZZED);
    assertAccounted(data, SEED, FUZZED, duplicates ?? 0);
    await assertReadable(data);
  });

  test(`Mosquitto: ${FUZZED / 5} fuzzed payloads (seed ${SEED})`, { skip: NO_MOSQUITTO }, async (context) => {
    const count = FUZZED / 5;
    const broker = await mosquitto(context, { global: ["allow_anonymous true", "max_queued_messages 0"] });
    const data = await temporaryFolder(context);
    const center = await dataCenter(context, { data, brokerPort: broker.port, words: ["--quiet"] });
    await ready(center);
    await send(broker.port, 5, hostileMessages(SEED, count));
    await until(async () => (await metric(center, "conche_messages_received_total")) === count);
    await assertAliveWithBoundedMemory(center);
    await endInOrder(center);
    const { duplicates } = await verifiedTotals(data);
    assertAccounted(data, SEED, count, duplicates ?? 0);
  });
});
