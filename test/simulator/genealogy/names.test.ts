import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { BATCH_ID_PATTERN } from "../../../src/contract/schemas/product.ts";
import { expandPlant } from "../../../src/plant/expand-plant.ts";
import { gs1CheckDigit } from "../../../src/plant/gs1-check-digit.ts";
import { isMade } from "../../../src/plant/schema/product.ts";
import { batchId } from "../../../src/simulator/genealogy/batch-numbering.ts";
import { LotNames } from "../../../src/simulator/genealogy/lot-names.ts";
import { packCode } from "../../../src/simulator/genealogy/pack-code.ts";
import { sscc } from "../../../src/simulator/genealogy/sscc.ts";
import { chocolatePlant } from "../../plant/chocolate-document.ts";
import { changedPlant } from "../simulated-line.ts";

const MS = Date.parse("2026-01-11T08:30:00Z");
const HOUR_MS = 3_600_000;

suite("names", () => {
  test("batch ids have the contract's form, and differ between the lines of a site and the batches of a day", () => {
    for (const lines of [1, 6, 27, 69, 400]) {
      const ids = new Set<string>();
      for (let line = 0; line < lines; line++) {
        for (const hour of [0, 8, 16]) {
          const id = batchId("dark", Date.parse("2026-01-11T00:10:00Z") + hour * HOUR_MS, line, lines);
          assert.match(id, new RegExp(BATCH_ID_PATTERN));
          ids.add(id);
        }
      }
      assert.equal(ids.size, 3 * lines, `${lines} lines`);
    }
    assert.equal(batchId("dark", MS, 0, 1), "B20260111-DA-0510");
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
