import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { apparentPaS } from "../../../src/simulator/process/casson.ts";
import { concheRheology, nominalFlow } from "../../../src/simulator/process/conche-rheology.ts";
import { chocolateProduct } from "../../plant/chocolate-document.ts";

const EXPONENTS = { yield_fineness_exponent: 1.2, viscosity_fineness_exponent: 0.5 };

suite("rheology in the conche", () => {
  const milk = chocolateProduct("milk");
  assert.ok(milk !== undefined);
  const { phases } = milk.recipe;
  const end = {
    moisturePct: phases.conching.moisture_end_pct,
    butterAdded: true,
    d90Um: phases.refining.d90_um,
  };

  test("dry, liquid and ground as the recipe says it flows as the recipe says", () => {
    assert.deepEqual(concheRheology(phases, EXPONENTS, end), nominalFlow(phases));
    assert.deepEqual(concheRheology(phases, EXPONENTS, { ...end, d90Um: 0 }), nominalFlow(phases));
  });

  test("work makes it thinner, to the recipe's in the end", () => {
    const at = (workKwhT: number) => concheRheology(phases, EXPONENTS, { ...end, workKwhT }).viscosityPaS;
    assert.ok(at(0) > 2 * at(60) && at(10) > at(20) && at(20) > at(40));
    assert.ok(Math.abs(at(100) / phases.conching.viscosity_pa_s - 1) < 0.01);
  });

  test("water and missing butter make the mass stiffer", () => {
    const { yieldPa, viscosityPaS } = concheRheology(phases, EXPONENTS, end);
    assert.ok(concheRheology(phases, EXPONENTS, { ...end, moisturePct: 1.1 }).viscosityPaS > viscosityPaS);
    assert.ok(concheRheology(phases, EXPONENTS, { ...end, butterAdded: false }).yieldPa > yieldPa);
  });

  test("finer is more viscous at every rate, and its yield rises more than its viscosity", () => {
    const fineness = fc.double({ min: 12, max: 50, noNaN: true });
    fc.assert(
      fc.property(fineness, fineness, fc.double({ min: 1, max: 100, noNaN: true }), (a, b, rate) => {
        fc.pre(Math.abs(a - b) > 0.01);
        const [fine, coarse] = [Math.min(a, b), Math.max(a, b)].map((d90Um) =>
          concheRheology(phases, EXPONENTS, { ...end, d90Um }),
        );
        assert.ok(fine !== undefined && coarse !== undefined);
        assert.ok(apparentPaS(fine, rate) > apparentPaS(coarse, rate));
        assert.ok(fine.yieldPa / coarse.yieldPa > fine.viscosityPaS / coarse.viscosityPaS);
      }),
    );
  });
});
