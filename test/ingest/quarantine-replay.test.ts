import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { MachineKey } from "../../src/contract/topic.ts";
import { ConcheError } from "../../src/errors/conche-error.ts";
import { DEFAULT_LIMITS, Ingester } from "../../src/ingest/ingester.ts";
import { QuarantineReplay } from "../../src/ingest/quarantine-replay.ts";
import type { CommitGroup, QuarantineRecord } from "../../src/log/message-log.ts";
import type { QuarantinedMessage } from "../../src/log/quarantine-reading.ts";
import type { DeliveredMessage } from "../../src/mqtt/delivery.ts";
import { countOf } from "../../src/sequence/seq-range.ts";
import { MemoryMessageLog } from "../log/memory-message-log.ts";
import { isConcheError } from "../log/message-log-suite.ts";
import { BOOT, delivered, MACHINE, stateV1, telemetry } from "./delivered.ts";

/** A log into which these messages went as if an earlier version of the contract had refused them. */
async function refusedEarlier(...messages: DeliveredMessage[]): Promise<MemoryMessageLog> {
  const log = new MemoryMessageLog();
  // What is wrong now is put right below: an earlier contract can't be had back.
  await ingest(log, ...messages.map((message) => ({ ...message, payload: spoiled(message.payload) })));
  log.quarantined.forEach((record, index) => {
    const payload = messages[index]?.payload;
    if (payload !== undefined) log.quarantined[index] = { ...record, payload };
  });
  return log;
}

/** Valid JSON with its identity, but no payload of any schema. */
function spoiled(payload: Uint8Array): Uint8Array {
  return Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(payload).toString()), ts: 0 }));
}

async function ingest(log: MemoryMessageLog, ...messages: DeliveredMessage[]): Promise<void> {
  const ingester = await Ingester.open({
    log,
    observer: { committed: () => {}, commitFailed: () => {} },
    knowsMachine: () => true,
    now: () => Date.parse("2026-01-11T10:00:01Z"),
    onFatal: () => {},
  });
  for (const message of messages) ingester.accept(message, () => {});
  await ingester.drain();
}

function open(record: QuarantineRecord | undefined, id: number): QuarantinedMessage {
  assert.ok(record);
  return { ...record, id, replayedAt: null, replayedId: null, note: null, state: "open", decision: null };
}

async function replay(log: MemoryMessageLog, ...ids: number[]) {
  const messages = ids.map((id) => open(log.quarantined[id - 1], id));
  const outcomes = await new QuarantineReplay(log, () => true).replay(messages);
  return outcomes.map(({ id, kind }) => [id, kind]);
}

describe("QuarantineReplay", () => {
  it("moves what passes now into the log, with its number, and the law still holds", async () => {
    const log = await refusedEarlier(telemetry(1), telemetry(3), stateV1("RUNNING"));
    assert.deepEqual(await replay(log, 1, 2, 3), [
      [1, "stored"],
      [2, "stored"],
      [3, "stored"],
    ]);
    assert.deepEqual(
      log.messages.map(({ seq }) => seq),
      [1, 3, null],
    );
    assert.deepEqual(
      log.marks.map(({ quarantineId, messageIndex }) => [quarantineId, messageIndex]),
      [
        [1, 0],
        [2, 1],
        [3, 2],
      ],
    );
    assert.deepEqual(await log.totals(), { received: 3, stored: 3, duplicates: 0, quarantined: 0 });
    const state = log.sequence(MACHINE, BOOT);
    assert.deepEqual([state?.stored, state?.quarantined, state?.quarantinedSeqs], [2, 0, []]);
    assert.equal(state?.highest, 3);
    assert.equal(state && countOf(state.missing), 1);
  });

  it("leaves what is refused still, with the reason", async () => {
    const log = new MemoryMessageLog();
    await ingest(log, delivered({ payload: "{nonsense" }));
    const [outcome] = await new QuarantineReplay(log, () => true).replay([open(log.quarantined[0], 1)]);
    assert.equal(outcome?.kind, "refused");
    assert.match(outcome?.detail ?? "", /^json: /);
    assert.deepEqual([log.messages.length, log.marks.length], [0, 0]);
  });

  it("does not take a conflict's number away from the message that has it", async () => {
    const log = new MemoryMessageLog();
    await ingest(log, telemetry(1, 31.4), telemetry(1, 99.9));
    assert.equal(log.quarantined[0]?.reason, "conflict");
    assert.deepEqual(await replay(log, 1), [[1, "refused"]]);
    assert.equal(log.messages.length, 1);
  });

  it("does not take a number that another quarantined message holds", async () => {
    const log = await refusedEarlier(telemetry(1, 31.4), telemetry(1, 99.9));
    assert.deepEqual(
      log.quarantined.map(({ reason }) => reason),
      ["schema", "conflict"],
    );
    assert.deepEqual(await replay(log, 2), [[2, "refused"]]);
    assert.deepEqual(await replay(log, 1), [[1, "stored"]]);
    assert.equal(log.messages[0]?.payload, Buffer.from(telemetry(1, 31.4).payload).toString());
  });

  it("counts as a duplicate what got into the log in another way meanwhile", async () => {
    const log = new MemoryMessageLog();
    const message = telemetry(1);
    await ingest(log, { ...message, topic: "factory/not/a/topic" }, message);
    const [record] = log.quarantined;
    assert.equal(record?.reason, "topic");
    log.quarantined[0] = { ...(record as QuarantineRecord), topic: message.topic };
    assert.deepEqual(await replay(log, 1), [[1, "duplicate"]]);
    assert.deepEqual(await log.totals(), { received: 2, stored: 1, duplicates: 1, quarantined: 0 });
    assert.deepEqual(
      log.marks.map(({ messageIndex }) => messageIndex),
      [null],
    );
  });
});

