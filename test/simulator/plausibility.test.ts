import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { limitsFor } from "../../src/plant/schema/tag.ts";
import { chocolatePlant } from "../plant/chocolate-document.ts";
import {
  changedPlant,
  HOUR_MS,
  hoursOf,
  of,
  quietPlant,
  START_MS,
  simulation,
  valuesOf,
} from "./simulated-line.ts";

/** Share of a running machine's values that may be outside the plant file's normal range. */
const OUTSIDE = 0.08;
const DAYS = 3;

suite("three days of a line", () => {
  const said = hoursOf(24 * DAYS, { seed: 21, plant: quietPlant() });

  test("a running machine's values are nearly always in the plant file's normal range", () => {
    for (const { address, definition } of chocolatePlant().machines) {
      const seen = new Map<string, { all: number; outside: number }>();
      let running = false;
      for (const { machine, type, payload } of said) {
        if (machine.machine !== address.machine) continue;
        if (type === "state") running = payload.state === "Execute";
        if (type !== "telemetry" || !running) continue;
        for (const [name, value] of Object.entries(payload.tags as object)) {
          const tag = definition.tags[name];
          assert.ok(tag !== undefined, name);
          if (tag.values !== undefined) assert.ok(tag.values.includes(String(value)), `${name} = ${value}`);
          if (typeof value !== "number") continue;
          const { min = -Infinity, max = Infinity } = limitsFor(
            tag,
            payload.product_type as string | undefined,
          );
          const count = seen.get(name) ?? { all: 0, outside: 0 };
          seen.set(name, {
            all: count.all + 1,
            outside: count.outside + (value < min || value > max ? 1 : 0),
          });
        }
      }
      for (const [name, { all, outside }] of seen) {
        assert.ok(outside / all <= OUTSIDE, `${address.machine} ${name}: ${outside} of ${all} outside`);
      }
    }
  });

  test("every tag of the plant file is measured", () => {
    for (const { address, definition } of chocolatePlant().machines) {
      const names = new Set(
        of(said, "telemetry", address.machine).flatMap(({ payload }) => Object.keys(payload.tags as object)),
      );
      assert.deepEqual([...names].sort(), Object.keys(definition.tags).sort(), address.machine);
    }
  });

  test("alarms are few enough for one operator, mostly of low priority, and don't chatter", () => {
    const raised = of(said, "alarm").filter(({ payload }) => payload.event === "raised");
    const perDay = raised.length / DAYS;
    assert.ok(perDay > 15 && perDay < 144, `${perDay} a day`);
    const share = (priority: string) =>
      raised.filter(({ payload }) => payload.priority === priority).length / raised.length;
    assert.ok(share("low") > 0.7, `low ${share("low")}`);
    assert.ok(share("high") < 0.15, `high ${share("high")}`);
    const byMinute = Object.groupBy(
      raised,
      ({ atMs, machine, payload }) => `${machine.machine} ${payload.alarm_id} ${Math.floor(atMs / 60_000)}`,
    );
    for (const [key, alarms = []] of Object.entries(byMinute)) assert.ok(alarms.length < 3, key);
  });

  test("an alarm is raised before it is cleared, and not raised twice", () => {
    const active = new Set<string>();
    for (const { machine, payload } of of(said, "alarm")) {
      const alarm = `${machine.machine} ${payload.alarm_id}`;
      if (payload.event === "raised") assert.ok(!active.has(alarm), `${alarm} raised twice`);
      else assert.ok(active.delete(alarm), `${alarm} cleared, never raised`);
      if (payload.event === "raised") active.add(alarm);
    }
  });

  test("rejects are those of a plant: checkweigher 0.05 to 0.5 %, metal 0 to 15 ppm", () => {
    const packs = valuesOf(said, "packer-03", "packs_per_min").reduce((sum, perMin) => sum + perMin, 0);
    const light = valuesOf(said, "packer-03", "rejects_weight").at(-1) ?? 0;
    const metal = valuesOf(said, "packer-03", "rejects_metal").at(-1) ?? 0;
    assert.ok(packs > 300_000, `${packs} packs`);
    assert.ok(light / packs > 0.0005 && light / packs < 0.005, `${light} of ${packs}`);
    assert.ok(metal / packs < 15e-6, `${metal} of ${packs}`);
  });

  test("all three products run through every step, with changeovers", () => {
    for (const { address, definition } of chocolatePlant().machines) {
      if (definition.v1_tags === undefined) continue;
      const products = new Set(
        of(said, "telemetry", address.machine).map(({ payload }) => payload.product_type),
      );
      assert.deepEqual([...products].sort(), ["dark", "milk", "white"], address.machine);
    }
    const stops = new Set(
      of(said, "state").map(
        ({ payload }) => (payload.stop_reason as { category?: string } | undefined)?.category,
      ),
    );
    for (const category of ["changeover", "cleaning", "minor_stop", "starved", "blocked"])
      assert.ok(stops.has(category), category);
  });

  test("in the dry and the paste phase the conche's moisture only falls; acidity too", () => {
    let last = Number.POSITIVE_INFINITY;
    let compared = 0;
    for (const { payload } of of(said, "telemetry", "conche-01")) {
      const tags = payload.tags as Record<string, number | string>;
      if (tags.phase !== "dry" && tags.phase !== "paste") {
        last = Number.POSITIVE_INFINITY;
        continue;
      }
      // Noise of the instrument: four sigma of 0.004 %.
      assert.ok(Number(tags.moisture_pct) < last + 0.032, `${tags.moisture_pct} after ${last}`);
      last = Number(tags.moisture_pct);
      compared += 1;
    }
    assert.ok(compared > 500);
  });

  test("the conche takes most power in the paste phase and least when butter has made it flow", () => {
    const mean = (phase: string) => {
      const powers = of(said, "telemetry", "conche-01").flatMap(({ payload }) => {
        const tags = payload.tags as Record<string, number | string>;
        return tags.phase === phase ? [Number(tags.power_kw)] : [];
      });
      return powers.reduce((sum, power) => sum + power, 0) / powers.length;
    };
    assert.ok(mean("paste") > mean("dry"));
    assert.ok(mean("dry") > mean("liquid"));
  });

  test("batches end dry enough, after the recipe's hours", () => {
    const ended = of(said, "batch", "conche-01").filter(
      ({ payload }) => payload.name === "conching" && payload.state === "complete",
    );
    assert.ok(ended.length >= 4);
    for (const { payload } of ended) {
      const { actual, set_points } = payload as {
        actual: Record<string, number>;
        set_points: Record<string, number>;
      };
      assert.ok((actual.moisture_pct ?? 9) <= 0.8);
      assert.ok(Math.abs((actual.temp_c ?? 0) - (set_points.temp_c ?? 0)) < 3, JSON.stringify(payload));
      assert.ok(
        (actual.hours ?? 0) >= (set_points.hours ?? 99) && (actual.hours ?? 99) < (set_points.hours ?? 0) + 1,
      );
    }
  });
});

