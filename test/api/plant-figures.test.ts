import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Registry } from "prom-client";
import { registerPlantMetrics } from "../../src/adapters/prometheus/plant-metrics.ts";
import type { ApiRequest } from "../../src/api/door.ts";
import { PlantFiguresSource } from "../../src/api/plant-figures.ts";

const ANSWERS: Record<string, object> = {
  alarms: {
    alarms: [
      { state: "unack", newest: { priority: "high" } },
      { state: "ack", newest: { priority: "high" } },
      { state: "rtn_unack", newest: { priority: "low" } },
      { state: "shelved", newest: { priority: "critical" } },
      { state: "normal", newest: null },
    ],
  },
  oee: {
    figures: [
      { of: "tunis-01/line-a", group: null, oee: 0.71 },
      { of: "tunis-01/line-a", group: "early", oee: 0.9 },
      { of: "tunis-01/line-b", group: null, oee: null },
    ],
  },
};

function source() {
  const clock = { ms: Date.UTC(2026, 0, 11, 10) };
  const asked: ApiRequest[] = [];
  const state = { status: 200 };
  const figures = new PlantFiguresSource(
    async (request) => {
      asked.push(request);
      return { status: state.status, headers: {}, body: JSON.stringify(ANSWERS[request.route] ?? {}) };
    },
    () => clock.ms,
  );
  const registry = new Registry();
  registerPlantMetrics(registry, figures);
  const lines = async () =>
    (await registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return { clock, asked, state, lines };
}

suite("figures of the plant in the metrics", () => {
  test("open alarms by priority, OEE by line, nothing of what is silenced or not known", async () => {
    const { lines, asked } = source();
    assert.deepEqual(await lines(), [
      'conche_alarms_open{priority="low"} 1',
      'conche_alarms_open{priority="medium"} 0',
      'conche_alarms_open{priority="high"} 2',
      'conche_alarms_open{priority="critical"} 0',
      'conche_oee_ratio{line="tunis-01/line-a"} 0.71',
    ]);
    assert.equal(asked.find(({ route }) => route === "oee")?.query.from, "2026-01-11T02:00:00.000Z");
  });

  test("scrapes that follow one another ask once, and what can't be answered is absent", async () => {
    const { lines, asked, clock, state } = source();
    await lines();
    await lines();
    assert.equal(asked.length, 2);
    clock.ms += 120_000;
    state.status = 503;
    assert.deepEqual(await lines(), []);
  });
});
