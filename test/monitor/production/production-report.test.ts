import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { machineStateView } from "../../../src/monitor/machine-state/machine-state-view.ts";
import { silenceOf } from "../../../src/monitor/machine-state/silence.ts";
import type { LossWaterfall } from "../../../src/monitor/production/loss-waterfall.ts";
import type { ProductionSource } from "../../../src/monitor/production/machine-record.ts";
import {
  GROUPINGS,
  lineProduction,
  machineProduction,
  type ProductionReport,
} from "../../../src/monitor/production/production-report.ts";
import { productionView } from "../../../src/monitor/production/production-view.ts";
import { plantOf } from "../../../src/plant/plant.ts";
import type { SimulatedMessage } from "../../../src/simulator/simulated-message.ts";
import type { ViewMessage } from "../../../src/views/view.ts";
import { of, quietPlant, simulation } from "../../simulator/simulated-line.ts";
import { fromSimulation, read } from "../told.ts";

/** A day with a change of product and an allergen clean, for which packing waits four hours. */
const START_MS = Date.parse("2026-11-27T00:00:00Z");
const SPAN = { fromMs: START_MS, toMs: START_MS + 86_400_000 };
const plant = quietPlant();
const said = simulation({ plant, seed: 3, startMs: START_MS }).advance(SPAN.toMs);
const source = sourceOf(fromSimulation(said));
const line = plant.lines[0];
assert.ok(line);

function sourceOf(messages: readonly ViewMessage[]): ProductionSource {
  return {
    states: read(machineStateView, messages),
    production: read(productionView, messages),
    nowMs: SPAN.toMs,
    silentAfterMs: silenceOf(plant),
  };
}

function of24h(id: string, from = source): ProductionReport {
  const machine = line?.machines.find(({ definition }) => definition.id === id);
  assert.ok(line && machine);
  return machineProduction(from, line, machine, SPAN, "shift");
}

function sumOf({ stops, notCountedMs, speedMs, rejectedMs, goodMs }: LossWaterfall): number {
  return stops.reduce((sum, { lostMs }) => sum + lostMs, 0) + notCountedMs + speedMs + rejectedMs + goodMs;
}

/** The last counts that a machine said, in the plain words of its message. */
function lastCounts(messages: readonly SimulatedMessage[], id: string) {
  const found = of(messages, "state", id).findLast(({ payload }) => payload.counts !== undefined);
  return { atMs: found?.atMs ?? 0, ...(found?.payload.counts as { processed: number; defective: number }) };
}

/** Milliseconds in Execute up to a time, by a plain pass over the messages. */
function executeMs(messages: readonly SimulatedMessage[], id: string, untilMs: number): number {
  let sum = 0;
  let sinceMs: number | undefined;
  for (const { payload, atMs } of of(messages, "state", id)) {
    if (atMs > untilMs || payload.state === "ONLINE") continue;
    if (sinceMs !== undefined) sum += atMs - sinceMs;
    sinceMs = payload.state === "Execute" ? atMs : undefined;
  }
  return sinceMs === undefined ? sum : sum + untilMs - sinceMs;
}

