import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import type { MachineKey } from "../../src/contract/topic.ts";
import { ConcheError } from "../../src/errors/conche-error.ts";
import { SequenceTracker } from "../../src/ingest/sequence-tracker.ts";
import { COMPARED_PER_NUMBER, RECENT_MS, type SequencedPayload } from "../../src/log/message-log.ts";
import type { ReplayLog } from "../../src/log/replay-log.ts";
import type { SequenceState } from "../../src/log/sequence-state.ts";
import { BOOT, GroupMaker, MACHINE, OTHER_BOOT, quarantined, record } from "./log-records.ts";

/** How the suite gets at a log of one technology. */
export interface LogHarness {
  /** A new, empty log. */
  create(): Promise<ReplayLog>;
  /** Closes a log that `create` or `reopen` gave, and opens the same one again as a new process would. */
  reopen(log: ReplayLog): Promise<ReplayLog>;
  /** Closes the log and removes everything it left. */
  dispose(log: ReplayLog): Promise<void>;
}

const PUBLISHER = { machine: MACHINE, boot: BOOT };

/** What every MessageLog and ReplayLog must do, whatever it is made of. */
export function messageLogSuite(name: string, harness: LogHarness): void {
  /** Runs a test on a new log. */
  const onLog = (
    title: string,
    body: (log: ReplayLog, reopen: () => Promise<ReplayLog>) => Promise<void>,
  ) => {
    test(title, async () => {
      let log = await harness.create();
      try {
        await body(log, async () => {
          log = await harness.reopen(log);
          return log;
        });
      } finally {
        await harness.dispose(log);
      }
    });
  };

  suite(`${name} as a MessageLog`, () => {
    onLog("is empty at first", async (log, reopen) => {
      await both(log, reopen, async (each) => {
        assert.deepEqual(await each.totals(), { received: 0, stored: 0, duplicates: 0, quarantined: 0 });
        assert.deepEqual([...each.retained()], []);
        assert.deepEqual(await each.loadSequences([PUBLISHER]), []);
        assert.deepEqual(await each.latestSequences(100), []);
        assert.deepEqual(await each.loadSequenced(PUBLISHER, [1, 2]), []);
      });
    });

    onLog("keeps counters and sequences from commit to commit and over a restart", async (log, reopen) => {
      const maker = new GroupMaker();
      await log.commit(maker.group([record(1), record(2), record(7)], [], 3));
      const second = maker.group([record(4)], [quarantined({ ...PUBLISHER, seq: 9 }), quarantined()], 1);
      await log.commit(second);
      const expected = maker.tracker(MACHINE, BOOT).state();
      assert.equal(expected.highest, 9);
      await both(log, reopen, async (each) => {
        assert.deepEqual(await each.totals(), { received: 10, stored: 4, duplicates: 4, quarantined: 2 });
        assert.deepEqual(await each.loadSequences([PUBLISHER]), [expected]);
      });
    });

    onLog("loads only the sequences that are asked for and known", async (log) => {
      const maker = new GroupMaker();
      await log.commit(maker.group([record(1), record(1, { boot: OTHER_BOOT })]));
      const unknown = { machine: "tunis-01/line-a/s1_dosing/weigher-01" as MachineKey, boot: BOOT };
      const states = await log.loadSequences([unknown, { machine: MACHINE, boot: OTHER_BOOT }]);
      assert.deepEqual(
        states.map((state) => [state.machine, state.boot]),
        [[MACHINE, OTHER_BOOT]],
      );
    });

    onLog("knows after a restart who may be waiting for a receipt", async (log, reopen) => {
      const heard = (machine: string, boot: string, lastSeenAt: number) => {
        const publisher = { machine: machine as MachineKey, boot };
        const state = new SequenceTracker(publisher).state();
        return { ...state, highest: 3, stored: 3, firstSeenAt: lastSeenAt, lastSeenAt };
      };
      const other = "tunis-01/line-a/s1_dosing/weigher-01";
      const now = Date.parse("2026-01-11T10:00:00Z");
      const sequences = [
        heard(MACHINE, "boot-0001", now - 30 * 86_400_000),
        heard(MACHINE, "boot-0002", now - RECENT_MS),
        heard(MACHINE, "boot-0004", now),
        heard(MACHINE, "boot-0003", now - RECENT_MS - 1),
        heard(other, "boot-0001", now - 9 * 86_400_000),
        heard(other, "boot-0009", now - 10 * 86_400_000),
      ];
      await log.commit({ messages: [], quarantined: [], sequences, totals: await log.totals() });
      await both(log, reopen, async (each) => {
        const latest = await each.latestSequences(100);
        assert.deepEqual(latest, [sequences[2], sequences[1], sequences[5]]);
        assert.deepEqual(await each.latestSequences(2), latest.slice(0, 2));
      });
    });

    onLog("gives back any sequence state exactly", async (log) => {
      await fc.assert(
        fc.asyncProperty(sequenceStates, async (state) => {
          const totals = await log.totals();
          await log.commit({ messages: [], quarantined: [], sequences: [state], totals });
          assert.deepEqual(await log.loadSequences([state]), [state]);
        }),
        { numRuns: 50 },
      );
    });

    onLog(
      "finds what it keeps under a number, byte by byte, in the log and in quarantine",
      async (log, reopen) => {
        const maker = new GroupMaker();
        const text = '{"note":"conchage à 60 °C — 龍 🍫 \\u0000","n":1e400}';
        const bytes = Uint8Array.of(0, 255, 128, 10, 0);
        await log.commit(maker.group([record(1, { payload: text }), record(2), record(3)]));
        const conflict = quarantined({ ...PUBLISHER, seq: 1, reason: "conflict", payload: bytes });
        await log.commit(maker.group([], [conflict, quarantined({ ...PUBLISHER, seq: 4, payload: bytes })]));
        await both(log, reopen, async (each) => {
          const found = await each.loadSequenced(PUBLISHER, [4, 1, 5]);
          assert.deepEqual(plain(found), [
            [1, conflict.topic, Buffer.from(bytes).toString("hex")],
            [1, record(1).topic.topic, Buffer.from(text).toString("hex")],
            [4, conflict.topic, Buffer.from(bytes).toString("hex")],
          ]);
          assert.deepEqual(plain(await each.loadStored(PUBLISHER, [4, 1, 5])), [
            [1, record(1).topic.topic, Buffer.from(text).toString("hex")],
          ]);
        });
      },
    );

    onLog(
      "of many messages set aside under one number, gives the first and the newest",
      async (log, reopen) => {
        const maker = new GroupMaker();
        const count = 3 * COMPARED_PER_NUMBER;
        const bytes = (index: number) => Uint8Array.of(index);
        await log.commit(maker.group([record(1)]));
        for (let index = 0; index < count; index++) {
          const setAside = { ...PUBLISHER, reason: "conflict", payload: bytes(index) } as const;
          const others = [2, 3].map((seq) => quarantined({ ...setAside, seq }));
          await log.commit(maker.group([], [quarantined({ ...setAside, seq: 1 }), ...others]));
        }
        const newest = Array.from({ length: COMPARED_PER_NUMBER - 1 }, (_, index) => count - 1 - index);
        await both(log, reopen, async (each) => {
          const found = await each.loadSequenced(PUBLISHER, [1, 3]);
          const kept = (seq: number) =>
            found
              .filter((entry) => entry.seq === seq && entry.payload.length === 1)
              .map((entry) => entry.payload[0] ?? -1)
              .sort((a, b) => b - a);
          assert.deepEqual(kept(1), [...newest, 0]);
          assert.deepEqual(kept(3), [...newest, 0]);
          assert.equal(found.length, 1 + 2 * COMPARED_PER_NUMBER);
        });
      },
    );

    onLog("tells publishers apart that share a boot or a machine", async (log) => {
      const maker = new GroupMaker();
      const neighbour = `${MACHINE}-b`;
      await log.commit(
        maker.group([record(1), record(1, { boot: OTHER_BOOT }), record(1, { machine: neighbour })]),
      );
      const found = await log.loadSequenced({ machine: neighbour as MachineKey, boot: BOOT }, [1]);
      assert.deepEqual(
        found.map((each) => each.topic),
        [`factory/${neighbour}/telemetry`],
      );
      assert.equal((await log.loadSequenced(PUBLISHER, [1])).length, 1);
    });

    onLog("finds numbers anywhere in a large log, after a restart too", async (log, reopen) => {
      const maker = new GroupMaker();
      const machines = Array.from({ length: 5 }, (_, index) => `tunis-01/line-a/s6_molding/molder-0${index}`);
      // Groups of odd sizes, larger and smaller than whatever unit the log may use inside.
      for (let from = 0; from < 30_000; ) {
        const size = [1, 4095, 4097, 777, 9000][from % 5] ?? 1;
        const group = Array.from({ length: size }, (_, index) => {
          const machine = machines[(from + index) % 5] as string;
          return record(Math.floor((from + index) / 5) + 1, { machine });
        });
        await log.commit(maker.group(group));
        from += size;
      }
      const wanted = [1, 2, 819, 820, 1638, 3000, 4500, 5999, 6000];
      await both(log, reopen, async (each) => {
        for (const machine of machines) {
          const found = await each.loadSequenced({ machine: machine as MachineKey, boot: BOOT }, wanted);
          assert.deepEqual(
            found.map((entry) => entry.seq).sort((a, b) => a - b),
            wanted,
          );
          assert.ok(found.every((entry) => entry.topic === `factory/${machine}/telemetry`));
        }
      });
    });

    onLog("counts the gaps that publishers have beyond an allowance", async (log, reopen) => {
      const maker = new GroupMaker();
      const gapped = (count: number, boot: string) =>
        Array.from({ length: count + 1 }, (_, index) => record(2 * index + 1, { boot }));
      await log.commit(maker.group([...gapped(70, BOOT), ...gapped(40, OTHER_BOOT)]));
      await both(log, reopen, async (each) => {
        assert.equal(await each.gapsBeyond(64), 6);
        assert.equal(await each.gapsBeyond(30), 40 + 10);
        assert.equal(await each.gapsBeyond(100), 0);
      });
    });

    onLog("returns the newest retained message of every topic", async (log, reopen) => {
      const maker = new GroupMaker();
      const state = (seq: number | null, payload: string, boot = BOOT) =>
        record(seq, { type: "state", payload, boot });
      const other = record(1, {
        machine: "tunis-01/line-a/s1_dosing/weigher-01",
        type: "state",
        payload: '"w"',
      });
      await log.commit(maker.group([state(1, '"a"'), state(2, '"b"'), other, record(3)]));
      await log.commit(maker.group([state(4, '"c"'), { ...state(5, '"not retained"'), retain: false }]));
      const topic = state(1, "").topic.topic;
      assert.deepEqual(await retainedOf(log), { [topic]: '"c"', [other.topic.topic]: '"w"' });
      const asked = [
        { topic, payload: '"c"' },
        { topic, payload: '"b"' },
        { topic: other.topic.topic, payload: '"w"' },
        { topic: `${topic}/unknown`, payload: '"c"' },
      ];
      assert.deepEqual(await log.isRetained(asked), [true, false, true, false]);
      // Sent again to close a gap: older than what is there, although it comes later.
      maker.tracker(MACHINE, BOOT).store(8);
      await log.commit(maker.group([state(6, '"late"'), state(7, '"d"')]));
      await log.commit(maker.group([state(10, '"e"')]));
      await log.commit(maker.group([state(9, '"older"')]));
      assert.equal((await retainedOf(log))[topic], '"e"');
      // Another start of the publisher, and publishers without numbers: the last one counts.
      await log.commit(maker.group([state(1, '"f"', OTHER_BOOT)]));
      assert.equal((await retainedOf(log))[topic], '"f"');
      await log.commit(maker.group([state(2, '"g"', OTHER_BOOT), state(11, '"h"')]));
      await log.commit(maker.group([state(12, '"i"'), state(3, '"j"', OTHER_BOOT)]));
      assert.equal((await retainedOf(log))[topic], '"j"');
      await log.commit(maker.group([state(13, '"k"'), state(null, '"l"')]));
      assert.equal((await retainedOf(await reopen()))[topic], '"l"');
    });

    onLog("says where it ends: its identity, the last message, what that reads", async (log, reopen) => {
      const maker = new GroupMaker();
      const second = record(2, { payload: '{"temp":"31,4 °C"}' });
      const first = await log.commit(maker.group([record(1), second]));
      assert.equal(first.id, 2);
      assert.equal(first.checksum, crc32(`${second.ts}${second.topic.topic}${second.payload}`));
      const nothing = await log.commit(maker.group([], [quarantined()], 3));
      assert.deepEqual(nothing, first);
      const after = await reopen();
      assert.deepEqual(await after.commit(maker.group([], [], 1)), first);
      const { logId, id } = await after.commit(maker.group([record(3)]));
      assert.deepEqual([logId, id], [first.logId, 3]);
    });

    onLog("writes nothing of a group whose counters don't add up", async (log, reopen) => {
      const maker = new GroupMaker();
      await log.commit(maker.group([record(1)]));
      const good = new GroupMaker(await log.totals()).group([record(2)], [quarantined()]);
      const wrong = [
        { ...good, totals: { ...good.totals, received: good.totals.received + 1 } },
        {
          ...good,
          totals: { ...good.totals, stored: good.totals.stored + 1, received: good.totals.received + 1 },
        },
        { ...good, totals: { ...good.totals, quarantined: 0, received: good.totals.received - 1 } },
      ];
      for (const group of wrong)
        await assert.rejects(log.commit(group), isConcheError("CONCHE_INTERNAL", false));
      const after = await reopen();
      assert.deepEqual(await after.totals(), { received: 1, stored: 1, duplicates: 0, quarantined: 0 });
      assert.deepEqual(await after.loadSequenced(PUBLISHER, [2]), []);
      await after.commit(good);
      assert.equal((await after.totals()).stored, 2);
    });

    onLog("takes a replayed message back in and marks it, in one transaction", async (log, reopen) => {
      const maker = new GroupMaker();
      const held = quarantined({ ...PUBLISHER, seq: 1, reason: "schema" });
      await log.commit(maker.group([record(2)], [held, quarantined()]));
      const tracker = maker.tracker(MACHINE, BOOT);
      tracker.release(1);
      const group = {
        messages: [record(1)],
        quarantined: [],
        sequences: [tracker.state()],
        totals: { received: 3, stored: 2, duplicates: 0, quarantined: 1 },
      };
      await assert.rejects(
        log.commitReplay(group, [{ quarantineId: 99, messageIndex: 0, note: "" }]),
        isConcheError("CONCHE_QUARANTINE_UNKNOWN", false),
      );
      assert.deepEqual(await log.loadStored(PUBLISHER, [1]), []);
      await log.commitReplay(group, [{ quarantineId: 1, messageIndex: 0, note: "schema 2 was corrected" }]);
      const again = {
        ...group,
        messages: [],
        totals: { received: 3, stored: 2, duplicates: 1, quarantined: 0 },
      };
      await assert.rejects(
        log.commitReplay(again, [{ quarantineId: 1, messageIndex: null, note: "" }]),
        isConcheError("CONCHE_QUARANTINE_UNKNOWN", false),
      );
      await log.commitReplay(again, [{ quarantineId: 2, messageIndex: null, note: "" }]);
      const after = await reopen();
      assert.deepEqual(await after.totals(), again.totals);
      assert.equal((await after.loadStored(PUBLISHER, [1])).length, 1);
      assert.deepEqual(await after.loadSequences([PUBLISHER]), [tracker.state()]);
    });

    onLog("can be closed more than once, and takes nothing more then", async (log) => {
      await log.close();
      await log.close();
      await assert.rejects(log.commit(new GroupMaker().group([record(1)])), ConcheError);
    });
  });
}

