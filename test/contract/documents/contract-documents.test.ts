import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { CATALOGUE } from "../../../src/contract/catalogue.ts";
import { contractDocuments } from "../../../src/contract/documents/contract-documents.ts";
import { toDraft07 } from "../../../src/contract/documents/draft-07.ts";
import { compile } from "../../../src/contract/validator.ts";
import { damagedPayloads } from "../arbitrary-payloads.ts";

const documents = contractDocuments();

function text(path: string): string {
  const found = documents.get(path);
  assert.ok(found !== undefined, path);
  return found;
}

describe("contractDocuments", () => {
  it("has a schema for every entry of the catalogue, the AsyncAPI document and the page", () => {
    const schemas = CATALOGUE.map((entry) => `schemas/${entry.type}-${entry.version}.json`);
    assert.deepEqual([...documents.keys()], [...schemas, "asyncapi.json", "reference.md"]);
  });

  it("gives the same bytes each time", () => {
    assert.deepEqual(contractDocuments(), documents);
  });
});

describe("the JSON Schema files", () => {
  it("are valid 2020-12 that any validator can use, and their examples fit", () => {
    // Not our compiler: a reader has a plain one, which knows no discriminator.
    const plain = new Ajv2020({ strict: false });
    for (const entry of CATALOGUE) {
      const schema = JSON.parse(text(`schemas/${entry.type}-${entry.version}.json`));
      assert.equal(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
      assert.equal(schema.$id, `urn:conche:contract:${entry.type}:${entry.version}`);
      const validate = plain.compile(schema);
      for (const example of schema.examples)
        assert.ok(validate(example), `${entry.name}: ${JSON.stringify(validate.errors)}`);
    }
  });
});

describe("toDraft07", () => {
  it("takes and refuses the same payloads as the schema it was made from", () => {
    const draft07 = new Ajv({ strict: false, strictNumbers: true });
    const compiled = new Map(
      CATALOGUE.map((entry) => [
        entry.name,
        { published: compile(entry.schema), translated: draft07.compile(toDraft07(entry.schema) as object) },
      ]),
    );
    const seen = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(damagedPayloads, ({ name, payload }) => {
        const pair = compiled.get(name);
        assert.ok(pair);
        const taken = pair.published(payload) === null;
        assert.equal(pair.translated(payload), taken, JSON.stringify(payload));
        seen[taken ? "taken" : "refused"]++;
      }),
      { numRuns: 2000 },
    );
    assert.ok(seen.taken > 100 && seen.refused > 100, JSON.stringify(seen));
  });
});

describe("the reference page", () => {
  it("lists every field and every event, in tables that hold together", () => {
    const page = text("reference.md");
    for (const entry of CATALOGUE) assert.ok(page.includes(`(\`${entry.name}\`)`), entry.name);
    for (const word of [
      "`DETECTOR_TEST`",
      "`acknowledged`",
      "`tags.<name>.quality`",
      "`results[].nozzle`",
      "`due_diligence[].plots[].polygon`",
    ]) {
      assert.ok(page.includes(word), word);
    }
    const rows = page.split("\n").filter((line) => line.startsWith("|"));
    const cells = (row: string) => row.replaceAll("\\|", "").split("|").length;
    let columns = 0;
    for (const [index, row] of rows.entries()) {
      if (rows[index + 1]?.startsWith("|---")) columns = cells(row);
      assert.equal(cells(row), columns, row);
    }
    assert.doesNotMatch(page, /undefined|\[object/);
  });
});
