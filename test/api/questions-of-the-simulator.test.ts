import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ApiDoor } from "../../src/api/door.ts";
import { ROUTES } from "../../src/api/routes.ts";
import { type MachineKey, machineKeyOf } from "../../src/contract/topic.ts";
import { withTelemetryInterval } from "../../src/plant/expand-plant.ts";
import { simulatePlant } from "../../src/simulator/plant-simulation.ts";
import type { SimulatedMessage } from "../../src/simulator/simulated-message.ts";
import { scenario } from "../monitor/condition/simulated-weeks.ts";
import { fromSimulation } from "../monitor/told.ts";
import { changedPlant, HOUR_MS, quietPlant, START_MS, valuesOf } from "../simulator/simulated-line.ts";
import { requestFor } from "./context.ts";
import { contextAfter } from "./monitored.ts";

type Row = Readonly<Record<string, unknown>>;
const LINE = "tunis-01/line-a";

async function answered(
  number: number,
  said: readonly SimulatedMessage[],
  plant: ReturnType<typeof quietPlant>,
  endMs: number,
): Promise<{ verdict: string; rows: Row[] }> {
  const context = contextAfter(fromSimulation(said), { plant, nowMs: endMs });
  const query = { from: new Date(START_MS).toISOString(), to: new Date(endMs).toISOString() };
  const request = requestFor("askQuestion", { params: { number }, query });
  const { status, body } = await new ApiDoor(ROUTES).answer(request, context);
  assert.equal(status, 200, body);
  return JSON.parse(body);
}

suite("questions about machines, against what the simulator did", () => {
  test("20: rolls that wear are found, with the wear per hour and the hour of regrinding that the simulator has", async () => {
    const [wear, hoursAtStart, days] = [50, 10, 4];
    const plant = withTelemetryInterval(
      changedPlant(({ sites }) => {
        for (const { simulation } of sites.flatMap(({ lines }) => lines).flatMap(({ machines }) => machines))
          if (simulation?.model === "refining") {
            simulation.wear_um_per_1000_h = wear;
            simulation.roll_hours_at_start = hoursAtStart;
          }
      }),
      120,
    );
    const endMs = START_MS + days * 24 * HOUR_MS;
    const said = simulatePlant(plant, { seed: 3, startMs: START_MS, payloadVersion: 2 })
      .advance(endMs)
      .filter(
        ({ type, machine }) => machine.machine === "refiner-01" && (type === "telemetry" || type === "state"),
      );
    const { rows, verdict } = await answered(20, said, plant, endMs);
    const found = rows.find(({ tag }) => tag === "particle_size_um");
    assert.ok(found, verdict);
    assert.ok(Math.abs(Number(found.um_per_1000_roll_h) - wear) < wear * 0.15, JSON.stringify(found));
    const hours = valuesOf(said, "refiner-01", "roll_hours_h");
    assert.ok(Math.abs(Number(found.roll_h_now) - (hours.at(-1) ?? 0)) < 2, JSON.stringify(found));
    // The coarsest product that was refined reaches the alarm limit first: d90 + wear x hours = 28.
    const refined = new Set(said.map(({ payload }) => "product_type" in payload && payload.product_type));
    const limits = plant.document.products.flatMap(({ id, recipe }) =>
      refined.has(id) && recipe !== undefined ? [(28 - recipe.phases.refining.d90_um) / (wear / 1000)] : [],
    );
    const truth = Math.min(...limits);
    assert.ok(Math.abs(Number(found.regrind_at_roll_h) - truth) < truth * 0.15, `${truth}: ${verdict}`);
  });

  for (const [name, hours] of [
    ["alarm-flood", 2],
    [undefined, 20],
  ] as const)
    test(`22: why the line stood and by whom, to the minute: ${name ?? "a day"}`, async () => {
      const plant = quietPlant();
      const endMs = START_MS + hours * HOUR_MS;
      const options = { seed: 3, startMs: START_MS, payloadVersion: 2 as const };
      const then = name === undefined ? {} : { scenario: await scenario(name, plant) };
      const said = simulatePlant(plant, { ...options, ...then }).advance(endMs);
      const { rows, verdict } = await answered(22, said, plant, endMs);
      const truth = stopsOf(said, `${LINE}/s6_molding/molder-01`, endMs);
      assert.ok(truth.size > 0);
      for (const [code, { minutes, roots }] of truth) {
        const row = rows.find((each) => each.code === code);
        assert.ok(row, `${code} in ${verdict}`);
        assert.ok(
          Math.abs(Number(row.lost_min) - minutes) < 0.5,
          `${code}: ${minutes} ${JSON.stringify(row)}`,
        );
        const [root] = [...roots].sort((a, b) => b[1] - a[1])[0] ?? [];
        assert.equal(row.by, root === `${LINE}/s6_molding/molder-01` ? null : root, JSON.stringify(row));
      }
      assert.deepEqual(new Set(rows.map(({ code }) => code)), new Set(truth.keys()));
      if (name === undefined)
        assert.ok(
          rows.some(({ by }) => by !== null),
          "no stop of the day was caused by another machine",
        );
    });
});

interface StopReason {
  readonly category: string;
  readonly code: string;
  readonly caused_by?: string;
}

interface Stopped {
  minutes: number;
  /** Seconds by the machine that stood by itself. */
  readonly roots: Map<string, number>;
}

/** By code, of the messages alone: a second at a time, along whom each machine names. */
function stopsOf(said: readonly SimulatedMessage[], constraint: string, endMs: number): Map<string, Stopped> {
  const states = new Map<MachineKey | string, SimulatedMessage[]>();
  for (const message of said) {
    if (message.type !== "state") continue;
    const key = machineKeyOf(message.machine);
    states.set(key, [...(states.get(key) ?? []), message]);
  }
  const at = (machine: string, ms: number) =>
    states.get(machine)?.findLast(({ atMs }) => atMs <= ms)?.payload;
  const stopOf = (machine: string, ms: number) => at(machine, ms)?.stop_reason as StopReason | undefined;
  const rootOf = (machine: string, ms: number, way: readonly string[] = []): string => {
    const stop = stopOf(machine, ms);
    const waits = stop?.category === "starved" || stop?.category === "blocked";
    if (!waits || stop.caused_by === undefined || way.includes(stop.caused_by)) return machine;
    return rootOf(stop.caused_by, ms, [...way, machine]);
  };
  const found = new Map<string, Stopped>();
  for (let ms = START_MS; ms < endMs; ms += 1_000) {
    const stop = stopOf(constraint, ms);
    if (stop === undefined) continue;
    const known = found.get(stop.code) ?? { minutes: 0, roots: new Map() };
    found.set(stop.code, known);
    known.minutes += 1 / 60;
    const root = rootOf(constraint, ms);
    known.roots.set(root, (known.roots.get(root) ?? 0) + 1);
  }
  return found;
}
