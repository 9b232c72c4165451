import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, test } from "node:test";
import { loadPlant } from "../../src/adapters/yaml/load-plant.ts";
import { ApiDoor } from "../../src/api/door.ts";
import { requireAddress, unknownLevel } from "../../src/api/known-levels.ts";
import type { Problem } from "../../src/api/problem.ts";
import { ROUTES } from "../../src/api/routes.ts";
import { LEVELS } from "../../src/api/schemas.ts";
import { PACKAGE_ROOT } from "../../src/config/package-root.ts";
import type { LogReading } from "../../src/log/log-reading.ts";
import { contextOf, endingAt, requestFor } from "./context.ts";

const plant = await loadPlant(join(PACKAGE_ROOT, "plants", "chocolate.yaml"));
/** A log that has heard of a machine that the plant doesn't have. */
const log: LogReading = {
  ...endingAt(7),
  names: (of) => (of === "machine" ? ["temper-01", "foreign-07"] : []),
};
const UNKNOWN = { site: "tunis-99", line: "line-zz", step: "s9_tempering", machine: "temper-09" };

suite("what a question chooses machines by", () => {
  test("is known where the plant or the log has it; the near name is told where neither has", () => {
    const of = (chosen: object) => unknownLevel(chosen, plant, () => log);
    assert.equal(of({}), undefined);
    assert.equal(
      of({ site: "tunis-01", line: "line-a", step: "s5_tempering", machine: "temper-01" }),
      undefined,
    );
    assert.equal(of({ machine: "foreign-07" }), undefined);
    assert.equal(of({ machine: "temper-11" }), "there is no machine temper-11, did you mean temper-01?");
    assert.equal(of({ machine: "zzz" }), "there is no machine zzz");
    assert.equal(
      of({ line: "line-a", site: "tunis-91" }),
      "there is no site tunis-91, did you mean tunis-01?",
    );
  });

  test("is not looked for in the log where the plant has it", () => {
    const never = () => assert.fail("the log was read");
    assert.equal(unknownLevel({ machine: "temper-01" }, plant, never), undefined);
  });

  test("the address of one machine: of the plant, of the log, or named with the one that was meant", () => {
    const TEMPER = "tunis-01/line-a/s5_tempering/temper-01";
    requireAddress(TEMPER, plant, () => assert.fail("the log was read"));
    requireAddress("tunis-01/line-a/s5_tempering/foreign-07", plant, () => log);
    for (const given of ["temper-01", "tunis-01/line-a/s5_tempering/temper-1"])
      assert.throws(() => requireAddress(given, plant, () => log), {
        code: "CONCHE_NOT_FOUND",
        message: `there is no machine ${given}, did you mean ${TEMPER}?`,
      });
  });

  const door = new ApiDoor(ROUTES);
  for (const { name, path, query } of ROUTES) {
    const levels = Object.keys(LEVELS).filter(
      (level) => query?.properties[level] === Reflect.get(LEVELS, level),
    ) as (keyof typeof LEVELS)[];
    if (levels.length === 0) continue;
    test(`${path}: 404 where nobody knows it`, async () => {
      for (const level of levels) {
        const asked = requestFor(name, { query: { [level]: UNKNOWN[level] } });
        const { status, body } = await door.answer(asked, contextOf({ plant, log: () => log }));
        assert.equal(status, 404, body);
        const { code, detail } = JSON.parse(body) as Problem;
        assert.equal(code, "CONCHE_NOT_FOUND");
        assert.match(detail, new RegExp(`there is no ${level} ${UNKNOWN[level]}`));
      }
    });
  }

  test("the questions that it holds for are these", () => {
    const paths = ROUTES.filter(({ query }) => query?.properties.line === LEVELS.line).map(
      ({ path }) => path,
    );
    for (const path of [
      "/api/now",
      "/api/states",
      "/api/tags",
      "/api/alarms",
      "/api/completeness",
      "/api/oee",
    ]) {
      assert.ok(paths.includes(path), path);
    }
  });
});
