import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { holdMessage, newHoldId, releaseMessage } from "../../../src/monitor/holds/hold-action.ts";
import { holdOf, holds } from "../../../src/monitor/holds/hold-list.ts";
import { holdsView } from "../../../src/monitor/holds/holds-view.ts";
import { readingOf } from "../memory-reading.ts";
import { folded, viewMessage } from "../view-messages.ts";

const T0 = Date.UTC(2026, 0, 11, 8);
const DESK = "tunis-01/line-a/s0_office/dashboard";

interface Said {
  readonly event: "HOLD" | "RELEASE";
  readonly hold_id: string;
  readonly lots: string[];
  readonly minute: number;
}

function messageOf({ event, hold_id, lots, minute }: Said, index: number) {
  const common = { hold_id, lots, reason: "metal found", by: "a.trabelsi" };
  const payload =
    event === "HOLD"
      ? { event: "HOLD" as const, ...common }
      : { event: "RELEASE" as const, ...common, decision: "rework" as const };
  return viewMessage({
    ...{ id: index + 1, machine: DESK, type: "batch", atMs: T0 + minute * 60_000, payload },
  });
}

const said: fc.Arbitrary<Said> = fc.record({
  event: fc.constantFrom("HOLD", "RELEASE"),
  hold_id: fc.constantFrom("H1", "H2"),
  lots: fc.uniqueArray(fc.constantFrom("L1", "L2", "L3"), { minLength: 1 }),
  minute: fc.integer({ min: 0, max: 5 }),
});

function reading(...all: Said[]) {
  return readingOf(folded(holdsView, all.map(messageOf)));
}

const HELD: Said = { event: "HOLD", hold_id: "H1", lots: ["L1", "L2"], minute: 0 };
const PERSON = { by: "q.ben-ali", reason: "laboratory result within limits" };

suite("goods on hold", () => {
  test("are the same in whatever order messages come", () => {
    const orders = fc.array(said, { maxLength: 12 }).chain((all) => {
      const messages = all.map(messageOf);
      return fc.record({
        messages: fc.constant(messages),
        other: fc.shuffledSubarray(messages, { minLength: messages.length }),
      });
    });
    fc.assert(
      fc.property(orders, ({ messages, other }) => {
        assert.deepEqual(folded(holdsView, other).dump(), folded(holdsView, messages).dump());
      }),
    );
  });

  test("stay on hold but for those that were decided over; what was said last of a lot counts", () => {
    const some = reading(HELD, { event: "RELEASE", hold_id: "H1", lots: ["L1"], minute: 1 });
    const hold = holdOf(some, "H1");
    assert.deepEqual(
      [hold?.open, hold?.line, hold?.version, hold?.targets.map(({ id, decision }) => [id, decision])],
      [
        true,
        "tunis-01/line-a",
        2,
        [
          ["L1", "rework"],
          ["L2", null],
        ],
      ],
    );
    const again = reading(HELD, { event: "RELEASE", hold_id: "H1", lots: ["L1", "L2"], minute: 1 }, HELD);
    assert.equal(holdOf(again, "H1")?.open, false);
    assert.equal(holdOf(some, "H9"), undefined);
  });

  test("are listed hold by hold, and on from one", () => {
    const all = reading({ ...HELD, hold_id: "H2" }, HELD, { ...HELD, minute: 3 });
    assert.deepEqual(
      [...holds(all)].map(({ holdId, events }) => [holdId, events.length]),
      [
        ["H1", 2],
        ["H2", 1],
      ],
    );
    assert.deepEqual(
      [...holds(all, "H1")].map(({ holdId }) => holdId),
      ["H2"],
    );
  });
});

suite("what people do with goods on hold", () => {
  test("a hold names goods and has a new id", () => {
    const message = holdMessage("H5", { lots: ["L1"] }, PERSON, undefined, T0);
    assert.deepEqual(message, {
      ts: "2026-01-11T08:00:00.000Z",
      ...{ event: "HOLD", hold_id: "H5", lots: ["L1"], reason: PERSON.reason, by: PERSON.by },
    });
    assert.throws(() => holdMessage("H5", {}, PERSON, undefined, T0), { code: "CONCHE_ACTION_REFUSED" });
    const known = holdOf(reading(HELD), "H1");
    assert.throws(() => holdMessage("H1", { lots: ["L9"] }, PERSON, known, T0), {
      code: "CONCHE_ACTION_REFUSED",
    });
    assert.equal(newHoldId("line-a", T0), "H20260111T080000000Z-line-a");
  });

  test("a release is over all that is still on hold, or over what is named of it", () => {
    const hold = holdOf(reading(HELD, { event: "RELEASE", hold_id: "H1", lots: ["L1"], minute: 1 }), "H1");
    assert.ok(hold);
    const decided = { ...PERSON, decision: "released" as const, seen: 2 };
    assert.deepEqual(releaseMessage(hold, decided, T0).lots, ["L2"]);
    assert.throws(() => releaseMessage(hold, { ...decided, lots: ["L1"] }, T0), /lot L1 is not on hold H1/);
    assert.throws(() => releaseMessage(hold, { ...decided, units: ["L2"] }, T0), /unit L2/);
  });

  test("one that rests on an old look is refused, with what was said since", () => {
    const hold = holdOf(reading(HELD, { event: "RELEASE", hold_id: "H1", lots: ["L1"], minute: 1 }), "H1");
    assert.ok(hold);
    const decided = { ...PERSON, decision: "rejected" as const, seen: 1 };
    assert.throws(() => releaseMessage(hold, decided, T0), {
      code: "CONCHE_ACTION_STALE",
      message: /RELEASE \(rework\) by a\.trabelsi .* \(message 2\)/,
    });
  });

  test("over what is decided already nothing is decided again", () => {
    const hold = holdOf(reading(HELD, { ...HELD, event: "RELEASE", minute: 1 }), "H1");
    assert.ok(hold);
    const decided = { ...PERSON, decision: "released" as const, seen: 2 };
    assert.throws(() => releaseMessage(hold, decided, T0), { code: "CONCHE_ACTION_REFUSED" });
  });
});
