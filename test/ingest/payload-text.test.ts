import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { MAX_NESTING } from "../../src/contract/json-text.ts";
import { readPayloadText } from "../../src/ingest/payload-text.ts";

/** Row 24 of the fault matrix, payload by payload. */
const REFUSED: readonly (readonly [what: string, payload: string | Uint8Array, reason: string])[] = [
  ["nothing", "", "empty"],
  ["no JSON", "{ts:1}", "json"],
  ["cut off", '{"ts":"2026-01-11T10:00:00Z"', "json"],
  ["NaN", '{"value":NaN}', "json"],
  ["a byte order mark", "\uFEFF{}", "json"],
  ["invalid UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]), "encoding"],
  ["an overlong encoding", new Uint8Array([0xc0, 0x80]), "encoding"],
  ["a lone surrogate", new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]), "encoding"],
  ["a NUL character", '{"a":"\0"}', "json"],
  ["10,000 arrays in one another", "[".repeat(10_000) + "]".repeat(10_000), "json"],
  ["one level too deep", "[".repeat(MAX_NESTING + 1) + "]".repeat(MAX_NESTING + 1), "json"],
  ["__proto__", '{"__proto__":{"polluted":true}}', "prototype"],
  ["__proto__ in escapes, inside", '{"tags":[{"\\u005f_proto__":1}]}', "prototype"],
];

describe("readPayloadText", () => {
  for (const [what, payload, reason] of REFUSED) {
    it(`refuses ${what}`, () => {
      const reading = readPayloadText(typeof payload === "string" ? Buffer.from(payload) : payload);
      assert.equal(reading.kind === "refused" ? reading.reason : reading.kind, reason);
    });
  }

  it("says in words that a byte order mark is in the way", () => {
    const [utf8, utf16] = [Buffer.from("\uFEFF{}"), Buffer.from("\uFEFF{}", "utf16le")].map(readPayloadText);
    assert.ok(utf8?.kind === "refused" && /byte order mark/.test(utf8.detail));
    assert.ok(utf16?.kind === "refused" && /UTF-16/.test(utf16.detail));
  });

  it("takes the deepest nesting allowed, brackets in strings and escaped quotes", () => {
    assert.equal(
      readPayloadText(Buffer.from("[".repeat(MAX_NESTING) + "]".repeat(MAX_NESTING))).kind,
      "json",
    );
    const text = JSON.stringify({ message: `\\"${"[{".repeat(500)}` });
    assert.equal(readPayloadText(Buffer.from(text)).kind, "json");
  });

  it("refuses for its nesting what is nested too deep, and nothing else", () => {
    const levels = fc.array(fc.constantFrom("a", "o", "s", "i"), { minLength: 100, maxLength: 160 });
    fc.assert(
      fc.property(levels, (kinds) => {
        const opening = { a: "[", o: '{"n":', s: '["[{",', i: '[{"\\"[":1},' } as const;
        const closing = { a: "]", o: "}", s: "]", i: "]" } as const;
        const text =
          kinds.map((kind) => opening[kind as "a"]).join("") +
          "1" +
          kinds
            .map((kind) => closing[kind as "a"])
            .reverse()
            .join("");
        const depth = kinds.length + (kinds.at(-1) === "i" ? 1 : 0);
        const reading = readPayloadText(Buffer.from(text));
        assert.equal(reading.kind, depth > MAX_NESTING ? "refused" : "json", text);
      }),
    );
  });

  it("returns the text byte for byte and never throws", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.json().map((json) => Buffer.from(json)),
        ),
        (payload) => {
          const reading = readPayloadText(payload);
          if (reading.kind === "json") assert.deepEqual(Buffer.from(reading.text), Buffer.from(payload));
        },
      ),
    );
  });
});
