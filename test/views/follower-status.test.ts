import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type EditionStatus, leading } from "../../src/views/follower-status.ts";
import type { Standing } from "../../src/views/views-store.ts";

function edition(number: number, name: string, standing: Standing): EditionStatus {
  const position = { position: 0, lagMessages: 10, newestReceivedMs: 0 };
  return { edition: number, name, version: 1, standing, ...position, findings: 0 };
}

suite("by which edition a view is judged", () => {
  test("by the one that answers, whatever is built beside it", () => {
    const views = [edition(1, "tags", "answering"), edition(2, "tags", "building")];
    assert.deepEqual(
      leading(views).map((each) => each.edition),
      [1],
    );
  });

  test("by the first one while it is being made: it is behind, and nobody may take it for nothing", () => {
    const views = [edition(1, "tags", "answering"), edition(2, "alarms", "building")];
    assert.deepEqual(
      leading(views).map((each) => each.edition),
      [1, 2],
    );
  });
});
