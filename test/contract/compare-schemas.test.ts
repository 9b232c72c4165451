import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import fc from "fast-check";
import { UP_CATALOGUE } from "../../src/contract/catalogue.ts";
import { contractDocuments } from "../../src/contract/documents/contract-documents.ts";
import { BATCH_NAME_PATTERN } from "../../src/contract/schemas/product.ts";
import { breakingChanges, compareSchemas, WIDER_PATTERNS } from "./compare-schemas.ts";

const PUBLISHED = new URL("../../docs/contract/schemas/", import.meta.url);

/** A schema of the contract as plain JSON that a test may damage. */
// biome-ignore lint/suspicious/noExplicitAny: the tests reach into the middle of a JSON Schema.
function published(name: string): any {
  const entry = UP_CATALOGUE.find((candidate) => candidate.name === name);
  assert.ok(entry);
  return JSON.parse(JSON.stringify(entry.schema));
}

/** What the guard says after a change. */
// biome-ignore lint/suspicious/noExplicitAny: as above.
function afterChange(name: string, change: (schema: any) => void): string[] {
  const current = published(name);
  change(current);
  return compareSchemas(published(name), current);
}

describe("the committed schemas", () => {
  it("are all still kept by the sources", () => {
    const files = readdirSync(PUBLISHED).filter((name) => name.endsWith(".json"));
    assert.ok(files.length >= 12, "the published schemas are missing");
    const texts = new Map(
      files.map((name) => [`schemas/${name}`, readFileSync(new URL(name, PUBLISHED), "utf8")]),
    );
    assert.deepEqual(breakingChanges(texts, contractDocuments()), []);
  });
});

describe("breakingChanges", () => {
  it("notices a schema that is gone, and passes over documents that aren't schemas", () => {
    const before = new Map([
      ["schemas/state-9.json", "{}"],
      ["reference.md", "text"],
    ]);
    assert.deepEqual(breakingChanges(before, contractDocuments()), [
      "schemas/state-9.json: the published schema is gone",
    ]);
  });

  it("names the file of a finding", () => {
    const current = contractDocuments();
    const before = new Map([
      [
        "schemas/batch-1.json",
        (current.get("schemas/batch-1.json") ?? "").replace("BATCH_END", "BATCH_STOP"),
      ],
    ]);
    assert.deepEqual(breakingChanges(before, current), [
      'schemas/batch-1.json: /event narrowed: "BATCH_STOP" is no longer allowed',
    ]);
  });
});

