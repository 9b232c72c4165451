import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { machineOf } from "../../../src/simulator/modelled-machine.ts";
import type { Mould } from "../../../src/simulator/process/mould.ts";
import { TunnelBelt } from "../../../src/simulator/process/tunnel-belt.ts";
import { chocolatePlant, chocolateProduct } from "../../plant/chocolate-document.ts";

const [line] = chocolatePlant().lines;
const product = chocolateProduct("milk");
assert.ok(line !== undefined && product !== undefined);
const { parameters } = machineOf(line, "cooling");
const batch = {
  id: "B20260111-MI-0001",
  product,
  productType: "milk" as const,
  mixes: 6,
  plannedKg: 6000,
  index: 0,
};

function mould(tempC: number): Mould {
  return { batch, lotId: "F", weightsG: [100], startUp: false, positionM: 0, tempC };
}

/** One step of cooling as the equation has it, mould by mould. */
function cooled(tempC: number, positionM: number, air: readonly [number, number, number]): number {
  const { from, to } = parameters.crystallising_c;
  const massKgM2 = (parameters.density_kg_m3 * parameters.bar_mm) / 1000;
  const loss = (parameters.heat_transfer_w_m2k * parameters.cooled_sides) / (1000 * massKgM2);
  const zone = Math.min(2, Math.floor((3 * positionM) / parameters.path_m));
  const sets = tempC < from && tempC > to;
  const latent = sets ? batch.product.recipe.phases.cooling.latent_kj_kg / (from - to) : 0;
  return tempC - (loss * (tempC - (air[zone] ?? 0))) / (parameters.heat_capacity_kj_kgk + latent);
}

suite("TunnelBelt", () => {
  test("cools each mould by the air where it is, whatever comes in and leaves", () => {
    const air = [16, 10, 14] as const;
    const steps = fc.array(
      fc.record({
        entersC: fc.option(fc.double({ min: 20, max: 45, noNaN: true })),
        movedM: fc.constantFrom(0, parameters.path_m / 40),
        leaves: fc.boolean(),
      }),
      { minLength: 100, maxLength: 400 },
    );
    fc.assert(
      fc.property(steps, (course) => {
        const belt = new TunnelBelt(parameters);
        const expected: { readonly mould: Mould; positionM: number; tempC: number }[] = [];
        for (const { entersC, movedM, leaves } of course) {
          if (entersC !== null) {
            const fresh = mould(entersC);
            belt.put(fresh);
            expected.push({ mould: fresh, positionM: 0, tempC: entersC });
          }
          belt.step(movedM, air);
          for (const one of expected) {
            one.positionM += movedM;
            one.tempC = cooled(one.tempC, one.positionM, air);
          }
          const [first] = expected;
          assert.equal(belt.count, expected.length);
          assert.equal(belt.first, first?.mould);
          assert.equal(belt.atExit, first !== undefined && first.positionM >= parameters.path_m);
          if (!leaves || !belt.atExit) continue;
          assert.equal(belt.release(), expected.shift()?.tempC);
        }
      }),
    );
  });
});