/** Runs a check on a log, and again after it was reopened. */
async function both(
  log: ReplayLog,
  reopen: () => Promise<ReplayLog>,
  check: (log: ReplayLog) => Promise<void>,
): Promise<void> {
  await check(log);
  await check(await reopen());
}

/** A check for assert.rejects. */
export function isConcheError(code: string, retryable: boolean): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof ConcheError, `not a ConcheError: ${String(error)}`);
    assert.equal(error.code, code, error.message);
    assert.equal(error.retryable, retryable, error.message);
    return true;
  };
}

function plain(found: readonly SequencedPayload[]): unknown[] {
  const rows = found.map(
    ({ seq, topic, payload }) => [seq, topic, Buffer.from(payload).toString("hex")] as const,
  );
  return rows.sort((a, b) => a[0] - b[0] || (a[2] < b[2] ? -1 : 1));
}

async function retainedOf(log: ReplayLog): Promise<Record<string, string>> {
  return Object.fromEntries([...log.retained()].map(({ topic, payload }) => [topic, payload]));
}

const count = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
/** A log may refuse to read a range upside down: no tracker makes one. */
const range = fc
  .tuple(count, count)
  .map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const);

const sequenceStates: fc.Arbitrary<SequenceState> = fc.record(
  {
    machine: fc.constantFrom(MACHINE, "a/b/s1_c/d" as MachineKey),
    boot: fc.constantFrom(BOOT, OTHER_BOOT),
    highest: count,
    missing: fc.array(range, { maxLength: 50 }),
    stored: count,
    quarantined: count,
    quarantinedSeqs: fc.array(count, { maxLength: 200 }),
    duplicates: count,
    refilled: count,
    clockSkewMs: fc.integer({ min: -86_400_000, max: 86_400_000 }),
    firstSeenAt: count,
    lastSeenAt: count,
  },
  { noNullPrototype: true },
);
