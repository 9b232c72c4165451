import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { afterwards } from "../../servers/afterwards.ts";
import { portOf } from "../../servers/conche.ts";
import { NO_MOSQUITTO } from "../../servers/mosquitto.ts";
import { AcknowledgedPublisher } from "../acknowledged-load.ts";
import { seededRandom } from "../seeded-random.ts";
import {
  assertVerified,
  count,
  dataCenter,
  endInOrder,
  mosquitto,
  ready,
  select,
  temporaryFolder,
  until,
} from "./data-center.ts";

const SEED = Number(process.env.CONCHE_TEST_SEED ?? Date.now() % 1_000_000);
const ROUNDS = 2;

/** The numbers of a publisher in the log, each once. */
function numbersOf(data: string, { boot, machine }: AcknowledgedPublisher): Set<number> {
  const sql = "SELECT seq FROM mqtt_messages WHERE boot = ? AND topic = ?";
  const rows = select(data, sql, boot, `factory/${machine}/telemetry`);
  const numbers = new Set(rows.map(({ seq }) => Number(seq)));
  assert.equal(numbers.size, rows.length, `a number of ${machine} was stored twice`);
  return numbers;
}

suite(`row 5, SIGTERM under load: drained and exited within 10 s, nothing lost (seed ${SEED})`, () => {
  test("embedded broker: exits 0 by itself, and what was acknowledged is on disk", async (context) => {
    const random = seededRandom(SEED);
    const data = await temporaryFolder(context);
    for (let round = 1; round <= ROUNDS; round++) {
      const center = await dataCenter(context, { data, words: ["--quiet"] });
      const port = portOf(center.started.mqtt);
      const publishers = Array.from({ length: 8 }, (_, index) => new AcknowledgedPublisher(port, index));
      await Promise.all(publishers.map((publisher) => publisher.flowing()));
      // When the signal comes is the test's random input, not something it waits for.
      await new Promise((resolve) => setTimeout(resolve, random() * 200));
      await endInOrder(center);
      await Promise.all(publishers.map((publisher) => publisher.ended()));
      for (const publisher of publishers) {
        const stored = numbersOf(data, publisher);
        const lost = publisher.acknowledged.filter((seq) => !stored.has(seq));
        assert.deepEqual(lost, [], `round ${round}: acknowledged to ${publisher.machine} and not on disk`);
      }
    }
    await assertVerified(data);
  });

  test("Mosquitto: what was on its way stays there, and the next start stores it, each once", {
    skip: NO_MOSQUITTO,
  }, async (context) => {
    const limit = 4_000;
    const broker = await mosquitto(context, { global: ["allow_anonymous true", "max_queued_messages 0"] });
    const data = await temporaryFolder(context);
    const setting = { data, brokerPort: broker.port, words: ["--quiet"] };
    const first = await dataCenter(context, setting);
    await ready(first);
    const publishers = Array.from(
      { length: 4 },
      (_, index) => new AcknowledgedPublisher(broker.port, index, limit),
    );
    afterwards(context, () => {
      for (const publisher of publishers) publisher.leave();
    });
    await until(() => count(data, "mqtt_messages") > 0);
    await endInOrder(first);
    await Promise.all(publishers.map((publisher) => publisher.finished()));
    const before = count(data, "mqtt_messages");
    assert.ok(before < publishers.length * limit, "the signal came too late to interrupt anything");
    const second = await dataCenter(context, setting);
    await until(() => count(data, "mqtt_messages") >= publishers.length * limit);
    await endInOrder(second);
    for (const publisher of publishers) assert.equal(numbersOf(data, publisher).size, limit);
    await assertVerified(data);
  });
});
