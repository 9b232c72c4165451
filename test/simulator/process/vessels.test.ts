import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { Hopper } from "../../../src/simulator/process/hopper.ts";
import type { Mix } from "../../../src/simulator/process/mix.ts";
import type { ProductionBatch } from "../../../src/simulator/process/production-batch.ts";
import { Silo } from "../../../src/simulator/process/silo.ts";
import { StorageTank } from "../../../src/simulator/process/storage-tank.ts";
import { chocolatePlant, chocolateProduct } from "../../plant/chocolate-document.ts";

const FLOW = { yieldPa: 8, viscosityPaS: 1.7 };

function batch(index: number): ProductionBatch {
  const product = chocolateProduct("milk");
  assert.ok(product !== undefined);
  return { id: `B20260111-MI-000${index}`, product, productType: "milk", mixes: 6, plannedKg: 6000, index };
}

suite("vessels", () => {
  test("a silo gives whole grams and never more than it has, whatever is asked", () => {
    const [sugar] = (chocolatePlant().document.ingredients ?? []).filter(({ id }) => id === "sugar");
    assert.ok(sugar !== undefined);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 800, noNaN: true }), { maxLength: 60 }), (takes) => {
        const silo = new Silo(sugar, { capacity_kg: 40000, reorder_kg: 1, delivery_kg: 1 }, "S1", 10_000);
        let taken = 0;
        for (const kg of takes) {
          const portion = silo.take(kg);
          // 64.097 * 1000 is 64096.99999999999: what counts is that it is the number nearest to whole grams.
          assert.equal(Math.round(portion.quantity_kg * 1000) / 1000, portion.quantity_kg);
          assert.equal(portion.lot_id, "S1");
          taken += portion.quantity_kg;
        }
        assert.ok(silo.kg >= 0 && Math.abs(silo.kg + taken - 10_000) < 1e-6);
      }),
    );
  });

  test("a delivery on a rest makes a new lot of both", () => {
    const [sugar] = (chocolatePlant().document.ingredients ?? []).filter(({ id }) => id === "sugar");
    assert.ok(sugar !== undefined);
    const silo = new Silo(sugar, { capacity_kg: 40000, reorder_kg: 1, delivery_kg: 1 }, "S1", 300);
    assert.deepEqual(silo.topUp(25_000, "S2"), {
      lot_id: "S1",
      material: "sugar",
      kind: "ingredient",
      quantity_kg: 300,
    });
    assert.equal(silo.kg, 25_300);
    assert.equal(silo.take(1).lot_id, "S2");
  });

  test("a tank keeps its heel from the pump, and a batch that comes in meets it", () => {
    const tank = new StorageTank("tank milk", { capacity_kg: 7500, heel_kg: 150, temp_c: 45 });
    assert.equal(tank.beginLot(batch(1), "T1"), undefined);
    tank.add(6000, FLOW);
    assert.equal(tank.draw(10_000), 5850);
    assert.equal(tank.availableKg, 0);
    assert.deepEqual(tank.beginLot(batch(2), "T2"), { lotId: "T1", kg: 150 });
    tank.add(6000, FLOW);
    assert.equal(tank.kg, 6150);
    assert.equal(tank.lotId, "T2");
    assert.deepEqual(tank.flow, FLOW);
  });

  test("a tank's content flows as heel and batch by their masses", () => {
    const tank = new StorageTank("tank milk", { capacity_kg: 7500, heel_kg: 150, temp_c: 45 });
    tank.add(2000, { yieldPa: 6, viscosityPaS: 1 });
    tank.add(6000, { yieldPa: 10, viscosityPaS: 2 });
    assert.deepEqual(tank.flow, { yieldPa: 9, viscosityPaS: 1.75 });
  });

  test("a hopper gives the mixes in the order they came", () => {
    const mix = (number: number): Mix => ({
      batch: batch(1),
      number,
      lotId: `M${number}`,
      kg: 100,
      fatPct: 26,
      moisturePct: 1,
    });
    const [first, second] = [mix(1), mix(2)];
    const hopper = new Hopper(250);
    hopper.add(first, 60);
    hopper.add(first, 40);
    hopper.add(second, 100);
    assert.equal(hopper.roomKg, 50);
    assert.equal(hopper.take(70), 70);
    assert.equal(hopper.take(70), 30);
    assert.equal(hopper.first?.mix, first);
    hopper.drop();
    assert.equal(hopper.first?.mix, second);
    assert.equal(hopper.take(70), 70);
  });
});
