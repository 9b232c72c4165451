import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Dispatch } from "../../../src/plant/schema/dispatch.ts";
import { FinishedGoods } from "../../../src/simulator/genealogy/finished-goods.ts";
import { LotNames } from "../../../src/simulator/genealogy/lot-names.ts";
import type { BodyOf } from "../../../src/simulator/report/machine-event.ts";
import { chocolatePlant } from "../../plant/chocolate-document.ts";
import { HOUR_MS } from "../simulated-line.ts";

const MIDNIGHT = Date.parse("2026-01-11T00:00:00Z");
const DISPATCH: Dispatch = {
  release_after_h: 48,
  release_utc_h: 7,
  departs_utc_h: 13,
  pallets_per_truck: 2,
  carrier: "Transit Med",
  customers: [
    { gln: "9521234900108", name: "Nord Handel", address: "Hamburg, DE" },
    { gln: "9521234900306", name: "Carthage Distribution", address: "Tunis, TN" },
  ],
};

function warehouse(dispatch: Dispatch | null = DISPATCH): FinishedGoods {
  const [line] = chocolatePlant().lines;
  assert.ok(line !== undefined);
  return new FinishedGoods(dispatch ?? undefined, new LotNames(line));
}

function say(goods: FinishedGoods, body: BodyOf<"batch">, hour: number): void {
  goods.see({ type: "batch", body }, MIDNIGHT + hour * HOUR_MS);
}

function pallet(goods: FinishedGoods, sscc: string, hour: number, lot = "lot-1"): void {
  const contents = [{ lot_id: lot, pieces: 100 }];
  const body = { unit_kind: "pallet", unit_id: sscc, sscc, children: [`${sscc}-case`], contents } as const;
  say(goods, { event: "AGGREGATED", product_type: "dark", ...body, children: [...body.children] }, hour);
}

/** What is said in a day's steps. */
function day(goods: FinishedGoods, number: number): BodyOf<"batch">[] {
  const hours = Array.from({ length: 24 }, (_, hour) => number * 24 + hour);
  return hours.flatMap((hour) => goods.step(MIDNIGHT + hour * HOUR_MS));
}

function shippedUnits(said: readonly BodyOf<"batch">[]): (readonly string[])[] {
  return said.flatMap((body) => (body.event === "SHIPPED" ? [body.units ?? []] : []));
}

suite("finished goods", () => {
  test("pallets wait for their release, then leave in the order in which they were packed, each once", () => {
    const goods = warehouse();
    for (const [index, sscc] of ["a", "b", "c"].entries()) pallet(goods, sscc, index);
    pallet(goods, "d", 30);
    assert.deepEqual([day(goods, 0), day(goods, 1)], [[], []]);
    const third = day(goods, 2);
    assert.deepEqual(
      third.map((body) => [body.event, "units" in body ? body.units : []]),
      [
        ["RELEASE", ["a", "b", "c"]],
        ["SHIPPED", ["a", "b"]],
        ["SHIPPED", ["c"]],
      ],
    );
    const customers = third.flatMap((body) => (body.event === "SHIPPED" ? [body.customer.name] : []));
    assert.deepEqual(customers, ["Nord Handel", "Carthage Distribution"]);
    assert.deepEqual(shippedUnits(day(goods, 3)), [["d"]]);
    assert.deepEqual(day(goods, 4), []);
  });

  test("what is on hold stays until its hold ends: by unit, by case, by lot", () => {
    const hold = { reason: "detector", by: "quality" };
    const cases: Partial<BodyOf<"batch">>[] = [{ units: ["a"] }, { units: ["a-case"] }, { lots: ["lot-a"] }];
    for (const target of cases) {
      const goods = warehouse();
      pallet(goods, "a", 0, "lot-a");
      pallet(goods, "b", 1, "lot-b");
      say(goods, { event: "HOLD", hold_id: "H1", ...hold, ...target } as BodyOf<"batch">, 2);
      assert.deepEqual(shippedUnits(day(goods, 2)), [["b"]]);
      const end = { event: "RELEASE", hold_id: "H1", decision: "released", ...hold, ...target };
      say(goods, end as BodyOf<"batch">, 73);
      assert.deepEqual(shippedUnits(day(goods, 3)), [["a"]]);
    }
  });

  test("a hold of an ingredient stops every truck: nobody knows yet where it went", () => {
    const goods = warehouse();
    pallet(goods, "a", 0);
    const hold = { hold_id: "H2", lots: ["milk-powder-1"], reason: "salmonella", by: "quality" };
    say(goods, { event: "HOLD", ...hold }, 60);
    assert.deepEqual(day(goods, 2), []);
  });

  test("due diligence of the newest deliveries goes with the goods", () => {
    const goods = warehouse();
    pallet(goods, "a", 0);
    for (const reference of ["R1", "R2", "R3", "R4"]) {
      const statement = { reference, role: "operator", hs_code: "1803", quantity_kg: 1, country: "CI" };
      const lot = {
        lot_id: `cocoa-${reference}`,
        material: "cocoa_mass",
        kind: "ingredient",
        quantity_kg: 1,
      };
      const body = { event: "LOT_RECEIVED", ...lot, supplier: "S", due_diligence: [statement] };
      say(goods, body as unknown as BodyOf<"batch">, 1);
    }
    const [shipped] = day(goods, 2).filter((body) => body.event === "SHIPPED");
    assert.deepEqual(shipped?.due_diligence_references, ["R2", "R3", "R4"]);
  });

  test("without dispatch in the plant file nothing leaves", () => {
    const goods = warehouse(null);
    pallet(goods, "a", 0);
    assert.deepEqual(
      [0, 1, 2, 3].flatMap((number) => day(goods, number)),
      [],
    );
  });
});
