import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { UP_CATALOGUE } from "../../src/contract/catalogue.ts";
import { examplesOf } from "../../src/contract/examples/catalogue.ts";
import { CURRENT_VERSION } from "../../src/contract/message.ts";
import { qualifiedValue } from "../../src/contract/schemas/telemetry-v2.ts";
import { MESSAGE_TYPES } from "../../src/contract/topic.ts";
import { upcast } from "../../src/contract/upcast.ts";
import { compile } from "../../src/contract/validator.ts";
import { v1Payloads } from "./arbitrary-payloads.ts";

const TS = "2026-01-11T08:30:00Z";
const BATCH = { product_type: "dark", batch_id: "B20260111-DA-0042" };

describe("upcast", () => {
  it("always gives a valid payload of the current version", () => {
    for (const type of MESSAGE_TYPES) {
      const current = UP_CATALOGUE.find((entry) => entry.type === type && entry.version === CURRENT_VERSION);
      assert.ok(current);
      const validate = compile(current.schema);
      fc.assert(
        fc.property(v1Payloads(type), (payload) => {
          const raised = upcast(type, 1, payload);
          assert.equal(validate(raised), null, JSON.stringify(raised));
          assert.deepEqual(JSON.parse(JSON.stringify(raised)), raised, "must survive JSON");
        }),
        { numRuns: 300 },
      );
    }
  });

  it("leaves the current version as it is", () => {
    for (const { type, version, name } of UP_CATALOGUE.filter((entry) => entry.current)) {
      for (const { payload } of examplesOf(name)) assert.equal(upcast(type, version, payload), payload);
    }
  });

  it("loses no field that nobody agreed on", () => {
    const old = JSON.parse(
      `{"ts":"${TS}","product_type":"dark","batch_id":"B20260111-DA-0042","tags":{"a":1},"plc":"S7","nested":{"x":[1]},"extra":5,"__proto__":{"p":1}}`,
    );
    const { extra } = upcast("telemetry", 1, old);
    assert.deepEqual(Object.keys(extra ?? {}).toSorted(), ["__proto__", "extra", "nested", "plc"]);
    assert.equal(Object.getPrototypeOf(extra), Object.prototype);
    assert.equal(upcast("telemetry", 1, { ts: TS, ...BATCH, tags: {} }).extra, undefined);
  });

  it("names states as PackML does", () => {
    const states = ["ONLINE", "OFFLINE", "RUNNING", "IDLE"].map(
      (state) => upcast("state", 1, { ts: TS, state }).state,
    );
    assert.deepEqual(states, ["ONLINE", "OFFLINE", "Execute", "Idle"]);
    assert.deepEqual(upcast("state", 1, { ts: "unknown", state: "OFFLINE", batch_id: null, mode: null }), {
      v: 2,
      ts: "unknown",
      state: "OFFLINE",
    });
  });

  it("makes an alarm without a life the raising of one that is named by its code", () => {
    const old = {
      ts: TS,
      severity: "HIGH",
      code: "TEMP_OUT_OF_RANGE",
      message: "too warm",
      ...BATCH,
      value: 33.4,
      limit: 33,
    };
    assert.deepEqual(upcast("alarm", 1, old), {
      v: 2,
      ts: TS,
      event: "raised",
      alarm_id: "TEMP_OUT_OF_RANGE",
      code: "TEMP_OUT_OF_RANGE",
      message: "too warm",
      priority: "high",
      value: 33.4,
      limit: 33,
      ...BATCH,
      extra: { severity: "HIGH" },
    });
    const wordy = upcast("alarm", 1, { ...old, code: 17, severity: "???", limit: "33 °C", message: "" });
    assert.equal(
      wordy.event === "raised" && `${wordy.code} ${wordy.priority} ${wordy.message}`,
      "17 medium 17",
    );
    assert.deepEqual(wordy.extra, { severity: "???", limit: "33 °C" });
  });

  it("cuts texts that are longer than the current version allows, between characters", () => {
    const long = "🍫".repeat(900);
    const old = { ts: TS, severity: "low", code: long, message: long, ...BATCH };
    const alarm = upcast("alarm", 1, old);
    assert.equal(alarm.event === "raised" && alarm.message, "🍫".repeat(500));
    assert.equal(alarm.alarm_id, "🍫".repeat(80));
    assert.equal(upcast("state", 1, { ts: TS, state: "IDLE", mode: long }).mode, "🍫".repeat(80));
    const { results } = upcast("quality", 1, { ts: TS, ...BATCH, results: { [long]: 1 } });
    assert.equal(results[0]?.characteristic, "🍫".repeat(80));
  });

  it("turns results into a list", () => {
    const { results } = upcast("quality", 1, {
      ts: TS,
      ...BATCH,
      results: { weight_g: 100.2, label_check: "OK" },
    });
    assert.deepEqual(results, [
      { characteristic: "weight_g", value: 100.2 },
      { characteristic: "label_check", value: "OK" },
    ]);
  });

  it("carries an identity in the payload only when it is whole", () => {
    const old = { ts: TS, event: "BATCH_START", ...BATCH, boot: "019bac41-7c00", refill: true };
    assert.deepEqual(upcast("batch", 1, { ...old, seq: 9 }), { v: 2, ...old, seq: 9 });
    assert.equal(upcast("batch", 1, old).boot, undefined);
  });

  it("says so when there is no way", () => {
    assert.throws(() => upcast("batch", 0, {}), /no way from batch\/0 to batch\/2/);
  });
});

describe("qualifiedValue", () => {
  it("reads both ways of writing a tag", () => {
    assert.deepEqual(qualifiedValue(31.6), { value: 31.6, quality: "good" });
    assert.deepEqual(qualifiedValue({ value: null, quality: "bad" }), { value: null, quality: "bad" });
  });
});