suite("OEE of a simulated day", () => {
  test("of the wrapper agrees with a calculation over its messages", () => {
    const { elements, figures, coverage } = of24h("packer-03").whole;
    const counts = lastCounts(said, "packer-03");
    const firstStateMs =
      of(said, "state", "packer-03").find(({ payload }) => payload.state !== "ONLINE")?.atMs ?? 0;
    const plannedBusyMs = SPAN.toMs - firstStateMs;
    const actualMs = executeMs(said, "packer-03", SPAN.toMs);
    const countedMs = executeMs(said, "packer-03", counts.atMs);
    assert.equal(elements.plannedBusyMs, plannedBusyMs);
    assert.equal(elements.actualProductionMs, actualMs);
    assert.equal(elements.countedProductionMs, countedMs);
    assert.equal(elements.producedQuantity, counts.processed);
    assert.equal(elements.goodQuantity, counts.processed - counts.defective);
    const effectiveness = (counts.processed * (3_600_000 / 7800)) / countedMs;
    const qualityRatio = (counts.processed - counts.defective) / counts.processed;
    close(figures.availability, actualMs / plannedBusyMs);
    close(figures.effectiveness, effectiveness);
    close(figures.qualityRatio, qualityRatio);
    close(figures.oee, (actualMs / plannedBusyMs) * effectiveness * qualityRatio);
    assert.ok((coverage.states ?? 0) > 0.999 && (coverage.counts ?? 0) > 0.99);
  });

  test("of the line is the moulds' pace with the quality of what is packed, never above 100 %", () => {
    assert.ok(line);
    for (const grouping of GROUPINGS) {
      const report = lineProduction(source, line, SPAN, grouping);
      assert.ok(report);
      assert.equal(report.measuredAt, "tunis-01/line-a/s6_molding/molder-01");
      assert.equal(report.qualityAt, "tunis-01/line-a/s8_packaging/packer-03");
      const { figures, elements } = report.whole;
      const moulded = lastCounts(said, "molder-01");
      close(figures.effectiveness, (moulded.processed * 600) / executeMs(said, "molder-01", moulded.atMs));
      assert.equal(elements.goodQuantity, of24h("packer-03").whole.elements.goodQuantity);
      for (const { figures: group, name } of report.groups) {
        assert.ok((group.effectiveness ?? 0) <= 1.001, `${name}: ${group.effectiveness}`);
        assert.ok((group.oee ?? 0) <= 1, `${name}: ${group.oee}`);
      }
    }
  });

  test("losses sum to the planned busy time to the millisecond, and shifts to the day", () => {
    assert.ok(line);
    for (const report of [
      of24h("packer-03"),
      of24h("molder-01"),
      lineProduction(source, line, SPAN, "shift"),
    ]) {
      assert.ok(report);
      for (const { losses, elements } of [report.whole, ...report.groups]) {
        assert.equal(sumOf(losses), losses.plannedBusyMs);
        assert.equal(losses.plannedBusyMs, elements.plannedBusyMs);
      }
      for (const element of [
        "spanMs",
        "plannedBusyMs",
        "actualProductionMs",
        "producedQuantity",
        "goodQuantity",
        "consumed",
      ] as const) {
        const sum: number = report.groups.reduce((total, { elements }) => total + elements[element], 0);
        assert.equal(sum, report.whole.elements[element], element);
      }
      assert.deepEqual(
        report.groups.map(({ name }) => name),
        ["Night", "Morning", "Afternoon", "Night"],
      );
    }
  });

  test("products and batches sum to the whole, and each batch packed is one of them", () => {
    assert.ok(line);
    const packer = line.machines.find(({ definition }) => definition.id === "packer-03");
    assert.ok(packer);
    for (const grouping of ["product", "order"] as const) {
      const { whole, groups } = machineProduction(source, line, packer, SPAN, grouping);
      const sum = groups.reduce((total, { elements }) => total + elements.producedQuantity, 0);
      assert.equal(sum, whole.elements.producedQuantity);
    }
    const batches = new Set(of(said, "state", "packer-03").flatMap(({ payload }) => payload.batch_id ?? []));
    const named = machineProduction(source, line, packer, SPAN, "order").groups.map(({ name }) => name);
    assert.deepEqual(new Set(named), batches);
  });

  test("whatever the order in which messages came, and twice over another way, the figures are the same", () => {
    const messages = fromSimulation(said).filter(({ type }) => type !== "batch");
    const backwards = [...messages].reverse();
    const again = sourceOf([...backwards, ...messages.filter((_, index) => index % 3 === 0)]);
    assert.deepEqual(of24h("packer-03", again), of24h("packer-03"));
  });

  test("what a machine made while nobody heard it makes it no faster, and is not forgotten", () => {
    // Of two hours in which it ran nothing came, and nothing was sent afterwards: the counters have run on.
    const [fromMs, toMs] = [START_MS + 2 * 3_600_000, START_MS + 4 * 3_600_000];
    const heard = said.filter(
      ({ machine, atMs }) => machine.machine !== "packer-03" || atMs < fromMs || atMs >= toMs,
    );
    const whole = of24h("packer-03").whole;
    const { elements, figures } = of24h("packer-03", sourceOf(fromSimulation(heard))).whole;
    assert.ok(elements.unknownMs > 7_000_000, `${elements.unknownMs} ms unknown`);
    assert.equal(elements.producedQuantity, whole.elements.producedQuantity);
    assert.ok(Math.abs((figures.effectiveness ?? 0) - (whole.figures.effectiveness ?? 0)) < 0.03);
  });

  test("a shift that has just begun, and a span of nothing, have no figures and no error", () => {
    assert.ok(line);
    const empty = lineProduction(source, line, { fromMs: SPAN.toMs + 1, toMs: SPAN.toMs + 2 }, "shift");
    assert.deepEqual(empty?.whole.figures, {
      availability: null,
      effectiveness: null,
      qualityRatio: null,
      oee: null,
    });
    assert.deepEqual(empty?.pareto.groups, []);
  });

  test("a plant without rated speeds has no effectiveness, and says so", () => {
    const document = structuredClone(plant.document);
    for (const machine of document.sites[0]?.lines[0]?.machines ?? []) delete machine.rated;
    delete document.sites[0]?.lines[0]?.constraint;
    const unrated = plantOf(document).lines[0];
    assert.ok(unrated);
    assert.equal(lineProduction(source, unrated, SPAN, "shift"), undefined);
    const packer = unrated.machines.find(({ definition }) => definition.id === "packer-03");
    assert.ok(packer);
    const { figures, losses } = machineProduction(source, unrated, packer, SPAN, "shift").whole;
    assert.equal(figures.effectiveness, null);
    assert.equal(figures.oee, null);
    assert.equal(sumOf(losses), losses.plannedBusyMs);
  });
});