describe("compareSchemas", () => {
  it("finds every planted breaking change", () => {
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    const cases: [string, (schema: any) => void, string][] = [
      ["telemetry/2", (s) => delete s.properties.batch_id, "/batch_id removed"],
      ["quality/2", (s) => delete s.properties.results.items.properties.nozzle, "/results[]/nozzle removed"],
      [
        "quality/2",
        (s) => {
          s.properties.results.items.properties.nozzle.type = "string";
        },
        "/results[]/nozzle retyped from integer to string",
      ],
      [
        "telemetry/1",
        (s) => {
          s.properties.tags.additionalProperties.type = ["number"];
        },
        "/tags/<name> retyped from number|string to number",
      ],
      [
        "telemetry/2",
        (s) => {
          s.properties.tags.additionalProperties = true;
        },
        "/tags/<name> retyped",
      ],
      ["state/1", (s) => s.required.push("mode"), "/mode is newly required"],
      [
        "state/1",
        (s) => {
          s.properties.line = { type: "string" };
          s.required.push("line");
        },
        "/line is newly required",
      ],
      [
        "state/1",
        (s) => {
          s.required = ["ts"];
        },
        "/state is no longer required, and readers rely on it",
      ],
      ["state/1", (s) => s.properties.state.enum.pop(), '/state narrowed: "IDLE" is no longer allowed'],
      [
        "alarm/1",
        (s) => {
          s.properties.severity.enum = ["LOW"];
        },
        "/severity narrowed to an enumeration",
      ],
      [
        "state/2",
        (s) => {
          delete s.properties.state.enum;
        },
        "/state is no longer an enumeration",
      ],
      ["batch/2", (s) => s.oneOf.shift(), "/(BATCH_START) removed"],
      ["batch/2", (s) => delete s.oneOf[3].properties.supplier_lot, "/(LOT_RECEIVED)/supplier_lot removed"],
      [
        "batch/2",
        (s) => {
          s.oneOf[3].anyOf.pop();
        },
        "/(LOT_RECEIVED) narrowed: anyOf",
      ],
      [
        "batch/1",
        (s) => {
          s.anyOf = [{ required: ["x"] }];
        },
        "/ narrowed: anyOf",
      ],
      [
        "batch/1",
        (s) => {
          s.oneOf = [{ required: ["x"] }];
        },
        "/ narrowed: oneOf",
      ],
      [
        "alarm/2",
        (s) => {
          s.properties.alarm_id.maxLength = 10;
        },
        "/alarm_id narrowed: maxLength is now 10",
      ],
      [
        "quality/1",
        (s) => {
          s.properties.results.minProperties = 1;
        },
        "/results narrowed: minProperties is now 1",
      ],
      [
        "quality/2",
        (s) => {
          s.properties.results.items.properties.lane.minimum = 2;
        },
        "/results[]/lane narrowed: minimum is now 2",
      ],
      [
        "batch/1",
        (s) => {
          s.properties.batch_id.pattern = "^B";
        },
        "/batch_id pattern changed",
      ],
      [
        "batch/1",
        (s) => {
          s.additionalProperties = false;
        },
        "/<name> retyped",
      ],
      [
        "state/1",
        (s) => {
          delete s.then;
        },
        "/ then changed",
      ],
      [
        "quality/2",
        (s) => {
          s.dependentRequired.by = ["lot_id"];
        },
        "/ dependentRequired changed",
      ],
      [
        "quality/2",
        (s) => {
          s.properties.results.items.properties.curve.properties.points.items.prefixItems.pop();
        },
        "/results[]/curve/points[] retyped from 2 to 1 items",
      ],
    ];
    for (const [name, change, expected] of cases)
      assert.deepEqual(afterChange(name, change), [expected], expected);
  });

  it("doesn't take a form for wider that leaves words or batch ids out", () => {
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    const narrower = (change: (schema: any) => void) => afterChange("telemetry/1", change);
    const opened = narrower((s) => {
      s.properties.product_type = { type: "string", pattern: "^[a-l]+$" };
    });
    assert.ok(opened.includes("/product_type is no longer an enumeration"), opened.join());
    for (const [published, current] of WIDER_PATTERNS)
      fc.assert(fc.property(fc.stringMatching(new RegExp(published)), (id) => new RegExp(current).test(id)));
  });

  it("lets a schema grow", () => {
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    const cases: [string, (schema: any) => void][] = [
      [
        "telemetry/2",
        (s) => {
          s.properties.operator = { type: "string" };
        },
      ],
      ["state/1", (s) => s.properties.state.enum.push("PAUSED")],
      [
        "telemetry/1",
        (s) => {
          s.properties.product_type = { type: "string", pattern: "^[a-z]+$" };
          s.properties.batch_id.pattern = BATCH_NAME_PATTERN;
        },
      ],
      [
        "alarm/2",
        (s) => {
          s.properties.alarm_id.maxLength = 200;
        },
      ],
      [
        "batch/2",
        (s) => {
          s.oneOf.push({ type: "object", properties: { event: { const: "RECALLED" } } });
        },
      ],
      [
        "batch/2",
        (s) => {
          s.oneOf[3].anyOf.push({ required: ["volume_l"] });
        },
      ],
      [
        "batch/1",
        (s) => {
          s.description = "other words";
          s.properties.ts.description = "too";
          s.examples = [];
        },
      ],
    ];
    for (const [name, change] of cases) assert.deepEqual(afterChange(name, change), [], name);
  });
});
