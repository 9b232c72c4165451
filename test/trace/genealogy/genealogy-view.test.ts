import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { MENTIONS } from "../../../src/trace/genealogy/genealogy-tables.ts";
import { genealogyView } from "../../../src/trace/genealogy/genealogy-view.ts";
import { totalMg } from "../../../src/trace/genealogy/lot-row.ts";
import { OPEN_CASES } from "../../../src/trace/genealogy/unit-tables.ts";
import type { ViewMessage, ViewStore } from "../../../src/views/view.ts";
import { event, foldedStore, genealogyAfter, reasons, story } from "../told-events.ts";

const CUSTOMER = { party_id: "9521234900108", name: "Nord Handel" };
const received = (lot_id: string, quantity_kg: number) =>
  ({
    event: "LOT_RECEIVED",
    lot_id,
    material: "sugar",
    kind: "ingredient",
    quantity_kg,
    supplier: "Sucre",
  }) as const;
const made = (inputs: [string, number][], lot_id: string, kg: number) =>
  ({
    event: "TRANSFORMED",
    inputs: inputs.map(([lot, quantity_kg]) => ({ lot_id: lot, quantity_kg })),
    outputs: [{ lot_id, quantity_kg: kg, kind: "intermediate", material: "paste" }],
  }) as const;
const packed = (unit_id: string, lot_id: string, quantity_kg: number) =>
  ({
    event: "AGGREGATED",
    unit_kind: "case",
    unit_id,
    contents: [{ lot_id, pieces: 20, quantity_kg, pack_code: "L26011-line-a" }],
  }) as const;
const pallet = (unit_id: string, children: string[], lot?: string) =>
  ({
    event: "AGGREGATED",
    unit_kind: "pallet",
    unit_id,
    sscc: "395212340000001189",
    children,
    ...(lot === undefined ? {} : { contents: [{ lot_id: lot, pieces: 40, quantity_kg: 4 }] }),
  }) as const;

/** Two lots, two mixes, cases, pallets, a hold, a shipment, a correction, a return: in doubt all of it at once. */
function busyDay(): ViewMessage[] {
  const bodies = [
    received("A", 100),
    received("B", 50),
    made(
      [
        ["A", 60],
        ["B", 30],
      ],
      "M1",
      90,
    ),
    made(
      [
        ["A", 20],
        ["B", 20],
      ],
      "M2",
      30,
    ),
    {
      event: "TRANSFERRED",
      from: "mixer",
      to: "tank",
      moved: { lot_id: "M1", quantity_kg: 90 },
      lot_id: "T1",
    },
    {
      event: "TRANSFERRED",
      from: "mixer",
      to: "tank",
      moved: { lot_id: "M2", quantity_kg: 30 },
      heel: { lot_id: "T1", quantity_kg: 10 },
      lot_id: "T2",
    },
    packed("C1", "T1", 2),
    packed("C2", "T1", 2),
    packed("C3", "T2", 2),
    packed("C1", "T2", 2),
    pallet("P1", ["C1", "C2"], "T1"),
    pallet("P2", ["C3"]),
    { event: "HOLD", hold_id: "H1", lots: ["T2"], reason: "doubt", by: "q" },
    { event: "SHIPPED", shipment_id: "S1", customer: CUSTOMER, units: ["P1", "P2"] },
    { event: "RELEASE", hold_id: "H1", lots: ["T2"], decision: "released", reason: "ok", by: "q" },
    { event: "RETURNED", shipment_id: "S1", customer: CUSTOMER, units: ["P1"], reason: "torn" },
    { event: "DISAGGREGATED", unit_id: "P1" },
    { event: "DISAGGREGATED", unit_id: "P2", children: ["C3"] },
    { event: "DISPOSED", lots: [{ lot_id: "T1", quantity_kg: 2 }], method: "waste", reason: "torn" },
  ] as const;
  const boot = "boot-0001";
  const messages = bodies.map((body, index) => event(index, body, index + 1, { boot, seq: index + 1 }));
  const corrects = (seq: number) => ({ boot, seq, reason: "typed wrong", by: "q" });
  return [
    ...messages,
    event(
      30,
      {
        ...made(
          [
            ["A", 10],
            ["B", 20],
          ],
          "M2",
          30,
        ),
        corrects: corrects(4),
      },
      30,
      { boot, seq: 30 },
    ),
    event(31, { ...packed("C1", "T2", 3), corrects: corrects(10) }, 31, { boot, seq: 31 }),
    event(32, { ...packed("C4", "T2", 3), corrects: corrects(31) }, 32, { boot, seq: 32 }),
    event(33, { ...packed("C5", "T2", 3), corrects: corrects(99) }, 33, { boot, seq: 33 }),
    event(34, { event: "DISAGGREGATED", unit_id: "P1", corrects: corrects(17) }, 34, {
      boot,
      seq: 34,
    }),
  ];
}