suite("cause and effect", () => {
  test("mass that comes too hot from the temperer loses temper, and is thinner while it is hot", () => {
    const said = simulation({ seed: 2 }).advance(START_MS + 600_000);
    const temp = valuesOf(said, "temper-01", "temp_c");
    const index = valuesOf(said, "temper-01", "temper_index");
    const viscosity = valuesOf(said, "temper-01", "viscosity_cP");
    assert.ok(Math.max(...temp) > 33);
    assert.ok(Math.min(...index) < 4.4, `lowest index ${Math.min(...index)}`);
    // It sinks after the temperature has risen: the crystals melt during the residence time.
    assert.ok(index.indexOf(Math.min(...index)) > temp.indexOf(Math.max(...temp)));
    assert.ok(Math.min(...viscosity) < 0.85 * (viscosity.at(-1) ?? 0));
  });

  test("worn rolls grind coarser: 20.5 µm fresh, 26.6 µm worn", () => {
    const fineness = (hours: number) => {
      const plant = changedPlant((document) => {
        for (const machine of document.sites[0]?.lines[0]?.machines ?? []) {
          if (machine.simulation?.model === "refining") machine.simulation.roll_hours_at_start = hours;
        }
      });
      const values = valuesOf(hoursOf(0.5, { plant }), "refiner-01", "particle_size_um");
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    };
    const fresh = fineness(0);
    const worn = fineness(1500);
    assert.ok(Math.abs(worn - fresh - 6.1) < 0.5, `${fresh} and ${worn}`);
  });

  test("worn rolls show three machines on: coarser mass is thinner at the temperer and needs less pressure in the nozzles", () => {
    const hours = 32;
    const mean = (rollHours: number) => {
      const plant = changedPlant((document) => {
        for (const machine of document.sites[0]?.lines[0]?.machines ?? []) {
          machine.telemetry_interval_s = 60;
          if (machine.simulation?.model === "refining") machine.simulation.roll_hours_at_start = rollHours;
        }
      });
      const said = hoursOf(hours, { plant });
      const last = said.filter(({ atMs }) => atMs > START_MS + (hours - 8) * HOUR_MS);
      const of = (machine: string, tag: string) => {
        const values = valuesOf(last, machine, tag).filter((value) => value > 0);
        assert.ok(values.length > 100, `${machine} ${tag}`);
        return values.reduce((sum, value) => sum + value, 0) / values.length;
      };
      return {
        viscosity: of("temper-01", "viscosity_cP"),
        pressure: of("molder-01", "nozzle_pressure_bar"),
        weight: of("molder-01", "deposit_g"),
      };
    };
    const fresh = mean(0);
    const worn = mean(1400);
    assert.ok(worn.viscosity < 0.95 * fresh.viscosity, `${worn.viscosity} and ${fresh.viscosity}`);
    assert.ok(worn.pressure < 0.95 * fresh.pressure, `${worn.pressure} and ${fresh.pressure}`);
    // The weight is held by the stroke: what shows is the pressure.
    assert.ok(Math.abs(worn.weight - fresh.weight) < 0.3, `${worn.weight} and ${fresh.weight}`);
  });

  test("damp air brings the dew point to the bars: the alarm says so", () => {
    const plant = changedPlant((document) => {
      const hall = document.sites[0]?.lines[0]?.hall;
      if (hall !== undefined) hall.humidity_pct = 78;
    });
    const said = hoursOf(0.5, { plant });
    const margin = valuesOf(said, "cooltunnel-01", "dew_point_margin_k");
    assert.ok(Math.max(...margin) < 2, `margin ${Math.max(...margin)}`);
    assert.ok(of(said, "alarm", "cooltunnel-01").some(({ payload }) => payload.code === "DEW_POINT_MARGIN"));
  });

  test("a wrapper that stands long blocks the tunnel and the depositor, named as the cause", () => {
    const plant = changedPlant((document) => {
      for (const machine of document.sites[0]?.lines[0]?.machines ?? []) {
        if (machine.simulation?.model === "packaging")
          machine.simulation.jam = { mean_minutes: 3, seconds: [900, 900] };
      }
    });
    const states = of(hoursOf(1, { plant }), "state");
    const packer = "tunis-01/line-a/s8_packaging/packer-03";
    for (const machine of ["cooltunnel-01", "molder-01"]) {
      const blocked = states.find(
        ({ machine: from, payload }) => from.machine === machine && payload.state === "Suspended",
      );
      assert.equal(
        (blocked?.payload.stop_reason as { caused_by?: string } | undefined)?.caused_by,
        packer,
        machine,
      );
    }
  });

  test("three conches give the mass for twice the moulds: 1,200 kg/h", () => {
    const plant = changedPlant((document) => {
      const machines = document.sites[0]?.lines[0]?.machines ?? [];
      const conche = machines.find(({ id }) => id === "conche-01");
      assert.ok(conche !== undefined);
      machines.push({ ...conche, id: "conche-02" }, { ...conche, id: "conche-03" });
      for (const machine of machines) {
        machine.telemetry_interval_s = 60;
        if (machine.simulation?.model === "depositing") machine.simulation.moulds_per_min = 20;
        if (machine.simulation?.model === "packaging") machine.simulation.wraps_per_min = 260;
      }
    });
    const said = hoursOf(48, { plant });
    const filled = valuesOf(said, "molder-01", "moulds").at(-1) ?? 0;
    const kgPerHour = (filled * 10 * 0.1005) / 48;
    assert.ok(kgPerHour > 900 && kgPerHour <= 1210, `${kgPerHour} kg/h`);
    const conches = new Set(
      of(said, "batch").flatMap(({ machine, payload }) =>
        payload.event === "TRANSFERRED" && machine.step === "s4_conching" ? [machine.machine] : [],
      ),
    );
    assert.deepEqual([...conches].sort(), ["conche-01", "conche-02", "conche-03"]);
  });
});
