import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { HOUR_MS, quietPlant, START_MS } from "../../simulator/simulated-line.ts";
import { conditionIn, saidBy, tagsOf } from "./simulated-weeks.ts";

const DAY_MS = 24 * HOUR_MS;

suite("the condition of machines on normal days", () => {
  test("is asked for a day after one of comparison: hardly anything is found that isn't there", () => {
    const plant = quietPlant();
    const tags = tagsOf(saidBy(plant, 5, 2 * 24));
    const beginMs = START_MS - 2 * DAY_MS;
    const found = tags.machines.flatMap((machine) =>
      [1].flatMap((day) =>
        conditionIn(
          plant,
          tags,
          machine,
          beginMs + day * DAY_MS,
          beginMs + (day + 1) * DAY_MS,
          DAY_MS,
        ).findings.map(
          (finding) =>
            `day ${day} ${finding.kind} ${machine.split("/").at(-1)} ${finding.tag}: ${finding.says}`,
        ),
      ),
    );
    // 10 machines, 83 tags.
    assert.ok(found.length <= 1, `${found.length}:\n${found.join("\n")}`);
  });

  test("a machine that has worked and rests is no sensor that sticks, though its rolls cool down", () => {
    const plant = quietPlant();
    const tags = tagsOf(saidBy(plant, 3, 0, undefined, 8));
    const found = tags.machines.flatMap((machine) =>
      conditionIn(plant, tags, machine, START_MS, START_MS + 8 * HOUR_MS).findings.map(
        ({ kind, tag, says }) => `${kind} ${machine} ${tag}: ${says}`,
      ),
    );
    assert.deepEqual(
      found.filter((each) => each.startsWith("stuck")),
      [],
    );
  });
});