describe("QuarantineReplay beside an ingester that takes messages", () => {
  it("takes its turn between two groups; numbers, counters and receipts go on from there", async () => {
    const log = await refusedEarlier(telemetry(2));
    const told: CommitGroup[] = [];
    const ingester = await Ingester.open({
      log,
      observer: {
        committed: () => {},
        commitFailed: () => {},
        replayed: (group) => told.push(group),
      },
      knowsMachine: () => true,
      now: () => Date.parse("2026-01-11T10:00:02Z"),
      onFatal: () => {},
    });
    const take = (...messages: DeliveredMessage[]) =>
      Promise.all(messages.map((each) => new Promise<void>((done) => ingester.accept(each, () => done()))));
    await take(telemetry(3));
    const release = log.hold();
    const during = take(telemetry(4));
    const replayed = ingester.between(async (committed) =>
      new QuarantineReplay(log, () => true, undefined, committed).replay([open(log.quarantined[0], 1)]),
    );
    const behind = take(telemetry(5));
    release();
    assert.deepEqual(await replayed, [{ id: 1, kind: "stored", detail: "" }]);
    await Promise.all([during, behind]);
    // Its number is in the log now: whoever sends it again is told so, and 1 is missing still.
    await take(telemetry(2), telemetry(6));
    assert.deepEqual(log.messages.map(({ seq }) => seq).sort(), [2, 3, 4, 5, 6]);
    assert.deepEqual(await log.totals(), { received: 6, stored: 5, duplicates: 1, quarantined: 0 });
    assert.deepEqual(ingester.totals, await log.totals());
    const [state] = await log.loadSequences([{ machine: MACHINE as MachineKey, boot: BOOT }]);
    assert.deepEqual(
      [state?.missing, state?.quarantined, state?.quarantinedSeqs, state?.duplicates],
      [[[1, 1]], 0, [], 1],
    );
    assert.deepEqual(
      told.map(({ sequences }) => sequences[0]?.quarantinedSeqs),
      [[]],
    );
  });

  it("what fails fails whoever asked for it, and nothing else; after the end nothing is begun", async () => {
    const log = await refusedEarlier(telemetry(1));
    const ingester = await Ingester.open({
      log,
      observer: { committed: () => {}, commitFailed: () => {} },
      knowsMachine: () => true,
      now: () => 0,
      onFatal: () => assert.fail("it is fatal to nobody"),
    });
    await assert.rejects(
      ingester.between(() => Promise.reject(new Error("the work's own"))),
      /the work's own/,
    );
    const settled = await new Promise((done) => ingester.accept(telemetry(2), done));
    assert.equal(settled, undefined);
    ingester.close();
    await assert.rejects(
      ingester.between(async () => assert.fail("begun")),
      isConcheError("CONCHE_SHUTTING_DOWN", true),
    );
  });

  it("no more than twenty pieces of work wait, and none while commits fail", async () => {
    const log = await refusedEarlier(telemetry(1));
    const failed = Promise.withResolvers<void>();
    const ingester = await Ingester.open({
      log,
      observer: { committed: () => {}, commitFailed: () => failed.resolve() },
      knowsMachine: () => true,
      now: () => 0,
      onFatal: () => assert.fail("it is fatal to nobody"),
      limits: { ...DEFAULT_LIMITS, retryMs: [600_000, 600_000] },
    });
    const working = Promise.withResolvers<void>();
    const begun = ingester.between(() => working.promise);
    await new Promise(setImmediate);
    const waiting = Array.from({ length: 20 }, () => ingester.between(async () => {}));
    await assert.rejects(
      ingester.between(async () => {}),
      isConcheError("CONCHE_TIME_LIMIT", true),
    );
    working.resolve();
    await Promise.all([begun, ...waiting]);
    await ingester.between(async () => {});

    log.failures.push(new ConcheError("CONCHE_DISK_FULL", { message: "the disk is full", retryable: true }));
    ingester.accept(telemetry(2), () => {});
    await failed.promise;
    await assert.rejects(
      ingester.between(async () => assert.fail("begun")),
      isConcheError("CONCHE_DISK_FULL", true),
    );
    ingester.close();
  });
});
