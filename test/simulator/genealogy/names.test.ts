import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { BATCH_ID_PATTERN } from "../../../src/contract/schemas/product.ts";
import { expandPlant } from "../../../src/plant/expand-plant.ts";
import { gs1CheckDigit } from "../../../src/plant/gs1-check-digit.ts";
import { isMade } from "../../../src/plant/schema/product.ts";
import { batchId, firstBatchNumber, packCode, sscc } from "../../../src/simulator/genealogy/codes.ts";
import { LotNames } from "../../../src/simulator/genealogy/lot-names.ts";
import { BatchSequence } from "../../../src/simulator/process/batch-sequence.ts";
import { chocolatePlant } from "../../plant/chocolate-document.ts";
import { changedPlant } from "../simulated-line.ts";

const MS = Date.parse("2026-01-11T08:30:00Z");
const HOUR_MS = 3_600_000;

suite("names", () => {
  test("batch ids have the contract's form, and count on", () => {
    for (const number of [0, 42, 9_999, 10_042]) {
      assert.match(batchId("dark", MS, number), new RegExp(BATCH_ID_PATTERN));
    }
    assert.equal(batchId("dark", MS, 42), "B20260111-DA-0042");
    assert.equal(batchId("milk", MS, 10_042), "B20260111-MI-0042");
    const first = firstBatchNumber("tunis-01", 1, MS);
    assert.notEqual(firstBatchNumber("tunis-01", 1, MS + HOUR_MS), first);
    assert.notEqual(firstBatchNumber("tunis-01", 2, MS), first);
  });

  test("the lines of a site never share a batch id", () => {
    const plant = expandPlant(chocolatePlant(), { lines: 3 });
    const ids = plant.lines.flatMap((line) => {
      const sequence = new BatchSequence(plant, line, 6, 1_000, 9_990);
      return Array.from({ length: 12 }, (_, index) => sequence.next(MS + index * HOUR_MS).id);
    });
    assert.equal(new Set(ids).size, 36);
  });

  test("an SSCC has 18 digits and its check digit, and differs by line and minute", () => {
    const codes = new Set<string>();
    for (let line = 0; line < 100; line++) {
      for (let minute = 0; minute < 50; minute++) codes.add(sscc("6191234", line, MS + minute * 60_000));
    }
    assert.equal(codes.size, 5000);
    for (const code of codes) {
      assert.match(code, /^06191234\d{10}$/);
      assert.equal(gs1CheckDigit(code.slice(0, 17)), Number(code[17]));
    }
  });

  test("a pack's code names its day", () => {
    assert.equal(packCode("line-a", MS), "L26011-line-a");
    assert.equal(packCode("line-a", Date.parse("2028-12-31T23:59:59Z")), "L28366-line-a");
  });

  test("ids of lots fit the contract's 80 characters, however long site and line are called", () => {
    const long = changedPlant((document) => {
      const [site] = document.sites;
      if (site === undefined) return;
      site.id = "s".repeat(63);
      for (const line of site.lines) line.id = "l".repeat(63);
    });
    const [line] = long.lines;
    assert.ok(line !== undefined);
    const names = new LotNames(line);
    const product = long.product("dark");
    assert.ok(product !== undefined && isMade(product));
    const batch = {
      id: "B20260111-DA-0042",
      product,
      productType: "dark",
      mixes: 6,
      plannedKg: 6000,
      index: 0,
    } as const;
    const ids = [
      names.received("x".repeat(24), MS),
      names.silo("x".repeat(24), MS),
      `${names.mix(batch, 6)}.D90.${MS}`,
      names.rework(batch, "under_weight", MS),
      names.caseId(MS, 12),
    ];
    for (const id of ids) assert.ok(id.length <= 80, `${id.length}: ${id}`);
  });

  test("two lines give no lot the same id", () => {
    const [a, b] = expandPlant(chocolatePlant(), { lines: 2 }).lines;
    assert.ok(a !== undefined && b !== undefined);
    assert.notEqual(new LotNames(a).received("sugar", MS), new LotNames(b).received("sugar", MS));
  });
});
