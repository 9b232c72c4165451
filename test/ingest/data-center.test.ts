import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Receipt } from "../../src/contract/receipt.ts";
import { ConcheError } from "../../src/errors/conche-error.ts";
import { DataCenter } from "../../src/ingest/data-center.ts";
import type { Delivery, MessageSink, OutgoingMessage } from "../../src/ingest/delivery.ts";
import { BOOT, MACHINE, telemetry } from "./delivered.ts";
import { MemoryMessageLog } from "./memory-message-log.ts";

/** A delivery that tells what was asked of it, in order. */
class RecordingDelivery implements Delivery {
  readonly calls: string[] = [];
  readonly published: OutgoingMessage[] = [];
  ready = true;
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
    this.published.push(message);
  }

  async pause(): Promise<void> {
    this.calls.push("pause");
  }

  async stop(): Promise<void> {
    this.calls.push("stop");
  }
}

async function start(log: MemoryMessageLog, onFatal: (error: ConcheError) => void = () => {}) {
  const delivery = new RecordingDelivery();
  const center = await DataCenter.start({
    log,
    delivery,
    observer: { committed: () => {}, commitFailed: () => {} },
    knowsMachine: () => true,
    now: () => Date.parse("2026-01-11T10:00:01Z"),
    onFatal,
  });
  return { center, delivery };
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
    assert.deepEqual(delivery.calls, ["start", "pause", "publish", "stop"]);
  });

  it("tells a publisher after the commit what is on disk and what is missing", async () => {
    const log = new MemoryMessageLog();
    const { center, delivery } = await start(log);
    delivery.sink?.accept(telemetry(1), () => {});
    delivery.sink?.accept(telemetry(4), () => {});
    await center.stop();
    const [message] = delivery.published;
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
      delivery.published.map(({ payload, retain }) => [JSON.parse(payload).boot.at(-1), retain]),
      [
        ["b", true],
        ["a", false],
      ],
    );
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
