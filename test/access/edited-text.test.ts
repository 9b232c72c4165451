import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { editedText } from "../../src/access/edited-text.ts";

describe("editedText", () => {
  it("reads what editors write: with a byte order mark, without, and in UTF-16", () => {
    const text = "grün: ja\r\n";
    assert.equal(editedText(Buffer.from(text)), text);
    assert.equal(editedText(Buffer.from(`\ufeff${text}`)), text);
    assert.equal(editedText(Buffer.from(`\ufeff${text}`, "utf16le")), text);
    assert.equal(editedText(Buffer.from(`\ufeff${text}`, "utf16le").swap16()), text);
    assert.throws(() => editedText(Buffer.from([0x67, 0xfc])), TypeError);
  });
});
