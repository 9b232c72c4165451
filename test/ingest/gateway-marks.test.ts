import assert from "node:assert/strict";
import { test } from "node:test";
import { Decoder } from "../../src/ingest/decode.ts";
import { BOOT, delivered, MACHINE } from "./delivered.ts";

const decoder = new Decoder(() => true);
const PAYLOAD = { ts: "2026-01-11T10:00:00Z", product_type: "dark", batch_id: "B20260111-DA-0042", tags: {} };

function decoded(userProperties: Readonly<Record<string, string>>, payload: unknown = PAYLOAD) {
  const properties = { boot: BOOT, seq: "4", ...userProperties };
  return decoder.decode(delivered({ payload, qos: 1, properties: { userProperties: properties } }), 0);
}

test("what a gateway marks goes to quarantine with its number, though its payload would fit", () => {
  const misplaced = decoded({ "original-topic": "factory/oven/temp" });
  assert.equal(misplaced.kind, "quarantine");
  assert.deepEqual(misplaced.kind === "quarantine" && [misplaced.record.reason, misplaced.record.detail], [
    "topic",
    `published on factory/oven/temp; ${MACHINE} has sent it on`,
  ]);
  assert.deepEqual(misplaced.kind === "quarantine" && misplaced.publisher, {
    machine: MACHINE,
    boot: BOOT,
    seq: 4,
  });
  const cut = decoded({ "cut-from-bytes": "300000" });
  assert.equal(cut.kind === "quarantine" && cut.record.reason, "oversize");
  assert.equal(decoded({}).kind, "message");
});

test("where a payload's own number is of no use, the gateway's counts, so that it gets its receipt", () => {
  const conflicting = decoded({}, { ...PAYLOAD, v: 2, boot: "another-boot-of-its-own", seq: 9 });
  assert.equal(conflicting.kind, "quarantine");
  assert.deepEqual(conflicting.kind === "quarantine" && conflicting.publisher?.seq, 4);
});
