import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, test } from "node:test";
import { loadScenario } from "../../src/adapters/yaml/load-scenario.ts";
import { alarmHistory } from "../../src/monitor/alarms/alarm-history.ts";
import { openAlarms } from "../../src/monitor/alarms/alarm-list.ts";
import { alarmPerformance } from "../../src/monitor/alarms/alarm-performance.ts";
import { ALARM_VIEW } from "../../src/monitor/alarms/alarm-view.ts";
import { controlChart } from "../../src/monitor/quality/chart-question.ts";
import { signalEpisodes } from "../../src/monitor/quality/control-chart.ts";
import { capability, netContent, placesOf } from "../../src/monitor/quality/quality-questions.ts";
import { QUALITY_VIEW } from "../../src/monitor/quality/quality-view.ts";
import { characteristics } from "../../src/monitor/quality/samples.ts";
import { simulatePlant } from "../../src/simulator/plant-simulation.ts";
import { HOUR_MS, quietPlant, START_MS } from "../simulator/simulated-line.ts";
import { MemoryViewStore } from "../views/memory-view-store.ts";
import { readingOf, viewMessages } from "./simulated-messages.ts";

const FOLDER = join(import.meta.dirname, "../../scenarios");
const LINE = "tunis-01/line-a";
const plant = quietPlant();

/** Runs a scenario, or the first hours of it, and folds both views. */
async function folded(name: string, hours?: number) {
  const scenario = await loadScenario(name, FOLDER, plant);
  const line = simulatePlant(plant, { seed: 3, startMs: START_MS, payloadVersion: 2, scenario });
  const endMs = START_MS + (hours ?? scenario.hours) * HOUR_MS;
  const said = line.advance(endMs);
  const [alarms, quality] = [new MemoryViewStore(), new MemoryViewStore()];
  const messages = viewMessages(said, ["alarm", "quality"]);
  for (const message of messages) {
    ALARM_VIEW.fold(message, alarms);
    QUALITY_VIEW.fold(message, quality);
  }
  return {
    findings: [...alarms.findings.values(), ...quality.findings.values()],
    endMs,
    truth: line.truth(),
    messages,
    alarms: readingOf(alarms),
    quality: readingOf(quality),
  };
}

