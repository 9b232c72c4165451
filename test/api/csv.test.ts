import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Type } from "typebox";
import { csvText } from "../../src/api/csv.ts";
import { ROUTES } from "../../src/api/routes.ts";
import { orNull } from "../../src/api/schemas.ts";

const ROW = Type.Object({
  id: Type.Integer(),
  quality: orNull(Type.Object({ good: Type.Number(), by: Type.Object({ name: Type.String() }) })),
  numbers: Type.Array(Type.Number()),
  words: orNull(Type.Array(orNull(Type.String()))),
  ranges: Type.Array(Type.Array(Type.Integer())),
  causes: Type.Array(Type.Object({ chain: Type.Array(Type.String()) })),
  evidence: Type.Record(Type.String(), Type.Unknown()),
});

suite("an answer as CSV", () => {
  test("objects have a column for each property, lists of plain values one cell, other lists JSON", () => {
    const rows = [
      {
        ...{
          id: 1,
          quality: { good: 0.5, by: { name: "=A1" } },
          numbers: [1, -2.5],
          words: ["a b", null, "c"],
        },
        ...{ ranges: [[1, 3]], causes: [{ chain: ["m"] }], evidence: { n: 2 } },
      },
      { id: 2, quality: null, numbers: [-1], words: null, ranges: [], causes: [], evidence: {} },
    ];
    assert.deepEqual(csvText(ROW, rows).split("\r\n"), [
      "id,quality.good,quality.by.name,numbers,words,ranges,causes,evidence",
      `1,0.5,'=A1,1;-2.5,a b;;c,"[[1,3]]","[{""chain"":[""m""]}]","{""n"":2}"`,
      "2,,,-1,,[],[],{}",
      "",
    ]);
  });

  test("no route has an object of known properties in one cell, and no two columns of the same name", () => {
    let objects = 0;
    for (const { path, list, answer } of ROUTES) {
      if (list === undefined) continue;
      const { items } = answer.properties[list] as unknown as {
        items: { properties: Record<string, Shape> };
      };
      const heads = csvText(items as never, [])
        .trimEnd()
        .split(",");
      assert.equal(new Set(heads).size, heads.length, path);
      for (const [name, schema] of Object.entries(items.properties)) {
        if (![schema, ...(schema.anyOf ?? [])].some(({ properties }) => properties !== undefined)) continue;
        objects++;
        assert.ok(
          !heads.includes(name) && heads.some((head) => head.startsWith(`${name}.`)),
          `${path}: ${name}`,
        );
      }
    }
    assert.ok(objects >= 8);
  });
});

interface Shape {
  readonly properties?: object;
  readonly anyOf?: readonly Shape[];
}
