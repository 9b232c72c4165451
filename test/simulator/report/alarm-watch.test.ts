import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Machine } from "../../../src/plant/schema/machine.ts";
import { AlarmWatch } from "../../../src/simulator/report/alarm-watch.ts";

const MACHINE: Machine = {
  id: "temper-01",
  step: "s5_tempering",
  tags: {
    temp_c: {
      unit: "°C",
      decimals: 1,
      alarm_low: 20,
      alarm_high: 33,
      alarm: { code: "TEMP_OUT_OF_RANGE", priority: "high", delay_s: 2, deadband: 0.5, action: "look" },
      by_product: { dark: { alarm_high: 35 } },
    },
    level_pct: { unit: "%", alarm_low: 10, alarm: { always: true } },
  },
};

/** Shows the watch one value a second; returns what it said, with the second. */
function watch(values: readonly number[], { product = "milk", running = true, tag = "temp_c" } = {}) {
  const alarms = new AlarmWatch(MACHINE);
  return values.flatMap((value, second) =>
    alarms
      .step({ [tag]: value }, product, running)
      .map((change) => [second, change.event, change.alarmId] as const),
  );
}

suite("watching limits", () => {
  test("an alarm is raised after its delay and cleared below its deadband, once each", () => {
    const values = [33.2, 33.2, 32.9, 33.1, 33.2, 33.3, 33.4, 32.9, 32.6, 32.5, 32.4, 32.0];
    assert.deepEqual(watch(values), [
      [5, "raised", "temp_c.high"],
      [9, "cleared", "temp_c.high"],
    ]);
  });

  test("noise around the limit doesn't chatter", () => {
    const values = Array.from({ length: 60 }, (_, second) => 33 + (second % 2 === 0 ? 0.2 : -0.2));
    assert.deepEqual(watch(values), []);
  });

  test("what is raised says which limit, by how much, and what to do", () => {
    const alarms = new AlarmWatch(MACHINE);
    const [change] = [33.44, 33.44, 33.44].flatMap((value) => alarms.step({ temp_c: value }, "milk", true));
    assert.deepEqual(change, {
      event: "raised",
      alarmId: "temp_c.high",
      body: {
        code: "TEMP_OUT_OF_RANGE",
        message: "temp_c 33.4 °C is above 33 °C: look",
        priority: "high",
        tag: "temp_c",
        value: 33.4,
        limit: 33,
        limit_kind: "high",
        unit: "°C",
      },
    });
  });

  test("a product's own limit counts while it is made", () => {
    assert.deepEqual(watch([34, 34, 34, 34], { product: "dark" }), []);
    assert.deepEqual(watch([36, 36, 36], { product: "dark" }), [[2, "raised", "temp_c.high"]]);
  });

  test("a standing machine is watched only where the plant file says so; a stop ends its alarms", () => {
    assert.deepEqual(watch([36, 36, 36], { running: false }), []);
    assert.deepEqual(watch([5], { running: false, tag: "level_pct" }), [[0, "raised", "level_pct.low"]]);
    const alarms = new AlarmWatch(MACHINE);
    for (let second = 0; second < 3; second++) alarms.step({ temp_c: 36 }, "milk", true);
    assert.equal(alarms.step({ temp_c: 36 }, "milk", false)[0]?.event, "cleared");
  });

  test("a value that isn't good raises nothing", () => {
    const alarms = new AlarmWatch(MACHINE);
    for (let second = 0; second < 5; second++) {
      assert.deepEqual(alarms.step({ temp_c: { value: 50, quality: "bad" } }, "milk", true), []);
      assert.deepEqual(alarms.step({ temp_c: { value: null, quality: "bad" } }, "milk", true), []);
    }
  });
});
