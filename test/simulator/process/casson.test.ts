import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import {
  apparentPaS,
  blended,
  type Casson,
  stressPa,
  thickened,
} from "../../../src/simulator/process/casson.ts";

const flow = fc.record({
  yieldPa: fc.double({ min: 0.1, max: 40, noNaN: true }),
  viscosityPaS: fc.double({ min: 0.2, max: 10, noNaN: true }),
});
const rate = fc.double({ min: 0.5, max: 200, noNaN: true });
const kg = fc.double({ min: 0.1, max: 6000, noNaN: true });

function near(value: number, expected: number): void {
  assert.ok(Math.abs(value - expected) <= 1e-9 * Math.abs(expected), `${value} is not ${expected}`);
}

suite("Casson flow", () => {
  test("yield 9 Pa and 1.8 Pa s at 5 1/s: (3 + 3)² = 36 Pa", () => {
    near(stressPa({ yieldPa: 9, viscosityPaS: 1.8 }, 5), 36);
    near(apparentPaS({ yieldPa: 9, viscosityPaS: 1.8 }, 5), 7.2);
  });

  test("at rest the stress is the yield; without a yield it is a Newtonian liquid", () => {
    fc.assert(
      fc.property(flow, rate, (one, perS) => {
        near(stressPa(one, 0), one.yieldPa);
        near(apparentPaS({ ...one, yieldPa: 0 }, perS), one.viscosityPaS);
      }),
    );
  });

  test("it thins with shear, and never below its viscosity", () => {
    fc.assert(
      fc.property(flow, rate, fc.double({ min: 1.01, max: 10, noNaN: true }), (one, perS, times) => {
        assert.ok(apparentPaS(one, perS * times) < apparentPaS(one, perS));
        assert.ok(apparentPaS(one, perS * times) > one.viscosityPaS);
        assert.ok(stressPa(one, perS * times) > stressPa(one, perS));
      }),
    );
  });

  test("thicker by a factor is the stress times the factor, at every rate", () => {
    fc.assert(
      fc.property(flow, rate, fc.double({ min: 0.1, max: 4, noNaN: true }), (one, perS, factor) => {
        near(stressPa(thickened(one, factor), perS), factor * stressPa(one, perS));
      }),
    );
  });

  test("a blend lies between its parts, and is the same poured at once or in two portions", () => {
    const between = (value: number, a: number, b: number) =>
      value >= Math.min(a, b) * (1 - 1e-9) && value <= Math.max(a, b) * (1 + 1e-9);
    fc.assert(
      fc.property(flow, kg, flow, kg, kg, (heel, heelKg, fresh, firstKg, secondKg) => {
        const once = blended(heel, heelKg, fresh, firstKg + secondKg);
        const halfway: Casson = blended(heel, heelKg, fresh, firstKg);
        const twice = blended(halfway, heelKg + firstKg, fresh, secondKg);
        for (const key of ["yieldPa", "viscosityPaS"] as const) {
          assert.ok(between(once[key], heel[key], fresh[key]));
          near(twice[key], once[key]);
        }
      }),
    );
  });
});
