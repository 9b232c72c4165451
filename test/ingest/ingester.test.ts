import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { MESSAGE_FLAG } from "../../src/contract/policy.ts";
import { ConcheError } from "../../src/errors/conche-error.ts";
import { DEFAULT_LIMITS, Ingester, type IngesterDependencies } from "../../src/ingest/ingester.ts";
import type { DeliveredMessage } from "../../src/mqtt/delivery.ts";
import { countOf } from "../../src/sequence/seq-range.ts";
import { MemoryMessageLog } from "../log/memory-message-log.ts";
import { BOOT, delivered, MACHINE, stateV1, telemetry } from "./delivered.ts";

const RECEIVED_AT = Date.parse("2026-01-11T10:00:01Z");

async function open(
  log: MemoryMessageLog,
  dependencies: Partial<IngesterDependencies> = {},
): Promise<Ingester> {
  return Ingester.open({
    log,
    observer: { committed: () => {}, commitFailed: () => {} },
    knowsMachine: () => true,
    now: () => RECEIVED_AT,
    onFatal: () => {},
    limits: { ...DEFAULT_LIMITS, retryMs: [1, 2] },
    ...dependencies,
  });
}

/** Gives messages to an ingester and waits for the answer to each. */
async function ingest(
  ingester: Ingester,
  ...messages: DeliveredMessage[]
): Promise<(ConcheError | undefined)[]> {
  return Promise.all(
    messages.map(
      (message) => new Promise<ConcheError | undefined>((resolve) => ingester.accept(message, resolve)),
    ),
  );
}

