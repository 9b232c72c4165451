import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import type { StateV2 } from "../../../src/contract/schemas/state-v2.ts";
import { machineStateView } from "../../../src/monitor/machine-state/machine-state-view.ts";
import { machinesNow } from "../../../src/monitor/machine-state/machines-now.ts";
import { stateHistory } from "../../../src/monitor/machine-state/state-intervals.ts";
import type { ViewMessage } from "../../../src/views/view.ts";
import { readingOf } from "../memory-reading.ts";
import { folded, told } from "../told.ts";

const PACKER = "tunis-01/line-a/s8_packaging/packer-03";
const TUNNEL = "tunis-01/line-a/s7_cooling/cooltunnel-01";
const T0 = Date.parse("2026-11-27T08:00:00Z");

/** Few instants, boots and states, so that ties, repetitions and gaps are the rule. */
const arbitraryMessage: fc.Arbitrary<Omit<ViewMessage, "id">> = fc
  .record({
    machine: fc.constantFrom(PACKER, TUNNEL),
    second: fc.integer({ min: 0, max: 120 }),
    kind: fc.constantFrom("state", "state", "state", "telemetry", "link"),
    state: fc.constantFrom("Execute", "Held", "Suspended") as fc.Arbitrary<StateV2["state"]>,
    code: fc.constantFrom(undefined, "JAM", "NO_BARS"),
    boot: fc.constantFrom(undefined, "boot-000a", "boot-000b"),
    since: fc.constantFrom(undefined, 0, 10),
    batch: fc.constantFrom(undefined, "B20261127-DA-0001", "B20261127-DA-0002"),
    online: fc.boolean(),
    late: fc.integer({ min: -5, max: 30 }),
  })
  .map(({ machine, second, kind, state, code, boot, since, batch, online, late }) => {
    const atMs = T0 + second * 10_000;
    const place = {
      ...(boot === undefined ? {} : { boot, seq: second + 1 }),
      receivedAtMs: atMs + late * 1000,
    };
    const work = batch === undefined ? {} : { batch_id: batch };
    if (kind === "telemetry")
      return told(machine, "telemetry", atMs, { tags: { temp_c: 1 }, ...work }, place);
    if (kind === "link") {
      const will = !online && boot !== undefined ? { will_of_boot: boot } : {};
      return told(machine, "state", atMs, { state: online ? "ONLINE" : "OFFLINE", ...will }, place);
    }
    const reason =
      code === undefined ? {} : { stop_reason: { code, category: "other" as const, caused_by: machine } };
    const began =
      since === undefined
        ? {}
        : { since: new Date(atMs - since * 1000 + (since === 0 ? 1 : 0)).toISOString() };
    return told(machine, "state", atMs, { state, ...reason, ...began, ...work }, place);
  });

const arbitraryLog = fc
  .array(arbitraryMessage, { minLength: 1, maxLength: 60 })
  .map((messages) => messages.map((message, index) => ({ ...message, id: index + 1 }) as ViewMessage));

suite("the view of machine states", () => {
  test("depends on the set of messages, not on their order or on repetitions", () => {
    fc.assert(
      fc.property(
        arbitraryLog.chain((log) =>
          fc.tuple(
            fc.constant(log),
            fc.shuffledSubarray(log, { minLength: log.length }),
            fc.shuffledSubarray(log),
          ),
        ),
        ([log, shuffled, again]) => {
          const dump = folded(machineStateView, log).dump();
          assert.deepEqual(folded(machineStateView, shuffled).dump(), dump);
          assert.deepEqual(folded(machineStateView, [...again, ...shuffled, ...again]).dump(), dump);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("any history is without a hole and sums to its span", () => {
    fc.assert(
      fc.property(
        arbitraryLog,
        fc.integer({ min: -300, max: 1500 }),
        fc.integer({ min: 1, max: 2000 }),
        (log, from, seconds) => {
          const reading = readingOf(folded(machineStateView, log));
          const span = { fromMs: T0 + from * 1000, toMs: T0 + (from + seconds) * 1000 };
          const watch = { nowMs: T0 + 1_000_000, silentAfterMs: 30_000 };
          const { intervals, spanMs, knownMs } = stateHistory(reading, PACKER, span, watch);
          const toMs = Math.min(span.toMs, watch.nowMs);
          let reached = span.fromMs;
          for (const interval of intervals) {
            assert.equal(interval.fromMs, reached);
            assert.ok(interval.toMs > interval.fromMs);
            reached = interval.toMs;
          }
          if (toMs > span.fromMs) assert.equal(reached, toMs);
          assert.equal(spanMs, Math.max(0, toMs - span.fromMs));
          assert.ok(knownMs <= spanMs);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("when a state began is the same at present and in the history", () => {
    fc.assert(
      fc.property(arbitraryLog, (log) => {
        const reading = readingOf(folded(machineStateView, log));
        const nowMs = T0 + 1_300_000;
        const now = machinesNow(reading, { nowMs, silentAfterMs: () => null });
        for (const { machine, state, sinceMs } of now) {
          if (state === "unknown") continue;
          const span = { fromMs: T0 - 3_600_000, toMs: nowMs };
          const { intervals } = stateHistory(reading, machine, span, { nowMs, silentAfterMs: null });
          const last = intervals.at(-1);
          assert.equal(last?.state, state);
          // A gap of the connection parts a stay in the history; it began before that.
          assert.ok((sinceMs ?? 0) <= (last?.fromMs ?? 0));
        }
      }),
      { numRuns: 300 },
    );
  });
});
