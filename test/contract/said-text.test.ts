import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { NAME_PATTERN, saidProblem, WORDS_PATTERN } from "../../src/contract/said-text.ts";

suite("what a person says", () => {
  test("is text that is seen as it is written, in any language", () => {
    for (const text of ["Amel Ben Älï", "أمل", "点検", "🍫 done", "a\u200db", " x "]) {
      assert.equal(saidProblem(text, NAME_PATTERN), undefined, text);
      assert.equal(saidProblem(text, WORDS_PATTERN), undefined, text);
    }
    assert.equal(saidProblem("first\n\tsecond\r\nthird", WORDS_PATTERN), undefined);
  });

  test("has no control characters and none that turn the direction of text, names no line breaks either", () => {
    const codes = [0, 1, 8, 11, 12, 27, 31, 127, 0x80, 0x9f, 0x202a, 0x202e, 0x2066, 0x2069];
    for (const code of codes) {
      const odd = `a${String.fromCodePoint(code)}b`;
      const said = new RegExp(`^holds U\\+${code.toString(16).toUpperCase().padStart(4, "0")}: `);
      assert.match(saidProblem(odd, NAME_PATTERN) ?? "", said);
      assert.match(saidProblem(odd, WORDS_PATTERN) ?? "", said);
    }
    assert.match(saidProblem("a\nb", NAME_PATTERN) ?? "", /^holds U\+000A/);
    assert.match(saidProblem("a\rb", NAME_PATTERN) ?? "", /^holds U\+000D/);
    assert.match(saidProblem("a\tb", NAME_PATTERN) ?? "", /^holds U\+0009/);
    for (const blank of ["", " ", "\n\t"])
      assert.equal(saidProblem(blank, WORDS_PATTERN), "must not be blank");
  });
});