suite("stops of a simulated day", () => {
  test("are as many and as long as the messages say", () => {
    const { pareto } = of24h("packer-03");
    const messages = of(said, "state", "packer-03").filter(({ payload }) => payload.state !== "ONLINE");
    const expected = new Map<string, { count: number; lostMs: number; longestMs: number }>();
    for (const [index, { payload, atMs }] of messages.entries()) {
      const reason = payload.stop_reason as { category: string; code: string } | undefined;
      if (reason === undefined) continue;
      const lostMs = (messages[index + 1]?.atMs ?? SPAN.toMs) - atMs;
      const key = `${reason.category} ${reason.code}`;
      const known = expected.get(key) ?? { count: 0, lostMs: 0, longestMs: 0 };
      expected.set(key, {
        count: known.count + 1,
        lostMs: known.lostMs + lostMs,
        longestMs: Math.max(known.longestMs, lostMs),
      });
    }
    const found = pareto.groups.map(({ category, code, count, lostMs, longestMs }) => [
      `${category} ${code}`,
      { count, lostMs, longestMs },
    ]);
    assert.deepEqual(
      found,
      [...expected].sort(([, a], [, b]) => b.lostMs - a.lostMs),
    );
    assert.equal(pareto.groups.at(-1)?.cumulative, 1);
  });

  test("the wait for bars leads over tunnel and moulds to the temperer, and its causes sum to it", () => {
    const starved = of24h("packer-03").pareto.groups.find(({ category }) => category === "starved");
    assert.ok(starved);
    assert.equal(
      starved.causes.reduce((sum, { lostMs }) => sum + lostMs, 0),
      starved.lostMs,
    );
    const cleaning = starved.causes.find(({ root }) => root.category === "cleaning");
    assert.deepEqual(
      cleaning?.chain.map((key) => key.split("/")[3]),
      ["cooltunnel-01", "molder-01", "temper-01"],
    );
    // The clean's own message tells how long the temperer stood for it.
    const cleaned = of(said, "state", "temper-01").find(
      ({ payload }) => (payload.stop_reason as { category: string } | undefined)?.category === "cleaning",
    );
    const ended = of(said, "state", "temper-01").find(({ atMs }) => atMs > (cleaned?.atMs ?? 0));
    // To it come the moments in which, afterwards, one machine after the other ran and the next one still stood.
    const momentsMs = (cleaning?.lostMs ?? 0) - ((ended?.atMs ?? 0) - (cleaned?.atMs ?? 0));
    assert.ok(momentsMs >= 0 && momentsMs < 3 * 10_000, `${momentsMs} ms`);
    const waiting = starved.causes.find(({ chain }) => chain.at(-1)?.endsWith("conche-01"));
    assert.equal(waiting?.root.state, "Execute");
  });
});

function close(actual: number | null, expected: number): void {
  assert.ok(actual !== null && Math.abs(actual - expected) < 1e-12, `${actual} is not ${expected}`);
}
