import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { jsonLine, jsonLineWith } from "../../../src/adapters/terminal/json-line.ts";

test("a line is one line without characters that act on a terminal, and means the value it was made from", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 20 }), fc.json({ maxDepth: 2 }), (text, json) => {
      const line = jsonLineWith({ text }, "payload", json);
      assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      assert.deepEqual(JSON.parse(line), { text, payload: JSON.parse(json) });
    }),
  );
  assert.equal(jsonLine({ a: "\u202e\u009b" }), '{"a":"\\u202e\\u009b"}');
});

test("numbers of a payload keep every digit, and what isn't JSON becomes text", () => {
  assert.equal(jsonLineWith({}, "payload", '{"n":1e400}\n'), '{"payload":{"n":1e400} }');
  assert.equal(jsonLineWith({ id: 1 }, "payload", "{broken"), '{"id":1,"payload":"{broken"}');
});
