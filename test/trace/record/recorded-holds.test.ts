import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { cocoaReceived } from "../../../src/trace/questions/due-diligence.ts";
import { recordedHolds } from "../../../src/trace/record/recorded-holds.ts";
import { genealogyAfter, story } from "../told-events.ts";

const BOUGHT = { quantity_kg: 100, supplier: "Sucre" };
const received = (lot_id: string, material = "sugar", more: object = {}) =>
  ({ event: "LOT_RECEIVED", lot_id, material, kind: "ingredient", ...BOUGHT, ...more }) as const;
const bars = (lot_id: string, from: string) =>
  ({
    event: "TRANSFORMED",
    inputs: [{ lot_id: from, quantity_kg: 50 }],
    outputs: [{ lot_id, quantity_kg: 50, kind: "finished" }],
  }) as const;
const packed = (unit_kind: "case" | "pallet", unit_id: string, lot_id: string, children?: string[]) =>
  ({
    event: "AGGREGATED",
    ...{ unit_kind, unit_id },
    contents: [{ lot_id, pieces: 20, quantity_kg: 2 }],
    ...(children === undefined ? {} : { children }),
  }) as const;
const hold = (hold_id: string, goods: object, reason = "doubt") =>
  ({ event: "HOLD", hold_id, ...goods, reason, by: "Nadia" }) as const;
const release = (hold_id: string, goods: object, decision = "released") =>
  ({ event: "RELEASE", hold_id, ...goods, decision, reason: "sample passed", by: "Karim" }) as const;

suite("holds in the record of a batch", () => {
  const genealogy = genealogyAfter(
    story(
      received("sugar-1"),
      received("sugar-2"),
      hold("H-ingredient", { lots: ["sugar-1", "sugar-2"] }, "supplier's letter"),
      release("H-ingredient", { lots: ["sugar-1", "sugar-2"] }),
      bars("ours.F", "sugar-1"),
      bars("theirs.F", "sugar-2"),
      packed("case", "case-1", "ours.F"),
      packed("case", "case-2", "ours.F"),
      packed("pallet", "pallet-1", "ours.F", ["case-1"]),
      packed("pallet", "pallet-2", "theirs.F"),
      hold("H-pallets", { units: ["pallet-1", "pallet-2"] }, "metal"),
      hold("H-theirs", { units: ["pallet-2"] }),
      hold("H-case", { units: ["case-2"] }, "torn"),
      release("H-case", { units: ["case-2"] }, "rejected"),
      hold("H-lot", { lots: ["ours.F"] }, "assay"),
    ),
  );
  const found = recordedHolds(genealogy, ["ours.F"], ["sugar-1"]).rows;

  test("are those over what it was made of, its lots, its pallets and its cases, and no others", () => {
    assert.deepEqual(
      found.map(({ holdId }) => holdId),
      ["H-ingredient", "H-pallets", "H-case", "H-lot"],
    );
  });

  test("name what is the batch's of the goods, what stands, who decided what; those that are over, too", () => {
    assert.deepEqual(
      found.map(({ goods, standing }) => [goods, standing]),
      [
        [["sugar-1"], []],
        [["pallet-1"], ["pallet-1"]],
        [["case-2"], []],
        [["ours.F"], ["ours.F"]],
      ],
    );
    assert.deepEqual(found[2]?.decisions, ["rejected by Karim: sample passed"]);
    assert.deepEqual([found[1]?.by, found[1]?.reason, found[1]?.messageId], ["Nadia", "metal", 11]);
  });
});

test("cocoa lots without a reference are told from those with one, and from what is no cocoa", () => {
  const due_diligence = [{ reference: "26CIQX884DC76M", hs_code: "180310", country: "CI", quantity_kg: 100 }];
  const genealogy = genealogyAfter(
    story(
      received("mass-1", "cocoa_mass", { due_diligence }),
      received("mass-2", "cocoa_mass"),
      received("sugar-1"),
    ),
  );
  assert.deepEqual(
    cocoaReceived(genealogy, {}).map(({ lot, statements }) => [lot, statements.length]),
    [
      ["mass-2", 0],
      ["mass-1", 1],
    ],
  );
});