suite("the genealogy view", () => {
  test("any order of the same events gives the same rows and findings", () => {
    const day = busyDay();
    const expected = JSON.stringify(foldedStore(day).dump());
    fc.assert(
      fc.property(fc.shuffledSubarray(day, { minLength: day.length, maxLength: day.length }), (order) => {
        assert.equal(JSON.stringify(foldedStore(order).dump()), expected);
      }),
      { numRuns: 200 },
    );
  });

  test("a part of the events in any order gives what that part gives", () => {
    const day = busyDay();
    fc.assert(
      fc.property(fc.shuffledSubarray(day), (some) => {
        const inOrder = [...some].sort((a, b) => a.id - b.id);
        assert.deepEqual(foldedStore(some).dump(), foldedStore(inOrder).dump());
      }),
      { numRuns: 200 },
    );
  });

  test("what can't be is a finding, and goes when a later message heals it", () => {
    const use = made([["A", 60]], "M1", 60);
    assert.deepEqual(reasons(foldedStore(story(use))), ["used_without_origin A"]);
    const late = foldedStore([...story(use), event(5, received("A", 100), 9)]);
    assert.deepEqual(reasons(late), ["used_before_received A"]);
    const inTime = foldedStore([...story(use), event(-5, received("A", 100), 9)]);
    assert.deepEqual(reasons(inTime), []);

    const lean = foldedStore(story(received("A", 100), made([["A", 60]], "M1", 50)));
    assert.deepEqual(reasons(lean), ["mass_does_not_balance #2"]);
    const greedy = foldedStore(
      story(received("A", 100), made([["A", 60]], "M1", 60), made([["A", 60]], "M2", 60)),
    );
    assert.deepEqual(reasons(greedy), ["more_taken_than_made A"]);
    const created = {
      event: "LOT_CREATED",
      lot_id: "X",
      material: "paste",
      kind: "intermediate",
      quantity_kg: 5,
    } as const;
    assert.deepEqual(reasons(foldedStore(story(created))), ["output_without_input X"]);
    assert.deepEqual(reasons(foldedStore(story(received("A", 9), created, made([["A", 5]], "X", 5)))), []);
    assert.deepEqual(reasons(foldedStore(story(received("A", 9), made([["A", 5]], "A", 5)))).slice(0, 1), [
      "cycle_refused A",
    ]);
    assert.ok(
      reasons(foldedStore(story(received("A", 9), packed("C1", "A", 1), packed("C1", "A", 1)))).includes(
        "unit_made_twice C1",
      ),
    );
  });

  test("a declared mass and the same mass told as an output are one; others add up", () => {
    const created = (kg: number) =>
      ({
        event: "LOT_CREATED",
        lot_id: "X",
        material: "mass",
        kind: "intermediate",
        quantity_kg: kg,
      }) as const;
    const same = genealogyAfter(story(received("A", 99), created(50), made([["A", 50.1]], "X", 50.1)));
    assert.equal(totalMg(same.lot("X") ?? assert.fail()), 50_100_000);
    const more = genealogyAfter(story(received("A", 99), created(20), made([["A", 50]], "X", 50)));
    assert.equal(totalMg(more.lot("X") ?? assert.fail()), 70_000_000);
  });

  test("the thousandth hold of a lot is folded with as many rows read as the tenth", () => {
    const store = foldedStore(story(received("L", 100), packed("C1", "L", 2)));
    let reads = 0;
    const counting: ViewStore = {
      rows(table) {
        const rows = store.rows(table);
        const counted = <Found>(found: Found) => {
          reads++;
          return found;
        };
        return {
          get: (...key) => counted(rows.get(...key)),
          *range(range) {
            for (const row of rows.range(range)) yield counted(row);
          },
          put: (row) => rows.put(row),
          delete: (...key) => rows.delete(...key),
        };
      },
      report: (finding) => store.report(finding),
      heal: (key) => store.heal(key),
    };
    const readsOf = Array.from({ length: 1_000 }, (_, index) => {
      reads = 0;
      const hold = { event: "HOLD", hold_id: `H${index}`, lots: ["L"], reason: "doubt", by: "q" } as const;
      genealogyView.fold(event(10 + index, hold, 10 + index), counting);
      return reads;
    });
    assert.ok((readsOf[9] ?? 0) > 0);
    assert.equal(readsOf[999], readsOf[9]);
  });

  test("shipped while on hold: by the pallet, its case, its lot; not when it was released, nor before", () => {
    const goods = [received("A", 100), packed("C1", "A", 2), pallet("P1", ["C1"])];
    const hold = (target: object) => ({
      event: "HOLD" as const,
      hold_id: "H1",
      ...target,
      reason: "doubt",
      by: "q",
    });
    const ship = { event: "SHIPPED", shipment_id: "S1", customer: CUSTOMER, units: ["P1"] } as const;
    const free = {
      event: "RELEASE",
      hold_id: "H1",
      lots: ["A"],
      units: ["P1", "C1"],
      decision: "released",
      reason: "ok",
      by: "q",
    } as const;
    for (const target of [{ units: ["P1"] }, { units: ["C1"] }, { lots: ["A"] }]) {
      const held = foldedStore(story(...goods, hold(target), ship));
      assert.deepEqual(reasons(held), ["shipped_on_hold P1"], JSON.stringify(target));
      assert.deepEqual(reasons(foldedStore(story(...goods, hold(target), free, ship))), []);
      assert.deepEqual(reasons(foldedStore(story(...goods, ship, hold(target)))), []);
    }
  });

  test("cases stand alone until a pallet says what is on it, and again when they are taken off", () => {
    const open = (messages: ViewMessage[]) =>
      [...foldedStore(messages).rows(OPEN_CASES).range()].map(({ unit }) => unit);
    const goods = [received("A", 100), packed("C1", "A", 2), packed("C2", "A", 2)];
    assert.deepEqual(open(story(...goods)), ["C1", "C2"]);
    assert.deepEqual(open(story(...goods, pallet("P1", ["C1", "C2"], "A"))), []);
    assert.deepEqual(open(story(...goods, pallet("P1", ["C1", "C2"]))), ["C1", "C2"]);
    const off = { event: "DISAGGREGATED", unit_id: "P1", children: ["C2"] } as const;
    assert.deepEqual(open(story(...goods, pallet("P1", ["C1", "C2"], "A"), off)), ["C2"]);
  });

  test("a corrected event is kept, and says nothing any more", () => {
    const boot = "boot-0001";
    const wrong = event(1, made([["A", 60]], "M1", 60), 2, { boot, seq: 2 });
    const right = event(
      9,
      {
        ...made([["B", 60]], "M1", 60),
        corrects: { boot, seq: 2, reason: "scanned wrong", by: "q" },
      },
      3,
      { boot, seq: 3 },
    );
    const store = foldedStore([event(0, received("A", 100), 1), wrong, right]);
    assert.deepEqual(
      [...store.rows(MENTIONS).range({ prefix: ["A"] })].map(({ role }) => role),
      ["received"],
    );
    const genealogy = genealogyAfter([wrong, right]);
    assert.deepEqual(
      [...genealogy.events("TRANSFORMED")].map(({ id }) => id),
      [3],
    );
  });
});
