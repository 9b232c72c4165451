import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Compile } from "typebox/compile";
import { ApiDoor } from "../../../src/api/door.ts";
import { ROUTES } from "../../../src/api/routes.ts";
import type { CompletenessReading } from "../../../src/log/completeness.ts";
import { fromSimulation } from "../../monitor/told.ts";
import { quietPlant, START_MS, simulation, valuesOf } from "../../simulator/simulated-line.ts";
import { requestFor } from "../context.ts";
import { ask, contextAfter } from "../monitored.ts";

const HOURS = 3;
const NOW_MS = START_MS + HOURS * 3_600_000;
const plant = quietPlant();
const said = simulation({ plant, seed: 3 }).advance(NOW_MS);
const nothingKept: CompletenessReading = {
  sequences: () => [],
  unsequenced: () => [],
  unsequencedQuarantine: () => [],
  close() {},
} as Partial<CompletenessReading> as CompletenessReading;
const context = contextAfter(fromSimulation(said), { plant, nowMs: NOW_MS, completeness: () => nothingKept });
const TEMPER = { site: "tunis-01", line: "line-a", step: "s5_tempering", machine: "temper-01" };
const iso = (ms: number) => new Date(ms).toISOString();

/** Asks a route with parameters in its path, and holds the answer against its schema. */
async function askAbout(
  route: string,
  params: Record<string, string>,
  query: Record<string, unknown> = {},
  within = context,
) {
  const { status, body } = await new ApiDoor(ROUTES).answer(requestFor(route, { params, query }), within);
  const { as_of: _, ...answer } = JSON.parse(body);
  const definition = ROUTES.find(({ name }) => name === route);
  assert.ok(definition);
  if (status === 200) assert.deepEqual([...Compile(definition.answer).Errors(answer)], []);
  return { status, answer };
}

suite("the API on tags", () => {
  test("gives the newest values of a machine, with unit, limits of its product and age", async () => {
    const { answer } = await ask("tags", { machine: "temper-01" }, context);
    const outlet = answer.values.find(({ tag }: { tag: string }) => tag === "temp_c");
    assert.equal(outlet.value, valuesOf(said, "temper-01", "temp_c").at(-1));
    assert.equal(outlet.unit, "°C");
    assert.equal(outlet.quality, "good");
    assert.equal(outlet.age_ms, NOW_MS - Date.parse(outlet.at));
    assert.ok(["normal", "out", "alarm"].includes(outlet.standing));
    const limits = { dark: [31, 32, 33], milk: [30, 31, 32], white: [29, 30, 31] }[String(outlet.product)];
    assert.deepEqual([outlet.min, outlet.max, outlet.alarm_high], limits);
  });

  test("pages machine by machine", async () => {
    const first = await ask("tags", { limit: 3 }, context);
    const rest = await ask("tags", { limit: 100, cursor: first.answer.next }, context);
    const machines = (values: { machine: string }[]) => [...new Set(values.map(({ machine }) => machine))];
    assert.equal(machines(first.answer.values).length, 3);
    assert.equal(machines([...first.answer.values, ...rest.answer.values]).length, plant.machines.length);
    assert.equal(rest.answer.next, null);
  });

  test("gives a tag's course with what is smallest and largest in it", async () => {
    const query = { from: iso(START_MS), to: iso(NOW_MS), points: 20 };
    const { answer } = await askAbout("series", { ...TEMPER, tag: "temp_c" }, query);
    const values = valuesOf(said, "temper-01", "temp_c");
    const figures: { min: number; max: number; count: number }[] = answer.points;
    assert.ok(figures.length <= 20);
    assert.equal(Math.max(...figures.map(({ max }) => max)), Math.max(...values));
    assert.equal(Math.min(...figures.map(({ min }) => min)), Math.min(...values));
    assert.equal(
      figures.reduce((sum, { count }) => sum + count, 0),
      values.length,
    );
    assert.ok(answer.coverage > 0.99);
    assert.equal(answer.source, "1min");
    assert.equal(answer.products.length > 0, true);
  });

  test("says how long a word was said", async () => {
    const address = { ...TEMPER, step: "s4_conching", machine: "conche-01", tag: "phase" };
    const { answer } = await askAbout("tagStates", address, { from: iso(START_MS), to: iso(NOW_MS) });
    const sum = answer.states.reduce(
      (all: number, each: { duration_ms: number }) => all + each.duration_ms,
      0,
    );
    assert.ok(Math.abs(sum + answer.unknown_ms - (NOW_MS - START_MS)) < 1);
    assert.ok(answer.coverage > 0.95);
  });

  test("a tag of the plant that nobody has said yet has a course without a point", async () => {
    const silent = contextAfter([], { plant, nowMs: NOW_MS, completeness: () => nothingKept });
    const query = { from: iso(START_MS), to: iso(NOW_MS) };
    const { status, answer } = await askAbout("series", { ...TEMPER, tag: "temp_c" }, query, silent);
    assert.deepEqual([status, answer.points, answer.coverage], [200, [], 0]);
    assert.deepEqual([answer.unit, answer.gaps], ["°C", [{ from: iso(START_MS), to: iso(NOW_MS) }]]);
    const other = await askAbout("series", { ...TEMPER, tag: "temp_f" }, query, silent);
    assert.equal(other.status, 404);
    assert.match(other.answer.hint, /temp_c/);
  });

  test("a machine or tag that never spoke and that the plant doesn't have is not found, and it says what there is; many points are refused", async () => {
    const unknown = await askAbout("series", { ...TEMPER, tag: "temp_f" });
    assert.equal(unknown.status, 404);
    assert.match(unknown.answer.hint, /temp_c/);
    assert.equal((await askAbout("series", { ...TEMPER, machine: "nobody", tag: "x" })).status, 404);
    assert.equal((await askAbout("series", { ...TEMPER, tag: "temp_c" }, { points: 1_000_000 })).status, 400);
    assert.equal((await askAbout("series", { ...TEMPER, tag: "'; drop table" })).status, 404);
  });

  test("tells the condition of machines with what was looked at", async () => {
    const { answer } = await ask("condition", { machine: "temper-01" }, context);
    assert.deepEqual(
      answer.looked_at.map(({ machine }: { machine: string }) => machine),
      ["tunis-01/line-a/s5_tempering/temper-01"],
    );
    assert.ok(answer.looked_at[0].coverage > 0);
  });

  test("tells the coverage of every machine, and what was received minute by minute", async () => {
    const { answer } = await ask("coverage", { from: iso(START_MS), to: iso(NOW_MS) }, context);
    assert.equal(answer.machines.length, plant.machines.length);
    assert.equal(answer.seen, said.filter(({ atMs }) => atMs < NOW_MS).length);
    assert.equal(answer.share, 1);
    const received = await ask("received", { from: iso(START_MS), to: iso(NOW_MS) }, context);
    const sum = received.answer.minutes.reduce(
      (all: number, { messages }: { messages: number }) => all + messages,
      0,
    );
    assert.equal(sum, said.filter(({ atMs, sentMs }) => (sentMs ?? atMs) < NOW_MS).length);
  });
});
