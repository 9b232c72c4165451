import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { LiveChanges, type LiveEvent, subjectsOf } from "../../src/api/live.ts";
import { ConcheError } from "../../src/errors/conche-error.ts";
import type { Changes } from "../../src/views/changes.ts";

const TEMPER = "tunis-01/line-a/s5_tempering/temper-01";
const alarmAt = (position: number): Changes => ({ position, machines: [[TEMPER, ["alarm"]]] });

function names(events: readonly LiveEvent[]): string[] {
  return events.map(({ subject, position }) => `${subject} ${position}`).sort();
}

suite("live changes", () => {
  test("whoever follows hears of what it asked for, under every name that it has", () => {
    const live = new LiveChanges();
    const all = live.follow(undefined, undefined, () => {});
    const alarms = live.follow(subjectsOf(`alarms,line:tunis-01/line-a`), undefined, () => {});
    const states = live.follow(subjectsOf("states"), undefined, () => {});
    live.changed(alarmAt(10));
    assert.deepEqual(names(all.take()), [
      "alarms 10",
      "line:tunis-01/line-a 10",
      `machine:${TEMPER} 10`,
      "views 10",
    ]);
    assert.deepEqual(names(alarms.take()), ["alarms 10", "line:tunis-01/line-a 10"]);
    assert.deepEqual(states.take(), []);
  });

  test("a reader that is slow gets the newest of each, never a backlog", () => {
    const live = new LiveChanges();
    let woken = 0;
    const reader = live.follow(["alarms"], undefined, () => woken++);
    for (let position = 1; position <= 1_000; position++) live.changed(alarmAt(position));
    assert.deepEqual(names(reader.take()), ["alarms 1000"]);
    assert.deepEqual(reader.take(), []);
    assert.equal(woken, 1_000);
    reader.close();
    assert.equal(live.readers, 0);
  });

  test("whoever comes back hears of what changed meanwhile; of everything, where that is not known", () => {
    const live = new LiveChanges();
    live.changed(alarmAt(10));
    live.changed({ position: 11, machines: [[TEMPER, ["state"]]] });
    live.changed(alarmAt(12));
    const after = (position: number) => names(live.follow(["alarms", "states"], position, () => {}).take());
    assert.deepEqual(after(11), ["alarms 12"]);
    assert.deepEqual(after(10), ["alarms 12", "states 12"]);
    assert.deepEqual(after(12), []);
    assert.deepEqual(after(3), ["alarms 12", "states 12"], "from before this process");
    assert.deepEqual(after(99), ["alarms 12", "states 12"], "from another log");
  });

  test("a log that begins anew, and too much to name: anything may have changed", () => {
    const live = new LiveChanges();
    const reader = live.follow(["alarms", "quality"], undefined, () => {});
    live.changed(alarmAt(10));
    reader.take();
    live.changed({ position: 5_000, machines: undefined });
    assert.deepEqual(names(reader.take()), ["alarms 5000", "quality 5000"]);
    live.changed(alarmAt(7));
    assert.deepEqual(names(live.follow(["alarms", "quality"], 6, () => {}).take()), [
      "alarms 7",
      "quality 7",
    ]);
  });

  test("subjects that there aren't are refused", () => {
    assert.equal(subjectsOf(" "), undefined);
    const many = Array.from({ length: 201 }, (_, n) => `line:s/l${n}`).join(",");
    for (const asked of ["everything", "machine:temper-01", "line:../x", "alarms;drop", many]) {
      assert.throws(
        () => subjectsOf(asked),
        (error) => error instanceof ConcheError && error.code === "CONCHE_REQUEST_INVALID",
        asked,
      );
    }
  });
});
