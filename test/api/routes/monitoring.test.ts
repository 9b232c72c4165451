import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ApiDoor } from "../../../src/api/door.ts";
import { ROUTES } from "../../../src/api/routes.ts";
import { plantOf } from "../../../src/plant/plant.ts";
import { fromSimulation } from "../../monitor/told.ts";
import { of, quietPlant, START_MS, simulation } from "../../simulator/simulated-line.ts";
import { requestFor } from "../context.ts";
import { ask, contextAfter } from "../monitored.ts";

const HOURS = 3;
const NOW_MS = START_MS + HOURS * 3_600_000;
const plant = quietPlant();
const said = simulation({ plant, seed: 3 }).advance(NOW_MS);
const context = contextAfter(fromSimulation(said), { plant, nowMs: NOW_MS });
const PACKER = "tunis-01/line-a/s8_packaging/packer-03";

suite("the API on states", () => {
  test("tells what every machine does, in the order of the plant, and the batches in work", async () => {
    const { status, answer } = await ask("now", {}, context);
    assert.equal(status, 200);
    assert.deepEqual(
      answer.machines.map(({ machine }: { machine: string }) => machine),
      plant.machines.map(({ key }) => key),
    );
    const packer = answer.machines.at(-1);
    assert.equal(packer.state, of(said, "state", "packer-03").at(-1)?.payload.state);
    assert.equal(packer.connected, true);
    assert.equal(answer.lines[0].line, "tunis-01/line-a");
    assert.equal(
      answer.lines[0].batches.flatMap(({ machines }: { machines: string[] }) => machines).length,
      8,
    );
  });

  test("gives intervals without a hole, with sums and coverage, of the machines that are chosen", async () => {
    const { answer } = await ask(
      "states",
      { machine: "packer-03", from: iso(START_MS), to: iso(NOW_MS) },
      context,
    );
    assert.deepEqual(
      answer.machines.map(({ machine }: { machine: string }) => machine),
      [PACKER],
    );
    assert.equal(answer.intervals[0].from, iso(START_MS));
    assert.equal(answer.intervals.at(-1).to, iso(NOW_MS));
    const [packer] = answer.machines;
    const sums: number[] = Object.values(packer.in_state_ms);
    assert.equal(
      sums.reduce((sum, ms) => sum + ms, 0),
      packer.span_ms,
    );
    assert.equal(packer.span_ms, NOW_MS - START_MS);
  });

  test("gives as few intervals as are asked for, still without a hole, and the same sums", async () => {
    const query = { machine: "packer-03", from: iso(START_MS), to: iso(NOW_MS) };
    const { answer: whole } = await ask("states", query, context);
    const { answer: few } = await ask("states", { ...query, points: 2 }, context);
    const joined = ({ intervals }: { intervals: { joined: number }[] }) =>
      intervals.reduce((sum, each) => sum + each.joined, 0);
    assert.ok(whole.intervals.length > 2 && few.intervals.length <= 2, `${few.intervals.length} intervals`);
    assert.equal(few.intervals[0].from, iso(START_MS));
    assert.equal(few.intervals.at(-1).to, iso(NOW_MS));
    assert.equal(joined(few), joined(whole));
    assert.deepEqual(few.machines, whole.machines);
  });

  test("of a machine that isn't there is 404; a bad time or a long span is refused with a hint", async () => {
    assert.equal((await ask("states", { machine: "nobody" }, context)).status, 404);
    const bad = await ask("states", { from: "yesterday" }, context);
    assert.deepEqual([bad.status, bad.answer.code], [400, "CONCHE_REQUEST_INVALID"]);
    const long = await ask("states", { from: iso(START_MS - 40 * 86_400_000), to: iso(START_MS) }, context);
    assert.equal(long.status, 400);
    const injected = await ask("states", { machine: "x'; DROP TABLE states; --" }, context);
    assert.equal(injected.status, 400);
  });
});

suite("the API on production", () => {
  test("gives the line's figures and its shifts, whose losses sum to the planned busy time", async () => {
    const { answer } = await ask("oee", { from: iso(START_MS) }, context);
    const [whole, ...shifts] = answer.figures;
    assert.equal(whole.of, "tunis-01/line-a");
    assert.equal(whole.group, null);
    assert.deepEqual(
      shifts.map(({ group }: { group: string }) => group),
      ["Morning"],
    );
    for (const { losses, planned_busy_ms: planned } of answer.figures) {
      const stops: number = losses.stops.reduce(
        (sum: number, { lost_ms }: { lost_ms: number }) => sum + lost_ms,
        0,
      );
      assert.equal(
        stops + losses.not_counted_ms + losses.speed_ms + losses.rejected_ms + losses.good_ms,
        planned,
      );
    }
    assert.equal(whole.implausible, null);
    assert.ok(Math.abs(whole.oee - whole.availability * whole.effectiveness * whole.quality_ratio) < 1e-12);
  });

  test("figures faster than rated are marked, and not cut", async () => {
    const document = JSON.parse(JSON.stringify(plant.document).replaceAll('"per_h":6000', '"per_h":1200'));
    const { answer } = await ask("oee", { from: iso(START_MS) }, { ...context, plant: plantOf(document) });
    assert.equal(answer.figures[0].implausible, "faster_than_rated");
    assert.ok(answer.figures[0].effectiveness > 4.5);
  });

  test("gives one machine's stops, whose causes sum to them", async () => {
    const { answer } = await ask("stops", { machine: "packer-03", from: iso(START_MS) }, context);
    assert.ok(answer.stops.length > 0);
    for (const { lost_ms: lost, causes } of answer.stops) {
      assert.equal(
        causes.reduce((sum: number, { lost_ms }: { lost_ms: number }) => sum + lost_ms, 0),
        lost,
      );
    }
    assert.equal(answer.stops.at(-1).cumulative, 1);
  });

  test("gives energy by product, with what it is per tonne", async () => {
    const { answer } = await ask("energy", { from: iso(START_MS) }, context);
    const [whole, ...groups] = answer.energy;
    assert.equal(whole.group, null);
    assert.ok(whole.kwh_per_tonne > 0 && groups.length >= 2);
    assert.equal((await ask("energy", { line: "line-z" }, context)).status, 404);
  });

  test("by product and batch, as CSV too; what isn't there is 404 and says what is", async () => {
    for (const by of ["product", "order"]) assert.equal((await ask("oee", { by }, context)).status, 200);
    assert.equal((await ask("oee", { by: "moon" }, context)).status, 400);
    const missing = await ask("oee", { line: "line-z" }, context);
    assert.equal(missing.status, 404);
    assert.match(missing.answer.hint, /tunis-01\/line-a/);
    const csv = await new ApiDoor(ROUTES).answer(
      requestFor("oee", { accept: "text/csv", query: { from: iso(START_MS) } }),
      context,
    );
    assert.match(csv.body, /^of,measured_at,quality_at,group,from,to,oee,/);
    assert.equal(csv.body.trim().split("\r\n").length, 3);
  });
});

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
