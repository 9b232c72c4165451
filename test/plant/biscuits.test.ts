import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { readYaml } from "../../src/adapters/yaml/read-yaml.ts";
import { FLAG_NAMES, flagNames } from "../../src/contract/policy.ts";
import { Ingester } from "../../src/ingest/ingester.ts";
import { type Plant, plantOf } from "../../src/plant/plant.ts";
import { plausibilityOf } from "../../src/plant/plausibility.ts";
import { readPlant } from "../../src/plant/read-plant.ts";
import type { PlantDocument } from "../../src/plant/schema/plant-document.ts";
import { simulatePlant } from "../../src/simulator/plant-simulation.ts";
import { delivered } from "../ingest/delivered.ts";
import { MemoryMessageLog } from "../log/memory-message-log.ts";

const FILE = new URL("../../plants/biscuits.yaml", import.meta.url);
const NOW_MS = Date.parse("2026-01-11T10:00:01Z");
const TS = "2026-01-11T10:00:00Z";

function biscuits(): Plant {
  const reading = readPlant(readYaml(readFileSync(FILE, "utf8")).value);
  assert.equal(reading.kind, "plant", JSON.stringify(reading));
  return plantOf(readYaml(readFileSync(FILE, "utf8")).value as PlantDocument);
}

/** What becomes of messages in a data center with this plant. */
async function ingested(messages: readonly (readonly [address: string, type: string, body: object])[]) {
  const plant = biscuits();
  const log = new MemoryMessageLog();
  const ingester = await Ingester.open({
    log,
    observer: { committed: () => {}, commitFailed: () => {} },
    knowsMachine: plant.hasMachine,
    plausibility: plausibilityOf(plant),
    now: () => NOW_MS,
    onFatal: () => {},
  });
  await Promise.all(
    messages.map(([address, type, body], index) => {
      const topic = `factory/${address}/${type}`;
      const payload = { v: 2, ts: TS, boot: "boot-0001", seq: index + 1, ...body };
      const [qos, retain] = [type === "telemetry" ? 0 : 1, type === "state"];
      return new Promise((resolve) => ingester.accept(delivered({ topic, payload, qos, retain }), resolve));
    }),
  );
  return log;
}

const LINE = "sousse-01/line-1";
const WORK = { product_type: "butter_biscuit", batch_id: "L260111-BUT-01" };

describe("plants/biscuits.yaml", () => {
  it("all five types from all five steps are stored, and nothing about them is remarkable", async () => {
    const telemetry: [string, object][] = [
      ["s1_mixing/mixer-01", { dough_temp_c: 21.4, mixer_rpm: 80 }],
      ["s2_sheeting/sheeter-01", { thickness_mm: 3.02 }],
      ["s3_baking/oven-01", { zone_1_temp_c: 214.5, zone_2_temp_c: 226, belt_speed_mpm: 11, burner: "HIGH" }],
      ["s4_cooling/cooler-01", { exit_temp_c: { value: 26.1, quality: "uncertain" } }],
      ["s5_packing/packer-01", { packs_per_min: 120, weight_g: 201.2 }],
    ];
    const log = await ingested([
      ...telemetry.map(([machine, tags]) => [`${LINE}/${machine}`, "telemetry", { ...WORK, tags }] as const),
      [`${LINE}/s3_baking/oven-01`, "state", { state: "Execute", ...WORK }],
      [
        `${LINE}/s3_baking/oven-01`,
        "alarm",
        { event: "raised", alarm_id: "z1", code: "ZONE_1_TEMP_C_HIGH", message: "too hot", priority: "high" },
      ],
      [
        `${LINE}/s5_packing/packer-01`,
        "quality",
        { ...WORK, results: [{ characteristic: "weight_g", value: 201, pass: true }] },
      ],
      [`${LINE}/s1_mixing/mixer-01`, "batch", { event: "BATCH_START", ...WORK }],
    ]);
    assert.deepEqual(
      log.quarantined.map(({ detail }) => detail),
      [],
    );
    assert.deepEqual(
      log.messages.map(({ flags, topic }) => [topic.topic, flagNames(flags)]),
      log.messages.map(({ topic }) => [topic.topic, []]),
    );
    assert.equal(log.messages.length, 9);
  });

  it("what doesn't fit it is stored, each with its flag", async () => {
    const oven = `${LINE}/s3_baking/oven-01`;
    const cases: [string, string, object, string[]][] = [
      [oven, "telemetry", { tags: { zone_1_temp_c: "214,5" } }, ["not_a_number"]],
      [oven, "telemetry", { tags: { zone1_temp_c: 214 } }, ["unknown_tag"]],
      [oven, "telemetry", { tags: { zone_1_temp_c: 9999 } }, ["implausible_value"]],
      [oven, "telemetry", { tags: { burner: "ON" } }, ["implausible_value"]],
      [`${LINE}/s5_packing/packer-01`, "telemetry", { tags: { weight_g: -1 } }, ["implausible_value"]],
      [oven, "state", { state: "Idle", product_type: "croissant" }, ["unknown_product"]],
      [oven, "state", { state: "Idle", batch_id: "B20260111-DA-0042" }, ["batch_form"]],
      [`${LINE}/s3_baking/oven-09`, "state", { state: "Idle" }, ["unknown_machine"]],
      [
        "soussse-01/line-1/s3_baking/oven-01",
        "state",
        { state: "Idle" },
        ["unknown_machine", "unknown_site"],
      ],
      // A desk is no machine: the plant needn't have it.
      [`${LINE}/s0_office/dashboard`, "state", { state: "Idle" }, []],
      ["soussse-01/line-1/s0_office/shell", "state", { state: "Idle" }, ["unknown_site"]],
      [oven, "state", { state: "Idle", ts: "2036-01-11T10:00:00Z" }, ["clock_skew", "time_in_future"]],
    ];
    const log = await ingested(cases.map(([address, type, body]) => [address, type, body]));
    assert.deepEqual(
      log.messages.map(({ flags }) => flagNames(flags)),
      cases.map(([, , , flags]) => flags),
    );
    assert.equal(log.quarantined.length, 0);
  });

  it("isn't simulated, and says so when it is asked for", () => {
    const options = { seed: 1, startMs: NOW_MS, payloadVersion: 2 } as const;
    assert.throws(() => simulatePlant(biscuits(), options), /can't be simulated/);
  });
});

describe("flags", () => {
  it("each is a bit of its own, with a name of its own", () => {
    assert.equal(new Set(FLAG_NAMES.map(([bit]) => bit)).size, FLAG_NAMES.length);
    assert.equal(new Set(FLAG_NAMES.map(([, name]) => name)).size, FLAG_NAMES.length);
    for (const [bit] of FLAG_NAMES) assert.equal(bit & (bit - 1), 0);
  });
});
