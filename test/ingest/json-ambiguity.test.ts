import assert from "node:assert/strict";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import { jsonAmbiguity } from "../../src/contract/json-ambiguity.ts";
import { Decoder } from "../../src/ingest/decode.ts";
import { readPayloadText } from "../../src/ingest/payload-text.ts";
import { BOOT, delivered } from "./delivered.ts";

const AMBIGUOUS: readonly (readonly [text: string, detail: string])[] = [
  ['{"batch_id":"not a batch","batch_id":"B20260111-DA-0042"}', "/batch_id is there more than once"],
  ['{"a":{"b":[0,{"c":1,"\\u0063":2}]}}', "/a/b/1/c is there more than once"],
  ['{"a":1,"b":{"a":1},"a/b":2,"a":3}', "/a is there more than once"],
  ['{"tags":{"n":9007199254740993}}', "/tags/n is a whole number beyond 2^53"],
  ['{"n":-9007199254740992}', "/n is a whole number beyond 2^53"],
  ['{"n":"\\ud800"}', "/n holds half a surrogate pair"],
  ['{"x\\udfff":1}', "has a name with half a surrogate pair"],
  ['{"n":["","a\\u0000b"]}', "/n/1 holds a NUL character"],
];

const PLAIN = [
  '{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}',
  '{"n":9007199254740991,"m":1e300,"e":1E-400,"z":-0,"f":12345678901234567890.5}',
  '{"text":"\\ud83d\\ude00 \\\\u0000 \\u00e9 : \\" :","digits":"12345678901234567890"}',
  "[]",
  '"a:b"',
  '{"größe":"：１２３４５６７８９０１２３４５６７","ж":{"größe":"😀 \\ud83d\\ude00"}}',
];

const ambiguityOf = (text: string) => jsonAmbiguity(Buffer.from(text), text, JSON.parse(text));

describe("jsonAmbiguity", () => {
  for (const [text, detail] of AMBIGUOUS) {
    it(`refuses ${text}`, () => {
      const reading = readPayloadText(Buffer.from(text));
      assert.equal(reading.kind, "refused");
      assert.ok(
        reading.kind === "refused" && reading.reason === "ambiguous" && reading.detail.includes(detail),
        JSON.stringify(reading),
      );
    });
  }
  for (const text of PLAIN) {
    it(`takes ${text}`, () => assert.equal(ambiguityOf(text), undefined));
  }

  it("finds a name that is there twice, whatever stands in between, in whatever script", () => {
    const texts = fc.json({ noUnicodeString: false, stringUnit: "grapheme" } as object);
    fc.assert(
      fc.property(texts, texts, (first, second) => {
        fc.pre(ambiguityOf(first) === undefined && ambiguityOf(second) === undefined);
        assert.equal(ambiguityOf(`{"n":${first},"n":${second}}`)?.repeatedName, "n");
        assert.equal(ambiguityOf(`{"n":${first},"m":${second}}`), undefined);
      }),
    );
  });

  it("has nothing against what JSON.stringify writes, unless a text or number is odd", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false } as object), (value) => {
        const text = JSON.stringify(value);
        const found = ambiguityOf(text);
        if (found !== undefined) assert.match(text, /\\u0000|\\ud[89a-f]|\d{16}/);
      }),
    );
  });

  it("keeps the number of a message whose identity is beyond doubt", () => {
    const decoder = new Decoder(() => true);
    const base = `"v":2,"ts":"2026-01-11T10:00:00Z","boot":"${BOOT}","tags":{"temp_c":31}`;
    const twice = decoder.decode(delivered({ payload: `{${base},"seq":7,"a":1,"a":2}` }), 0);
    assert.ok(twice.kind === "quarantine" && twice.record.seq === 7);
    const which = decoder.decode(delivered({ payload: `{${base},"seq":7,"seq":8}` }), 0);
    assert.ok(which.kind === "quarantine" && which.record.seq === null);
  });
});

describe("a stored payload", () => {
  const db = new DatabaseSync(":memory:");
  after(() => db.close());
  const sql = (text: string, path: string): unknown =>
    db.prepare("SELECT json_extract(?, ?) AS value").get(text, path as SQLInputValue)?.value;

  /** SQL's whole numbers know no -0, which equals 0. */
  const plain = (value: unknown) => (value === 0 ? 0 : value);

  const number = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
    fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map(String),
    fc.constantFrom("-0", "-0.0", "1E400", "1e-400", "9007199254740993", "0.1e1"),
  );
  const string = fc.oneof(
    fc.string({ unit: "grapheme" }).map((text) => JSON.stringify(text)),
    fc.constantFrom('"\\ud800"', '"a\\u0000"', '"\\u0061"', '"\\ud83d\\ude00"', '""'),
  );
  const field = fc.tuple(
    fc.constantFrom("batch_id", "batch\\u005fid", "seq", "extra", "more", "m\\u006fre", "other"),
    fc.oneof(number, string),
  );
  const payload = fc.tuple(fc.boolean(), fc.array(field, { maxLength: 3 })).map(([numbered, fields]) => {
    const base = ['"ts":"2026-01-11T10:00:00Z"', '"product_type":"dark"', '"batch_id":"B20260111-DA-0042"'];
    const identity = numbered ? ['"v":2', `"boot":"${BOOT}"`, '"seq":7'] : [];
    const more = fields.map(([name, value]) => `"${name}":${value}`);
    return `{${[...base, ...identity, ...more, '"tags":{"temp_c":31.4}'].join(",")}}`;
  });

  it("reads in SQL as it was validated: columns and values", () => {
    let stored = 0;
    fc.assert(
      fc.property(payload, (text) => {
        const decoded = new Decoder(() => true).decode(delivered({ payload: text }), 0);
        if (decoded.kind !== "message") return;
        stored++;
        const { record } = decoded;
        assert.equal(sql(text, "$.batch_id") ?? null, record.batchId);
        assert.equal(sql(text, "$.boot") ?? null, record.boot);
        assert.equal(sql(text, "$.seq") ?? null, record.seq);
        assert.equal(sql(text, "$.v") ?? 1, record.version);
        assert.equal(sql(text, "$.ts"), record.ts);
        for (const [name, value] of Object.entries(JSON.parse(text))) {
          if (typeof value === "object") continue;
          assert.deepEqual(plain(sql(text, `$."${name}"`)), plain(value), `${name} of ${text}`);
        }
      }),
      { numRuns: 3_000 },
    );
    assert.ok(stored > 100, `${stored} were stored`);
  });
});