describe("Ingester", () => {
  it("stores a sequenced message with everything the log needs", async () => {
    const log = new MemoryMessageLog();
    const message = telemetry(1);
    assert.deepEqual(await ingest(await open(log), message), [undefined]);
    const [record] = log.messages;
    assert.equal(record?.payload, Buffer.from(message.payload).toString());
    assert.equal(record?.topic.machineKey, MACHINE);
    assert.equal(record?.ts, "2026-01-11T10:00:00Z");
    assert.equal(record?.tsMs, Date.parse("2026-01-11T10:00:00Z"));
    assert.equal(record?.receivedAt, RECEIVED_AT);
    assert.equal(record?.version, 2);
    assert.equal(record?.boot, BOOT);
    assert.equal(record?.seq, 1);
    assert.equal(record?.batchId, "B20260111-DA-0042");
    assert.equal(record?.flags, 0);
  });

  it("settles only after the commit, in the order of acceptance", async () => {
    const log = new MemoryMessageLog();
    const ingester = await open(log);
    const release = log.hold();
    const settled: number[] = [];
    for (const seq of [1, 2, 3]) ingester.accept(telemetry(seq), () => settled.push(seq));
    while (log.attempts === 0) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(settled, []);
    release();
    await ingester.drain();
    assert.deepEqual(settled, [1, 2, 3]);
    assert.equal(log.groups.length, 1, "what arrived together is committed together");
  });

  it("stores a repeated message once and counts the repetitions, across a restart too", async () => {
    const log = new MemoryMessageLog();
    await ingest(await open(log), telemetry(1), telemetry(1));
    const again = await open(log);
    assert.deepEqual(
      await ingest(again, ...Array.from({ length: 1000 }, () => telemetry(1))),
      Array(1000).fill(undefined),
    );
    assert.equal(log.messages.length, 1);
    assert.deepEqual(again.totals, { received: 1002, stored: 1, duplicates: 1001, quarantined: 0 });
  });

  it("puts another message under a used number into quarantine, once", async () => {
    const log = new MemoryMessageLog();
    await ingest(await open(log), telemetry(1, 31.4));
    await ingest(await open(log), telemetry(1, 99.9), telemetry(1, 99.9), telemetry(1, 31.4));
    assert.deepEqual(
      log.quarantined.map(({ reason, seq }) => [reason, seq]),
      [["conflict", 1]],
    );
    await ingest(await open(log), telemetry(1, 99.9));
    assert.equal(log.quarantined.length, 1, "the conflict, sent again, is a duplicate of itself");
    const state = log.sequence(MACHINE, BOOT);
    assert.equal(state?.stored, 1);
    assert.equal(state?.duplicates, 3);
  });

  it("keeps what the contract refuses byte by byte, acknowledged, and its number is not missing", async () => {
    const log = new MemoryMessageLog();
    const payload = `{"v":2,"ts":"2026-01-11T10:00:00Z","boot":"${BOOT}","seq":1,"tags":{"temp_c":1e400}}`;
    const bytes = Buffer.from([0xff, 0x00, 0x7b]);
    const answers = await ingest(
      await open(log),
      delivered({ payload }),
      delivered({ payload: bytes }),
      telemetry(2),
    );
    assert.deepEqual(answers, [undefined, undefined, undefined]);
    assert.deepEqual(
      log.quarantined.map(({ reason }) => reason),
      ["schema", "encoding"],
    );
    assert.deepEqual(log.quarantined[1]?.payload, bytes);
    const state = log.sequence(MACHINE, BOOT);
    assert.deepEqual(
      [state?.stored, state?.quarantined, state?.quarantinedSeqs, state?.missing],
      [1, 1, [1], []],
    );
  });

  it("keeps topics outside the namespace in quarantine", async () => {
    const log = new MemoryMessageLog();
    const topics = [
      "factory",
      "factory/a/b/c/d/telemetry",
      "sensors/1",
      "a/".repeat(200),
      "factory/tunis-01/line-a/s5_tempering/temper-01/telemetry/x",
    ];
    await ingest(await open(log), ...topics.map((topic) => delivered({ topic, payload: "{}" })));
    assert.deepEqual(
      log.quarantined.map(({ topic, reason }) => [topic, reason]),
      topics.map((topic) => [topic, "topic"]),
    );
  });

  it("flags what breaks the policy and stores it all the same", async () => {
    const log = new MemoryMessageLog();
    const alarm = {
      ts: "2026-01-11T10:00:00Z",
      severity: "HIGH",
      code: "X",
      message: "x",
      product_type: "dark",
      batch_id: "B20260111-DA-0042",
    };
    await ingest(
      await open(log, { knowsMachine: () => false }),
      delivered({ topic: `factory/${MACHINE}/alarm`, qos: 0, payload: alarm }),
      { ...telemetry(1), retain: true },
      { ...stateV1("RUNNING"), retain: false },
      { ...stateV1("IDLE"), retain: false, retainVisible: false },
      { ...stateV1("IDLE"), retain: false, properties: { userProperties: { refill: "1" } } },
    );
    const unknown = MESSAGE_FLAG.UNKNOWN_MACHINE;
    assert.deepEqual(
      log.messages.map(({ flags }) => flags & ~unknown),
      [
        MESSAGE_FLAG.QOS_BELOW_POLICY,
        MESSAGE_FLAG.RETAIN_AGAINST_POLICY,
        MESSAGE_FLAG.RETAIN_AGAINST_POLICY,
        0,
        MESSAGE_FLAG.REFILL,
      ],
    );
    assert.ok(log.messages.every(({ flags }) => (flags & unknown) !== 0));
  });

  it("recognises a broker's replay of a retained message, and takes one that was missed", async () => {
    const log = new MemoryMessageLog();
    const replay = (message: DeliveredMessage) => ({ ...message, mayBeReplay: true });
    await ingest(await open(log), stateV1("RUNNING"));
    const restarted = await open(log);
    await ingest(restarted, replay(stateV1("RUNNING")), replay(stateV1("IDLE")), replay(stateV1("IDLE")));
    assert.deepEqual(
      log.messages.map(({ payload }) => JSON.parse(payload).state),
      ["RUNNING", "IDLE"],
    );
    assert.equal(restarted.totals.duplicates, 2);
  });

  it("repeats a failed commit, unchanged, until there is room, and acknowledges only then", async () => {
    const log = new MemoryMessageLog();
    const full = new ConcheError("CONCHE_DISK_FULL", { message: "no room", retryable: true });
    log.failures.push(full, full, full);
    const failures: (number | undefined)[] = [];
    const ingester = await open(log, {
      observer: { committed: () => {}, commitFailed: (_error, ms) => failures.push(ms) },
    });
    assert.deepEqual(await ingest(ingester, telemetry(1), telemetry(3)), [undefined, undefined]);
    assert.deepEqual(failures, [1, 2, 2]);
    assert.equal(ingester.failing, undefined);
    assert.deepEqual(
      log.messages.map(({ seq }) => seq),
      [1, 3],
    );
    assert.deepEqual(log.sequence(MACHINE, BOOT)?.missing, [[2, 2]]);
  });

  it("stops without acknowledging when the disk reports an error", async () => {
    const log = new MemoryMessageLog();
    log.failures.push(new ConcheError("CONCHE_LOG_IO", { message: "fsync failed" }));
    const { promise: fatal, resolve } = Promise.withResolvers<ConcheError>();
    const ingester = await open(log, { onFatal: resolve });
    const answers: unknown[] = [];
    ingester.accept(telemetry(1), (error) => answers.push(error));
    assert.equal((await fatal).code, "CONCHE_LOG_IO");
    assert.equal(log.attempts, 1, "a failed fsync must not be tried again");
    assert.ok(answers.every((answer) => answer instanceof ConcheError));
    const [late] = await ingest(ingester, telemetry(2));
    assert.equal(late?.code, "CONCHE_LOG_IO");
  });

  it("asks deliveries to stop reading when too much waits, and to go on when it is done", async () => {
    const log = new MemoryMessageLog();
    const ingester = await open(log, { limits: { ...DEFAULT_LIMITS, pendingMessages: 10 } });
    const release = log.hold();
    for (let seq = 1; seq <= 10; seq++) ingester.accept(telemetry(seq), () => {});
    assert.equal(ingester.saturated, true);
    const { promise: relieved, resolve } = Promise.withResolvers<void>();
    ingester.onRelief(resolve);
    release();
    await relieved;
    assert.equal(ingester.saturated, false);
  });

  it("leaves what it can't commit before it is closed unacknowledged", async () => {
    const log = new MemoryMessageLog();
    const full = new ConcheError("CONCHE_DISK_FULL", { message: "no room", retryable: true });
    log.failures.push(...Array(10_000).fill(full));
    const { promise: failed, resolve } = Promise.withResolvers<void>();
    const ingester = await open(log, { observer: { committed: () => {}, commitFailed: () => resolve() } });
    const answers = ingest(ingester, telemetry(1));
    await failed;
    ingester.close();
    assert.deepEqual(
      (await answers).map((answer) => answer?.code),
      ["CONCHE_SHUTTING_DOWN"],
    );
    assert.equal(log.messages.length, 0);
  });

  it("keeps the conservation law under any stream and any restarts", async () => {
    const arrival = fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 1, max: 30 }).map((seq) => telemetry(seq)) },
      { weight: 2, arbitrary: fc.integer({ min: 1, max: 30 }).map((seq) => telemetry(seq, 99)) },
      { weight: 1, arbitrary: fc.constant(stateV1("RUNNING")) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 30 }).map((payload) => delivered({ payload })) },
      {
        weight: 1,
        arbitrary: fc
          .integer({ min: 1, max: 30 })
          .map((seq) => delivered({ payload: { v: 2, boot: BOOT, seq, tags: 1 } })),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(arrival, { maxLength: 25 }), { maxLength: 6 }), async (sittings) => {
        const log = new MemoryMessageLog();
        for (const sitting of sittings) await ingest(await open(log), ...sitting);
        const totals = await log.totals();
        assert.equal(totals.received, sittings.flat().length);
        assert.equal(totals.received, totals.stored + totals.duplicates + totals.quarantined);
        assert.deepEqual([totals.stored, totals.quarantined], [log.messages.length, log.quarantined.length]);
        const state = log.sequence(MACHINE, BOOT);
        if (state !== undefined) {
          assert.equal(state.highest, state.stored + state.quarantined + countOf(state.missing));
          assert.equal(state.stored, log.messages.filter(({ seq }) => seq !== null).length);
        }
        const kept = log.messages
          .map(({ boot, seq }) => `${boot} ${seq}`)
          .filter((key) => !key.startsWith("null"));
        assert.equal(new Set(kept).size, kept.length, "no number twice");
      }),
    );
  });
});
