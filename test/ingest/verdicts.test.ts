import assert from "node:assert/strict";
import { test } from "node:test";
import { Ingester } from "../../src/ingest/ingester.ts";
import type { DeliveredMessage } from "../../src/mqtt/delivery.ts";
import { MemoryMessageLog } from "../log/memory-message-log.ts";

const TOPIC = "factory/tunis-01/line-a/s5_tempering/temper-01/alarm";
const FITS = {
  ...{ ts: "2026-01-11T10:00:00Z", severity: "HIGH", code: "TEMP_HIGH", message: "warm" },
  ...{ product_type: "dark", batch_id: "B20260111-DA-0042" },
};

function asked(payload: unknown, qos = 1, wantsVerdict = true): DeliveredMessage {
  const bytes = Buffer.from(JSON.stringify(payload));
  const facts = { retain: false, retainVisible: true, mayBeReplay: false, properties: undefined };
  return { topic: TOPIC, payload: bytes, qos, wantsVerdict, ...facts };
}

async function verdicts(messages: readonly DeliveredMessage[]): Promise<(string | undefined)[]> {
  const ingester = await Ingester.open({
    log: new MemoryMessageLog(),
    observer: { committed: () => {}, commitFailed: () => {} },
    knowsMachine: () => true,
    now: () => Date.parse("2026-01-11T10:00:01Z"),
    onFatal: () => {},
  });
  const said: (string | undefined)[] = [];
  for (const message of messages) ingester.accept(message, (_error, _message, verdict) => said.push(verdict));
  await ingester.drain();
  return said;
}

test("whoever asks is told what became of the message, in the order of the messages", async () => {
  const numbered = { ...FITS, boot: "boot-0001", seq: 1 };
  const messages = [asked(FITS), asked(FITS, 0), asked(numbered), asked(numbered)];
  assert.deepEqual(await verdicts([...messages, asked({ ...numbered, message: "other" })]), [
    "stored",
    "stored, flagged: qos_below_policy",
    "stored",
    "duplicate: it was stored before",
    "quarantined (conflict): number 1 was used before with other bytes",
  ]);
});

test("all that is wrong is said at once", async () => {
  const [said] = await verdicts([asked({ ts: "yesterday", severity: 3 })]);
  assert.match(String(said), /^quarantined \(schema\): /);
  for (const fault of ["/ts must be", "/code is required", "/message is required", "/severity"]) {
    assert.ok(String(said).includes(fault), String(said));
  }
});

test("whoever doesn't ask is told nothing", async () => {
  const [unasked, wrong] = await verdicts([asked(FITS, 1, false), asked({}, 1, true)]);
  assert.equal(unasked, undefined);
  assert.match(String(wrong), /^quarantined /);
});