suite("alarms and quality find what the ground truth says", () => {
  for (const name of ["alarm-flood", "detector-test-failed", "network-outage", "sensor-drifting"]) {
    test(`${name}: every alarm is in the history in its time, and nothing is a finding`, async () => {
      const { alarms, truth, endMs, findings } = await folded(name);
      const expected = (truth?.findings ?? []).flatMap((finding) =>
        finding.alarms.map((code) => ({ ...finding, code })),
      );
      assert.ok(expected.length > 0);
      for (const { code, machine, fromMs, untilMs } of expected) {
        const question = {
          of: { machine: machine?.split("/").at(-1) },
          fromMs,
          toMs: untilMs + 1,
          codes: [code],
          limit: 1,
        };
        assert.equal(alarmHistory(alarms, question, endMs).occurrences.length, 1, code);
      }
      assert.deepEqual(findings, []);
      if (name !== "alarm-flood") return;
      const whole = { fromMs: START_MS, toMs: endMs };
      const { floods } = alarmPerformance(alarms, whole, endMs, [whole]);
      assert.equal(floods.length, 1);
      const dipMs = START_MS + 0.75 * HOUR_MS;
      const [flood] = floods;
      assert.ok((flood?.alarms ?? 0) >= 20);
      assert.equal(flood?.first.find(({ raisedMs }) => raisedMs >= dipMs)?.code, "MAINS_UNDERVOLTAGE");
    });
  }

  test("nozzle-clogging: nozzle 4 drifts for sure, and no other; the alarm of the rejects comes", async () => {
    const { alarms, quality, endMs } = await folded("nozzle-clogging");
    const toMs = START_MS + 6 * HOUR_MS;
    const question = {
      machine: `${LINE}/s6_molding/molder-01`,
      characteristic: "deposit_g",
      fromMs: START_MS,
      toMs,
    };
    const places = placesOf(quality, question, "nozzle")?.places ?? [];
    assert.equal(places.length, 10);
    const [worst] = places.toSorted((a, b) => b.confidence - a.confidence);
    assert.equal(worst?.place, 4);
    assert.ok((worst?.confidence ?? 0) > 0.999);
    assert.ok((worst?.driftPerHour ?? 0) < -1 && (worst?.driftPerHour ?? 0) > -3);
    // The stroke makes up for what nozzle 4 loses: the others rise together, and none of them drifts from the rest.
    assert.deepEqual(
      places.filter(({ drifts }) => drifts).map(({ place }) => place),
      [4],
    );
    assert.equal(
      alarmHistory(alarms, { codes: ["REJECT_RATE_PCT_HIGH"], limit: 1 }, endMs).occurrences.length,
      1,
    );
    // In the half hour before anything went wrong none drifts.
    const before = placesOf(quality, { ...question, toMs: START_MS + HOUR_MS }, "nozzle")?.places ?? [];
    assert.ok(before.every(({ drifts }) => !drifts));
  });

  test("tempering-cooler-failing: the chart of the temper index signals long before the alarm", async () => {
    const { alarms, messages, endMs } = await folded("tempering-cooler-failing");
    // The days before, in which nothing went wrong: what the limits stand on.
    const before = simulatePlant(plant, { seed: 4, startMs: START_MS - 48 * HOUR_MS, payloadVersion: 2 });
    const store = new MemoryViewStore();
    for (const message of viewMessages(before.advance(START_MS), ["quality"]))
      QUALITY_VIEW.fold(message, store);
    for (const message of messages) QUALITY_VIEW.fold({ ...message, id: message.id + 100_000 }, store);
    const question = {
      machine: `${LINE}/s5_tempering/temper-01`,
      characteristic: "temper_index",
      product: "white",
      fromMs: START_MS + HOUR_MS,
      toMs: START_MS + 11 * HOUR_MS,
    };
    const [alarm] = alarmHistory(
      alarms,
      { codes: ["TEMPER_INDEX_LOW"], limit: 1, fromMs: START_MS + 3 * HOUR_MS },
      endMs,
    ).occurrences;
    const chart = controlChart(readingOf(store), plant, question);
    assert.equal(chart?.frozen, true);
    const falling = chart?.points.filter(({ signals, value }) => signals.length > 0 && value < 5) ?? [];
    const leadMs = (alarm?.raisedMs ?? 0) - (falling[0]?.atMs ?? Number.POSITIVE_INFINITY);
    assert.ok(leadMs > 2 * HOUR_MS, `${leadMs / HOUR_MS} h before the alarm`);
    assert.equal(capability(readingOf(store), plant, question)?.why, "not_stable");
  });

  test("two days of a normal week: little that cries wolf", async () => {
    const { alarms, quality, endMs, findings } = await folded("normal-week", 48);
    assert.deepEqual(findings, []);
    const whole = { fromMs: START_MS, toMs: endMs };
    const found = alarmPerformance(alarms, whole, endMs, [whole]);
    assert.deepEqual([found.floods, found.chattering, found.standing], [[], [], []]);
    assert.ok((found.perDay ?? Number.NaN) <= 144);
    assert.ok(openAlarms(alarms, endMs).length <= 8);
    let points = 0;
    let signals = 0;
    for (const { machine, characteristic } of characteristics(quality)) {
      if (characteristic === "temper_index") continue; // its disturbances are real
      for (const product of ["dark", "milk", "white"]) {
        const chart = controlChart(quality, plant, { machine, characteristic, product });
        points += chart?.points.length ?? 0;
        signals += signalEpisodes(chart?.points ?? []);
      }
    }
    assert.ok(points > 300, `${points} points`);
    assert.ok(signals / points < 0.05, `${signals} signals of ${points} points`);
    const places = placesOf(
      quality,
      { machine: `${LINE}/s6_molding/molder-01`, characteristic: "deposit_g" },
      "nozzle",
    );
    assert.deepEqual(
      places?.places.filter(({ drifts }) => drifts),
      [],
    );
    for (const batch of netContent(quality, plant, {
      machine: `${LINE}/s8_packaging/packer-03`,
      characteristic: "weight_g",
    })) {
      assert.ok(batch.checks.every(({ passed }) => passed));
      assert.ok(batch.rejected < 0.01 * batch.weighed.n);
    }
  });
});
