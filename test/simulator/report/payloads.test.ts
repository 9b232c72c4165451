import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { willOf } from "../../../src/simulator/report/payloads.ts";
import { hoursOf, of, quietPlant, START_MS, simulation } from "../simulated-line.ts";

/** Tags of the seed's machines, by step. */
const SEED_TAGS: Readonly<Record<string, readonly string[]>> = {
  s1_dosing: ["weight_kg", "scale_status"],
  s2_mixing: ["rpm", "motor_current_a"],
  s3_refining: ["particle_size_um", "roller_temp_c"],
  s4_conching: ["temp_c", "humidity_pct"],
  s5_tempering: ["temp_c", "viscosity_cP"],
  s6_molding: ["deposit_g", "nozzle_pressure_bar"],
  s7_cooling: ["tunnel_temp_c", "belt_speed_mpm"],
  s8_packaging: ["packs_per_min", "reject_rate_pct"],
};
const TS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00$/;
const BATCH = /^B\d{8}-(WH|MI|DA)-\d{4}$/;
const CODES: Readonly<Record<string, string>> = { white: "WH", milk: "MI", dark: "DA" };

suite("version 1 output", () => {
  const said = hoursOf(14, { payloadVersion: 1, seed: 5, plant: quietPlant() });

  test("telemetry has the seed's fields, in its order, with the tags of the step and no more", () => {
    const steps = new Set<string>();
    for (const { machine, payload } of of(said, "telemetry")) {
      steps.add(machine.step);
      assert.deepEqual(Object.keys(payload), ["ts", "product_type", "batch_id", "tags"]);
      assert.deepEqual(Object.keys(payload.tags as object), SEED_TAGS[machine.step], machine.step);
      for (const value of Object.values(payload.tags as object))
        assert.ok(["number", "string"].includes(typeof value));
      assert.match(String(payload.ts), TS);
      assert.match(String(payload.batch_id), BATCH);
      assert.ok(String(payload.batch_id).includes(`-${CODES[String(payload.product_type)]}-`));
    }
    assert.deepEqual([...steps].sort(), Object.keys(SEED_TAGS));
  });

  test("states are the seed's four words; gateway and line controller only say that they are there", () => {
    const words = new Set<unknown>();
    for (const { machine, payload } of of(said, "state")) {
      words.add(payload.state);
      if (machine.step === "s0_edge" || machine.step === "s0_batch") assert.equal(payload.state, "ONLINE");
      const keys = payload.state === "ONLINE" ? ["ts", "state"] : ["ts", "state", "product_type", "batch_id"];
      assert.deepEqual(Object.keys(payload), keys);
    }
    assert.deepEqual([...words].sort(), ["IDLE", "ONLINE", "RUNNING"]);
    for (const machine of new Set(said.map((message) => message.machine.machine))) {
      const states = of(said, "state", machine).map(({ payload }) => payload.state);
      for (const [index, state] of states.entries())
        assert.notEqual(state, states[index - 1], `${machine} repeats ${state}`);
    }
  });

  test("alarms come and never go, with the seed's rule for tempering", () => {
    const alarms = of(said, "alarm");
    for (const { payload } of alarms) {
      assert.deepEqual(Object.keys(payload).slice(0, 6), [
        "ts",
        "severity",
        "code",
        "message",
        "product_type",
        "batch_id",
      ]);
    }
    const hot = alarms.find(({ payload }) => payload.code === "TEMP_OUT_OF_RANGE");
    assert.equal(hot?.machine.step, "s5_tempering");
    const limits: Readonly<Record<string, number>> = { white: 31, milk: 32, dark: 33 };
    const limit = limits[String(hot?.payload.product_type)];
    assert.equal(hot?.payload.limit, limit);
    assert.ok(Number(hot?.payload.value) > (limit ?? Number.NaN));
  });

  test("quality comes from packaging, with the seed's four results", () => {
    const quality = of(said, "quality");
    assert.ok(quality.length > 100);
    for (const { machine, payload } of quality) {
      assert.equal(machine.step, "s8_packaging");
      assert.deepEqual(Object.keys(payload), ["ts", "product_type", "batch_id", "results"]);
      assert.deepEqual(Object.keys(payload.results as object), [
        "weight_g",
        "seal_integrity",
        "label_check",
        "defect_rate_pct",
      ]);
    }
  });

  test("batches begin and end at the line controller, and what ends has begun", () => {
    const open = new Set<unknown>();
    let ended = 0;
    for (const { machine, payload } of of(said, "batch")) {
      assert.equal(machine.machine, "line-controller");
      assert.deepEqual(Object.keys(payload), ["ts", "event", "product_type", "batch_id"]);
      if (payload.event === "BATCH_START") open.add(payload.batch_id);
      else {
        assert.ok(open.delete(payload.batch_id));
        ended += 1;
      }
    }
    assert.ok(ended >= 2, `${ended} ended`);
  });

  test("is the same life as in version 2: same batches, same values", () => {
    const values = (payloadVersion: 1 | 2) =>
      of(simulation({ payloadVersion }).advance(START_MS + 30_000), "telemetry", "temper-01").map(
        ({ payload }) => {
          const tags = payload.tags as Record<string, unknown>;
          return [payload.batch_id, tags.temp_c, tags.viscosity_cP];
        },
      );
    assert.deepEqual(values(1), values(2));
  });
});

test("the will says OFFLINE at a time that nobody knows", () => {
  assert.deepEqual(willOf(1), { ts: "unknown", state: "OFFLINE" });
  assert.deepEqual(willOf(2), { v: 2, ts: "unknown", state: "OFFLINE" });
});
