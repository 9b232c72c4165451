import assert from "node:assert/strict";
import { test } from "node:test";
import { conchingCourse, phasePowerKw } from "../../../src/simulator/process/conching-course.ts";
import { chocolateProduct } from "../../plant/chocolate-document.ts";

const POWERS = { idle_kw: 10, dry_kw: 40, paste_kw: 80, liquid_kw: 30 };

test("the phases follow one another, and a slow filling puts the end off", () => {
  const recipe = chocolateProduct("dark").recipe.phases.conching;
  assert.ok(recipe !== undefined);
  const course = conchingCourse(recipe, 2.5, 0.45);
  assert.ok(
    2.5 < course.dryUntilH && course.dryUntilH < course.pasteUntilH && course.pasteUntilH < course.untilH,
  );
  assert.equal(course.untilH, recipe.hours);
  assert.equal(conchingCourse(recipe, 11, 0.45).untilH, 11 + recipe.liquid_hours);
});

test("power grows with filling, peaks with the paste, falls with butter", () => {
  assert.ok(phasePowerKw("filling", 0.2, POWERS) < phasePowerKw("filling", 0.9, POWERS));
  assert.ok(phasePowerKw("paste", 0, POWERS) > phasePowerKw("dry", 0, POWERS));
  assert.ok(phasePowerKw("paste", 0, POWERS) > phasePowerKw("paste", 1, POWERS));
  assert.ok(phasePowerKw("paste", 1, POWERS) > phasePowerKw("liquid", 0, POWERS));
  assert.equal(phasePowerKw("empty", 0, POWERS), 0);
});
