import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { BatchV2 } from "../../../src/contract/schemas/batch-v2.ts";
import { gs1CheckDigit } from "../../../src/plant/gs1-check-digit.ts";
import type { SimulatedMessage } from "../../../src/simulator/simulated-message.ts";
import { hoursOf, of, quietPlant } from "../simulated-line.ts";
import { LotBook } from "./lot-book.ts";

type EventOf<Name extends BatchV2["event"]> = Extract<BatchV2, { event: Name }>;

function events<Name extends BatchV2["event"]>(
  said: readonly SimulatedMessage[],
  name: Name,
): EventOf<Name>[] {
  return of(said, "batch").flatMap(({ payload }) =>
    payload.event === name ? [payload as unknown as EventOf<Name>] : [],
  );
}

const SEED = Number(process.env.CONCHE_TEST_SEED ?? Date.now()) % 2 ** 32;

suite(`genealogy of two days, and of a week (seed ${SEED})`, () => {
  const days = [11, 12].map((seed) => hoursOf(48, { seed, plant: quietPlant() }));
  // What holds for any seed is looked at in another week each time.
  const all = [...days, hoursOf(168, { seed: SEED, plant: quietPlant() })];

  test("no lot comes from nowhere, none is used up twice, every transformation adds up to the gram", () => {
    for (const said of all) assert.deepEqual(LotBook.of(said).overdrawn(), []);
  });

  test("no lot comes from itself, and packed bars lead back to ingredient lots", () => {
    for (const said of all) {
      const book = LotBook.of(said);
      const received = new Set(events(said, "LOT_RECEIVED").map((event) => event.lot_id));
      for (const lot of book.made.keys()) book.ancestors(lot);
      // Batches that were dosed in these two days: what was on the line before comes from opening stock.
      const dosed = new Set(
        events(said, "BATCH_START")
          .filter(({ comment }) => comment === undefined)
          .map(({ batch_id }) => batch_id),
      );
      const packed = events(said, "AGGREGATED").filter(({ batch_id }) => dosed.has(batch_id ?? ""));
      assert.ok(packed.length > 1000, `${packed.length} cases`);
      const lots = new Set(packed.flatMap(({ contents }) => (contents ?? []).map(({ lot_id }) => lot_id)));
      for (const lot of lots) {
        const roots = [...book.ancestors(lot)].filter((ancestor) => received.has(ancestor));
        assert.ok(roots.length >= 6, `${lot} has ${roots.length} ingredient lots`);
      }
    }
  });

  test("what is put on the line is packed, rework, waste, loss or still there: to 0.1 %", () => {
    for (const said of all) {
      const book = LotBook.of(said);
      const bars = [...book.made.keys()].filter((lot) => lot.endsWith(".F"));
      const finished = new Set(events(said, "BATCH_END").map(({ batch_id }) => batch_id));
      let compared = 0;
      for (const lot of bars) {
        if (![...finished].some((batch) => lot.includes(batch))) continue;
        compared += 1;
        const made = book.made.get(lot) ?? 0;
        // Rejects that lie in a bin at the end are the last few kilograms that aren't booked yet.
        assert.ok(
          Math.abs(book.left(lot)) < 0.001 * made + 3,
          `${lot}: ${book.left(lot)} of ${made} kg unaccounted for`,
        );
      }
      assert.ok(compared >= 3, `${compared} compared`);
    }
  });

  test("a batch gives what its recipe asks for, less water and dust", () => {
    for (const said of days) {
      for (const conched of events(said, "TRANSFORMED").filter(({ outputs }) =>
        outputs[0]?.lot_id.endsWith(".C"),
      )) {
        const out = conched.outputs[0]?.quantity_kg ?? 0;
        const water = conched.losses?.[0]?.quantity_kg ?? 0;
        assert.ok(Math.abs(out + water - 6000) < 15, `${out} kg + ${water} kg of water`);
        const lossPct = (100 * water) / (out + water);
        assert.ok(lossPct > 0.2 && lossPct < 0.7, `${lossPct} % water`);
        const energy = (conched.energy_kwh ?? 0) / (out / 1000);
        assert.ok(energy > 20 && energy < 150, `${energy} kWh/t`);
      }
    }
  });

  test("doses are within tolerance of the recipe", () => {
    const share: Record<string, number[]> = { dark: [42, 45.8], milk: [13, 44.8], white: [0, 45.8] };
    for (const mix of days
      .flatMap((said) => events(said, "TRANSFORMED"))
      .filter(({ outputs }) => /\.M\d$/.test(outputs[0]?.lot_id ?? ""))) {
      const [mass, sugar] = share[mix.product_type ?? ""] ?? [];
      for (const { material, quantity_kg = 0 } of mix.inputs) {
        const target = material === "sugar" ? sugar : material === "cocoa_mass" ? mass : undefined;
        if (target === undefined) continue;
        assert.ok(
          Math.abs(quantity_kg / (10 * target) - 1) < 0.005,
          `${material}: ${quantity_kg} kg for ${10 * target} kg`,
        );
      }
    }
  });

  test("cases and pallets are full, and their codes check", () => {
    for (const said of days) {
      const units = events(said, "AGGREGATED");
      const cases = units.filter(({ unit_kind }) => unit_kind === "case");
      const pallets = units.filter(({ unit_kind }) => unit_kind === "pallet");
      assert.ok(pallets.length >= 40 && pallets.length <= 62, `${pallets.length} pallets`);
      const bars = (unit: EventOf<"AGGREGATED">) =>
        (unit.contents ?? []).reduce((sum, { pieces }) => sum + pieces, 0);
      assert.ok(
        cases.filter((unit) => bars(unit) !== 20).length <= 6,
        "only a changeover closes a case early",
      );
      for (const pallet of pallets) {
        const code = pallet.sscc ?? "";
        assert.match(code, /^06191234\d{10}$/);
        assert.equal(gs1CheckDigit(code.slice(0, -1)), Number(code.at(-1)));
        const products = new Set(
          (pallet.contents ?? []).map(({ lot_id }) => lot_id.replace(/^.*-(WH|MI|DA)-.*$/, "$1")),
        );
        assert.equal(products.size, 1);
      }
    }
  });

  test("cocoa comes with due diligence; allergens follow the milk", () => {
    for (const said of days) {
      for (const lot of events(said, "LOT_RECEIVED")) {
        const cocoa = lot.material.startsWith("cocoa");
        assert.equal((lot.due_diligence ?? []).length, cocoa ? 1 : 0, lot.material);
        for (const { reference, hs_code, plots } of lot.due_diligence ?? []) {
          assert.ok(reference.length > 8 && hs_code.startsWith("18") && (plots ?? []).length > 0);
        }
      }
      for (const rework of events(said, "REWORK_CREATED")) {
        const milky = rework.product_type !== "dark" || rework.source === "flush";
        assert.equal(rework.allergens.includes("milk"), milky, `${rework.product_type} ${rework.source}`);
      }
    }
  });

  test("between white and dark everything is taken apart, with an assay", () => {
    const cleaned = days.flatMap((said) => events(said, "CLEANED"));
    const allergen = cleaned.filter(
      ({ from_product, to_product }) => from_product === "white" && to_product === "dark",
    );
    assert.ok(allergen.length > 0);
    for (const event of allergen) {
      assert.equal(event.method, "dismantled");
      assert.equal(event.emptied, true);
      assert.equal(event.assays?.[0]?.basis, "milk_protein");
      assert.equal(event.assays?.[0]?.pass, true);
    }
  });

  test("the metal detector is tested at least every hour and at each change of product", () => {
    for (const said of days) {
      const tests = of(said, "batch").filter(({ payload }) => payload.event === "DETECTOR_TEST");
      for (const [index, { atMs }] of tests.entries())
        assert.ok(atMs - (tests[index - 1]?.atMs ?? atMs) <= 3_601_000);
      const occasions = new Set(tests.map(({ payload }) => payload.occasion));
      assert.deepEqual([...occasions].sort(), ["periodic", "product_change", "shift_start"]);
    }
  });

  test("reject bins are counted and reconcile", () => {
    for (const said of days) {
      const states = of(said, "state", "packer-03").map(
        ({ payload }) =>
          payload.counts as
            | { consumed: number; defective: number; defective_by_cause: Record<string, number> }
            | undefined,
      );
      const last = states.findLast((counts) => counts !== undefined);
      assert.ok(last !== undefined);
      assert.equal(
        Object.values(last.defective_by_cause).reduce((sum, count) => sum + count, 0),
        last.defective,
      );
      const counted = events(said, "REJECTS_COUNTED").reduce((sum, event) => sum + event.counted, 0);
      const disposed = [
        ...events(said, "REWORK_CREATED").flatMap(({ sources }) => sources),
        ...events(said, "DISPOSED").flatMap(({ lots }) => lots),
      ];
      assert.equal(
        disposed.reduce((sum, lot) => sum + (lot.pieces ?? 0), 0),
        counted,
      );
    }
  });

  test("the bins are emptied before another product comes: rework is like into like", () => {
    for (const said of days) {
      let packing: unknown;
      for (const { payload } of of(said, "batch", "packer-03")) {
        if (payload.event === "PHASE" && payload.state === "running") packing = payload.product_type;
        if (payload.event === "REWORK_CREATED" && packing !== undefined)
          assert.equal(payload.product_type, packing);
      }
    }
  });
});
