import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Receipt } from "../../src/contract/receipt.ts";
import type { MachineKey } from "../../src/contract/topic.ts";
import { ConcheError } from "../../src/errors/conche-error.ts";
import { DataCenter } from "../../src/ingest/data-center.ts";
import type { DeliveredMessage, Delivery, MessageSink, OutgoingMessage } from "../../src/mqtt/delivery.ts";
import { MemoryMessageLog } from "../log/memory-message-log.ts";
import { ManualClock } from "../time/manual-clock.ts";
import { BOOT, MACHINE, telemetry } from "./delivered.ts";

/** A delivery that tells what was asked of it, in order. */
class RecordingDelivery implements Delivery {
  readonly calls: string[] = [];
  readonly published: OutgoingMessage[] = [];
  ready = true;
  /** What the broker answers to receipts instead of taking them. */
  refusal: ConcheError | undefined;
  sink: MessageSink | undefined;

  async start(sink: MessageSink): Promise<void> {
    this.sink = sink;
    this.calls.push("start");
  }

  status() {
    return { ready: this.ready, detail: this.ready ? "connected" : "broker unreachable" };
  }

  async publish(message: OutgoingMessage): Promise<void> {
    this.calls.push("publish");
    if (this.refusal !== undefined) throw this.refusal;
    this.published.push(message);
  }

  async pause(): Promise<void> {
    this.calls.push("pause");
  }

  async stop(): Promise<void> {
    this.calls.push("stop");
  }
}

const UNHEARD = "tunis-01/line-a/s1_dosing/weigher-01" as MachineKey;

async function start(log: MemoryMessageLog, onFatal: (error: ConcheError) => void = () => {}) {
  const delivery = new RecordingDelivery();
  const clock = new ManualClock();
  const center = await DataCenter.start({
    log,
    delivery,
    observer: { committed: () => {}, commitFailed: () => {} },
    knowsMachine: () => true,
    now: () => Date.parse("2026-01-11T10:00:01Z"),
    onFatal,
    clock,
    machines: [MACHINE as MachineKey, UNHEARD],
  });
  return { center, delivery, clock };
}

/** Hands a message over; resolves when it is on disk. */
function stored(delivery: RecordingDelivery, message: DeliveredMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    delivery.sink?.accept(message, (error) => (error === undefined ? resolve() : reject(error)));
  });
}

/** The machine's receipts among what was published. */
function receiptsIn(published: readonly OutgoingMessage[]): Receipt[] {
  return published.flatMap(({ topic, payload }) =>
    topic === `datacenter/${MACHINE}/receipt` && payload !== "" ? (JSON.parse(payload) as Receipt) : [],
  );
}

