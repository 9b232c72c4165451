import assert from "node:assert/strict";
import { test } from "node:test";
import type { MachineKey } from "../../src/contract/topic.ts";
import { SequenceTracker } from "../../src/ingest/sequence-tracker.ts";
import { TrackerTable } from "../../src/ingest/tracker-table.ts";

const A = "tunis-01/line-a/conche-01" as MachineKey;
const B = "tunis-01/line-a/temper-01" as MachineKey;

test("sequences are found by machine and boot", () => {
  const table = new TrackerTable();
  const trackers = [
    new SequenceTracker({ machine: A, boot: "boot-one" }),
    new SequenceTracker({ machine: A, boot: "boot-two" }),
    new SequenceTracker({ machine: B, boot: "boot-one" }),
  ];
  for (const tracker of trackers) table.add(tracker);
  for (const tracker of trackers) {
    assert.equal(table.get(tracker.publisher.machine, tracker.publisher.boot), tracker);
  }
  assert.equal(table.get(B, "boot-two"), undefined);
});

test("the ones known longest are forgotten, except those that are kept", () => {
  const table = new TrackerTable();
  const boots = ["boot-one", "boot-two", "boot-tri", "boot-for"];
  const trackers = boots.map((boot) => new SequenceTracker({ machine: A, boot }));
  for (const tracker of trackers) table.add(tracker);
  table.shrink(4, new Set());
  assert.deepEqual(
    boots.map((boot) => table.get(A, boot)),
    trackers,
  );
  table.shrink(2, new Set(trackers.slice(0, 1)));
  assert.deepEqual(
    boots.filter((boot) => table.get(A, boot) !== undefined),
    ["boot-one", "boot-for"],
  );
  table.shrink(0, new Set());
  assert.deepEqual(
    boots.filter((boot) => table.get(A, boot) !== undefined),
    [],
  );
});
