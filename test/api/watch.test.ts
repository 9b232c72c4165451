import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { LogReading, StoredMessage } from "../../src/log/log-reading.ts";
import { told } from "../monitor/told.ts";
import { chocolatePlant } from "../plant/chocolate-document.ts";
import { endingAt } from "./context.ts";
import { ask, contextAfter } from "./monitored.ts";

const plant = chocolatePlant();
const HEARD_MS = Date.parse("2026-11-27T18:00:00Z");
const NOW_MS = HEARD_MS + 5 * 3_600_000;
const machine = plant.machines[4]?.key ?? "";
const messages = [
  told(machine, "state", HEARD_MS - 60_000, { state: "ONLINE" }),
  told(machine, "state", HEARD_MS - 59_000, { state: "Execute" }),
  told(machine, "telemetry", HEARD_MS - 500, { tags: { temp_c: 31.4 } }),
];

/** What is asked of views when the first message that is not in them was received at a time; of all that is there where it is left out. */
function contextWith(nextReceivedAt?: number) {
  const log: LogReading = {
    ...endingAt(7),
    query: ({ afterId }) => {
      assert.notEqual(afterId, undefined);
      return nextReceivedAt === undefined ? [] : [{ receivedAt: nextReceivedAt } as StoredMessage];
    },
  };
  return contextAfter(messages, { plant, nowMs: NOW_MS, log: () => log });
}

async function said(context: ReturnType<typeof contextWith>) {
  const now = (await ask("now", {}, context)).answer.machines;
  const states = (await ask("states", { from: new Date(HEARD_MS - 5_000).toISOString() }, context)).answer;
  const tags = (await ask("tags", {}, context)).answer.values;
  const isOurs = (each: { machine: string }) => each.machine === machine;
  return {
    now: now.find(isOurs).unknown_why ?? now.find(isOurs).state,
    stale: tags.find(isOurs).stale,
    silent: states.intervals
      .filter(isOurs)
      .some((each: { unknown_why: string }) => each.unknown_why === "silent"),
  };
}

suite("silence while views are behind the log", () => {
  test("is judged by when they have heard: what came since they don't know", async () => {
    assert.deepEqual(await said(contextWith(HEARD_MS)), { now: "Execute", stale: false, silent: false });
  });

  test("is judged by the present where they have everything, or only the newest message isn't in them yet", async () => {
    const silent = { now: "silent", stale: true, silent: true };
    assert.deepEqual(await said(contextWith()), silent);
    assert.deepEqual(await said(contextWith(NOW_MS - 5)), silent);
  });
});