describe("DataCenter", () => {
  it("stops in the order that loses nothing: no more in, commit, receipts, connections, log", async () => {
    const log = new MemoryMessageLog();
    const { center, delivery } = await start(log);
    const release = log.hold();
    const settled: unknown[] = [];
    delivery.sink?.accept(telemetry(1), (error) => settled.push(error));
    const stopped = center.stop();
    assert.equal(log.closed, false);
    release();
    await stopped;
    assert.deepEqual(settled, [undefined]);
    assert.equal(log.messages.length, 1);
    assert.equal(log.closed, true);
    assert.deepEqual(delivery.calls, ["start", "pause", "publish", "publish", "stop"]);
  });

  it("tells a publisher after the commit what is on disk and what is missing", async () => {
    const log = new MemoryMessageLog();
    const { center, delivery } = await start(log);
    delivery.sink?.accept(telemetry(1), () => {});
    delivery.sink?.accept(telemetry(4), () => {});
    await center.stop();
    const message = delivery.published.find(({ payload }) => payload !== "");
    assert.equal(message?.topic, `datacenter/${MACHINE}/receipt`);
    assert.equal(message?.retain, true);
    const receipt: Receipt = JSON.parse(message?.payload ?? "");
    assert.deepEqual(receipt, {
      boot: BOOT,
      through: 4,
      missing: [[2, 3]],
      quarantined: [],
      at: "2026-01-11T10:00:01.000Z",
    });
  });

  it("retains the receipt of a machine's newest boot only", async () => {
    const log = new MemoryMessageLog();
    const { center, delivery } = await start(log);
    delivery.sink?.accept(telemetry(1, 31, "0198c5f2-0000-7000-8000-00000000000b"), () => {});
    delivery.sink?.accept(telemetry(2, 31, "0198c5f2-0000-7000-8000-00000000000a"), () => {});
    await center.stop();
    assert.deepEqual(
      delivery.published
        .filter(({ payload }) => payload !== "")
        .map(({ payload, retain }) => [JSON.parse(payload).boot.at(-1), retain]),
      [
        ["b", true],
        ["a", false],
      ],
    );
  });

  it("tells after a restart what it knows, though its publishers say nothing", async () => {
    const log = new MemoryMessageLog();
    const before = await start(log);
    await stored(before.delivery, telemetry(1));
    await stored(before.delivery, telemetry(4));
    // Killed here: before its receipt was due.
    assert.deepEqual(before.delivery.published, []);
    const { delivery, clock } = await start(log);
    await clock.pass(1_000);
    const [receipt, ...more] = receiptsIn(delivery.published);
    assert.deepEqual([receipt?.through, receipt?.missing, more], [4, [[2, 3]], []]);
    assert.equal(delivery.published.find(({ topic }) => topic.includes(MACHINE))?.retain, true);
  });

  it("answers duplicates after a restart: a broker lost the receipts, its publisher sends again", async () => {
    const log = new MemoryMessageLog();
    const before = await start(log);
    await stored(before.delivery, telemetry(1));
    await stored(before.delivery, telemetry(2));
    const { delivery, clock } = await start(log);
    await clock.pass(1_000);
    const announced = delivery.published.length;
    // The broker loses all it retained, and then the publisher comes back and repeats itself.
    await stored(delivery, telemetry(1));
    await stored(delivery, telemetry(2));
    await clock.pass(1_000);
    assert.deepEqual(
      receiptsIn(delivery.published.slice(announced)).map(({ through, missing }) => [through, missing]),
      [[2, []]],
    );
    assert.equal(log.messages.length, 2);
  });

  it("says what is true after a restore: less than the receipts before it, and nothing of who came after", async () => {
    const backup = new MemoryMessageLog();
    const before = await start(backup);
    for (const seq of [1, 2, 3]) await stored(before.delivery, telemetry(seq));
    // What the log held later (up to 9, and a machine more) is gone; brokers still retain receipts for it.
    const { delivery, clock } = await start(backup);
    await clock.pass(1_000);
    assert.deepEqual(
      delivery.published.map(({ topic, payload, retain }) => [topic, retain, payload === ""]),
      [
        [`datacenter/${MACHINE}/receipt`, true, false],
        [`datacenter/${UNHEARD}/receipt`, true, true],
      ],
    );
    assert.equal(receiptsIn(delivery.published)[0]?.through, 3);
    // The publisher goes on; what it forgot on the strength of the lost log is missing, by number.
    await stored(delivery, telemetry(10));
    await clock.pass(1_000);
    const last = receiptsIn(delivery.published).at(-1);
    assert.deepEqual([last?.through, last?.missing], [10, [[4, 9]]]);
  });

  it("says in its health why receipts can't be sent, and stays ready", async () => {
    const log = new MemoryMessageLog();
    const { center, delivery, clock } = await start(log);
    delivery.refusal = new ConcheError("CONCHE_BROKER_REFUSED", { message: "not authorized" });
    await stored(delivery, telemetry(1));
    await clock.pass(1_000);
    const check = () => center.health().checks.find(({ name }) => name === "receipts");
    assert.equal(check()?.ok, false);
    assert.match(check()?.detail ?? "", /CONCHE_BROKER_REFUSED: not authorized/);
    assert.equal(center.health().ready, true);
    delivery.refusal = undefined;
    await clock.pass(10_000);
    assert.equal(check()?.ok, true);
    await center.stop();
  });

  it("is ready only while the delivery is and commits succeed, and dead after a disk error", async () => {
    const log = new MemoryMessageLog();
    const { promise: fatal, resolve } = Promise.withResolvers<ConcheError>();
    const { center, delivery } = await start(log, resolve);
    assert.deepEqual([center.health().alive, center.health().ready], [true, true]);
    delivery.ready = false;
    assert.deepEqual([center.health().alive, center.health().ready], [true, false]);
    delivery.ready = true;
    log.failures.push(new ConcheError("CONCHE_LOG_IO", { message: "fsync failed" }));
    delivery.sink?.accept(telemetry(1), () => {});
    await fatal;
    assert.deepEqual([center.health().alive, center.health().ready], [false, false]);
    assert.match(center.health().checks.find(({ name }) => name === "log")?.detail ?? "", /CONCHE_LOG_IO/);
    await center.stop();
    assert.equal(log.closed, true);
  });
});
