import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import { runConche } from "../commands/run-conche.ts";
import { startConche } from "../servers/conche.ts";
import { NO_MOSQUITTO, startMosquitto } from "../servers/mosquitto.ts";
import { count, until } from "./fault-matrix/data-center.ts";
import { runSeedLine, SEED_RUN_MESSAGES } from "./seed-line.ts";

const EXPECTED = { telemetry: 40, state: 17, alarm: 1, quality: 1, batch: 2 };

describe("the commissioning document's kind of client (MQTT 3.1.1, version 1, no identity)", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "conche-seed-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("is stored whole, with nothing in quarantine, over the embedded broker", async () => {
    const data = join(folder, "embedded");
    const center = await startConche(["datacenter", "--data", data, "--mqtt-port", "0", "--http-port", "0"]);
    await runSeedLine(center.started.mqtt ?? "", Date.now(), "seed-line");
    await stored(data);
    assert.equal(await center.stop("SIGTERM"), 0);
    await assertWhole(data);
  });

  it("is stored whole, with nothing in quarantine, over Mosquitto", { skip: NO_MOSQUITTO }, async () => {
    const mosquitto = await startMosquitto();
    try {
      const data = join(folder, "mosquitto");
      const url = `mqtt://127.0.0.1:${mosquitto.port}`;
      const center = await startConche(["datacenter", "--broker", url, "--data", data, "--http-port", "0"]);
      await mosquitto.logged(/Sending SUBACK/);
      await runSeedLine(url, Date.now(), "seed-line");
      await stored(data);
      assert.equal(await center.stop("SIGTERM"), 0);
      await assertWhole(data);
    } finally {
      await mosquitto.dispose();
    }
  });
});

/** Looks until the log has the run; the test's time limit ends it otherwise. */
async function stored(data: string): Promise<void> {
  await until(() => count(data, "mqtt_messages") >= SEED_RUN_MESSAGES);
}

async function assertWhole(data: string): Promise<void> {
  const database = new DatabaseSync(join(data, "datacenter_messages.db"), { readOnly: true });
  try {
    const rows = database
      .prepare(
        "SELECT type, count(*) AS count, min(version) AS version, min(seq) AS seq FROM mqtt_messages GROUP BY type",
      )
      .all();
    assert.deepEqual(Object.fromEntries(rows.map(({ type, count }) => [type, count])), EXPECTED);
    assert.ok(rows.every(({ version, seq }) => version === 1 && seq === null));
    const total = database
      .prepare("SELECT count(*) AS count, count(DISTINCT step) AS steps FROM mqtt_messages")
      .get();
    assert.deepEqual({ ...total }, { count: SEED_RUN_MESSAGES, steps: 10 });
    assert.deepEqual({ ...database.prepare("SELECT count(*) AS count FROM quarantine").get() }, { count: 0 });
    const [first] = database
      .prepare("SELECT id, ts, topic, payload_json FROM mqtt_messages ORDER BY id LIMIT 1")
      .all();
    assert.equal(first?.topic, "factory/tunis-01/line-a/s0_edge/edge-gw-01/state");
    assert.equal(JSON.parse(String(first?.payload_json)).ts, first?.ts);
  } finally {
    database.close();
  }
  const verify = await runConche(["verify", "--data", data]);
  assert.equal(verify.code, 0, verify.out + verify.err);
}
