import assert from "node:assert/strict";
import { test } from "node:test";
import { messageLine } from "../../../src/adapters/terminal/message-line.ts";
import type { MessageType } from "../../../src/contract/topic.ts";

const TS = "2026-01-11T10:00:00Z";

function line(type: MessageType, payload: object | string, flags: readonly string[] = []): string {
  const topic = `factory/tunis-01/line-a/s5_tempering/temper-01/${type}`;
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  const units: Readonly<Record<string, string>> = { temp_c: "°C" };
  return messageLine({ topic, type, ts: TS, payload: text, flags, unitOf: (tag) => units[tag] })
    .map((piece) => piece.text)
    .join("")
    .replace(/^.*-> \S+\s*/, "");
}

test("telemetry says its values, with units where the plant has them, and doubts", () => {
  assert.equal(
    line("telemetry", { tags: { temp_c: 31.4, viscosity: 2150 } }),
    "temp_c 31.4 °C  viscosity 2,150",
  );
  assert.equal(line("telemetry", { tags: { temp_c: { value: 31, quality: "bad" } } }), "temp_c 31 °C (bad)");
  assert.equal(line("telemetry", { tags: { valve: "open" } }), "valve open");
  const many = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`t${index}`, index]));
  assert.match(line("telemetry", { tags: many }), /t5 5 {2}… 3 more$/);
});

test("quality says values and verdicts, version 1 its values", () => {
  const result = { characteristic: "weight_g", value: 100.4, unit: "g", lower: 95, upper: 104 };
  assert.equal(line("quality", { results: [result] }), "weight_g 100.4 g pass");
  assert.equal(line("quality", { results: [{ ...result, value: 90 }] }), "weight_g 90 g fail");
  assert.equal(line("quality", { results: { weight_g: 100.4 } }), "weight_g 100.4");
});

test("batch says its event, its batch and its lot; a state its reason; an alarm its message", () => {
  const batch = { event: "LOT_CREATED", batch_id: "B20260111-DA-0042", lot_id: "tunis-01.F" };
  assert.equal(line("batch", batch), "LOT_CREATED B20260111-DA-0042 tunis-01.F");
  assert.equal(line("state", { state: "Held", stop_reason: { code: "FILM_OUT" } }), "Held FILM_OUT");
  const alarm = { event: "raised", code: "TEMP_HIGH", message: "too warm" };
  assert.equal(line("alarm", alarm), "raised TEMP_HIGH: too warm");
});

test("flags come first; a payload that is none says nothing", () => {
  assert.equal(
    line("telemetry", { tags: { temp_c: "31,4" } }, ["not_a_number"]),
    "[not_a_number]  temp_c 31,4",
  );
  assert.equal(line("telemetry", "no JSON"), "");
});
