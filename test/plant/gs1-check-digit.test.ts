import assert from "node:assert/strict";
import { test } from "node:test";
import { gs1CheckDigit } from "../../src/plant/gs1-check-digit.ts";

test("check digits of published examples", () => {
  // GS1's own examples: GTIN-13, GTIN-12, SSCC.
  assert.equal(gs1CheckDigit("629104150021"), 3);
  assert.equal(gs1CheckDigit("61414121022"), 0);
  assert.equal(gs1CheckDigit("00614141123456789"), 0);
});
