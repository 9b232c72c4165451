import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import { runConche } from "../commands/run-conche.ts";
import { portOf, startConche } from "../servers/conche.ts";
import { AcknowledgedPublisher } from "./acknowledged-load.ts";
import { seededRandom } from "./seeded-random.ts";

/** CI kills it 50 times; CONCHE_TEST_KILLS asks for another number. */
const KILLS = Number(process.env.CONCHE_TEST_KILLS ?? (process.env.CI ? 50 : 10));
const SEED = Number(process.env.CONCHE_TEST_SEED ?? Date.now() % 1_000_000);
const PUBLISHERS = 8;
const LONGEST_MS = 250;

describe(`kill -9 of the data center under QoS 1 load (seed ${SEED})`, () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "conche-kill-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it(`has every acknowledged message on disk after each of ${KILLS} kills, each once`, {
    timeout: 600_000,
  }, async (test) => {
    const random = seededRandom(SEED);
    let acknowledged = 0;
    for (let kill = 1; kill <= KILLS; kill++) {
      const center = await startConche([
        "datacenter",
        "--data",
        folder,
        "--mqtt-port",
        "0",
        "--http-port",
        "0",
        "--quiet",
      ]);
      const port = portOf(center.started.mqtt);
      const publishers = Array.from(
        { length: PUBLISHERS },
        (_, index) => new AcknowledgedPublisher(port, index),
      );
      await Promise.all(publishers.map((publisher) => publisher.flowing()));
      // When the kill comes is the test's random input, not something it waits for.
      await new Promise((resolve) => setTimeout(resolve, random() * LONGEST_MS));
      await center.stop("SIGKILL");
      await Promise.all(publishers.map((publisher) => publisher.ended()));
      acknowledged += publishers.reduce((sum, publisher) => sum + publisher.acknowledged.length, 0);
      for (const publisher of publishers) assertStored(folder, publisher, `kill ${kill}`);
    }
    test.diagnostic(`${KILLS} kills, ${acknowledged} acknowledged messages, seed ${SEED}`);
    assert.ok(acknowledged >= KILLS * PUBLISHERS);
    const verify = await runConche(["verify", "--data", folder]);
    assert.equal(verify.code, 0, verify.out + verify.err);
  });
});

/** Looks with plain SQL, so that a fault of our own reading can't hide a loss. */
function assertStored(folder: string, publisher: AcknowledgedPublisher, when: string): void {
  const database = new DatabaseSync(join(folder, "datacenter_messages.db"), { readOnly: true });
  try {
    const rows = database
      .prepare("SELECT seq FROM mqtt_messages WHERE boot = ? AND topic = ?")
      .all(publisher.boot, `factory/${publisher.machine}/telemetry`);
    const stored = new Set(rows.map(({ seq }) => Number(seq)));
    assert.equal(stored.size, rows.length, `${when}: a number of ${publisher.machine} was stored twice`);
    const lost = publisher.acknowledged.filter((seq) => !stored.has(seq));
    assert.deepEqual(lost, [], `${when}: acknowledged to ${publisher.machine} and not on disk`);
  } finally {
    database.close();
  }
}
