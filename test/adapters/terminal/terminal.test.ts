import assert from "node:assert/strict";
import { it } from "node:test";
import { widthOf } from "../../../src/adapters/terminal/terminal.ts";

it("a terminal that doesn't know its size counts as one of 80 columns; a file has none", () => {
  assert.equal(widthOf({ isTTY: true, columns: 132 }), 132);
  assert.equal(widthOf({ isTTY: true, columns: 0 }), 80);
  assert.equal(widthOf({ isTTY: true }), 80);
  assert.equal(widthOf({ columns: 132 }), null);
});
