import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CATALOGUE, DOWN_CATALOGUE, UP_CATALOGUE, versionsOf } from "../../src/contract/catalogue.ts";
import { examplesOf } from "../../src/contract/examples/catalogue.ts";
import { CURRENT_VERSION } from "../../src/contract/message.ts";
import { DELIVERY_POLICY } from "../../src/contract/policy.ts";
import { readPayload } from "../../src/contract/read-payload.ts";
import { DOWN_KINDS, isUpTopic, MESSAGE_TYPES, parseUpTopic } from "../../src/contract/topic.ts";
import { compile } from "../../src/contract/validator.ts";

/** Every field of a schema, by path, with its schema. */
function fieldsOf(schema: unknown, path: string): [string, Record<string, unknown>][] {
  if (typeof schema !== "object" || schema === null) return [];
  const node = schema as Record<string, unknown>;
  const own = Object.entries((node.properties ?? {}) as Record<string, Record<string, unknown>>);
  return [
    ...own.flatMap(([name, field]): [string, Record<string, unknown>][] => [
      [`${path}/${name}`, field],
      ...fieldsOf(field, `${path}/${name}`),
    ]),
    ...fieldsOf(node.items, `${path}[]`),
    ...fieldsOf(node.additionalProperties, `${path}/<name>`),
    ...((node.oneOf ?? []) as unknown[]).flatMap((member, index) => fieldsOf(member, `${path}(${index})`)),
  ];
}

function unionWords(schema: object): string[] {
  const members = (schema as { oneOf?: { properties: { event: { const: string } } }[] }).oneOf ?? [];
  return members.map((member) => member.properties.event.const);
}

describe("the catalogue", () => {
  it("has every message type in both versions and both kinds of answer", () => {
    for (const type of MESSAGE_TYPES) assert.deepEqual(versionsOf(type), [1, 2], type);
    assert.deepEqual(
      UP_CATALOGUE.filter((entry) => entry.current).map((entry) => entry.version),
      Array(5).fill(CURRENT_VERSION),
    );
    assert.deepEqual(
      DOWN_CATALOGUE.map((entry) => entry.name),
      ["receipt/1", "command/1"],
    );
    assert.equal(new Set(CATALOGUE.map((entry) => entry.name)).size, CATALOGUE.length);
  });

  it("gives each type the policy of the namespace", () => {
    for (const { type, policy } of UP_CATALOGUE) assert.equal(policy, DELIVERY_POLICY[type]);
    assert.deepEqual(
      DOWN_CATALOGUE.map(({ policy: { qos, retain } }) => [qos, retain]),
      [
        [1, true],
        [1, false],
      ],
    );
  });

  it("describes every field of every schema", () => {
    for (const entry of CATALOGUE) {
      assert.match(String((entry.schema as { title?: string }).title), /^[A-Z]/, entry.name);
      for (const [path, field] of fieldsOf(entry.schema, entry.name)) {
        assert.ok(
          typeof field.description === "string" && field.description.length > 2,
          `${path} has no description`,
        );
      }
    }
  });

  it("says of every number in which unit it is or what it counts", () => {
    const counted =
      /count|number|seq|1, 2, 3|version|pieces|sample|nozzle|lane|how often|value|set point|ranges/i;
    const unit = /kilogram|hour|millimetre|milligram|hectare|degree|unit|kilowatt/i;
    for (const entry of CATALOGUE) {
      for (const [path, field] of fieldsOf(entry.schema, entry.name)) {
        if (field.type !== "number" && field.type !== "integer") continue;
        const description = String(field.description);
        assert.ok(unit.test(description) || counted.test(description), `${path}: ${description}`);
      }
    }
  });
});

describe("the examples", () => {
  it("fit their published schemas, and the topic they are on", () => {
    for (const entry of CATALOGUE) {
      const examples = examplesOf(entry.name);
      assert.ok(examples.length > 0, `${entry.name} has no example`);
      const validate = compile(entry.schema);
      for (const { name, topic, payload } of examples) {
        assert.equal(validate(JSON.parse(JSON.stringify(payload))), null, `${entry.name} ${name}`);
        const parsed = parseUpTopic(
          entry.direction === "up" ? topic : topic.replace(/^datacenter(.*)\/\w+$/, "factory$1/state"),
        );
        assert.ok(isUpTopic(parsed), `${entry.name} ${name}: ${topic}`);
        assert.ok(topic.endsWith(`/${entry.type}`), topic);
      }
      assert.equal(
        new Set(examples.map((example) => example.name)).size,
        examples.length,
        `${entry.name}: names repeat`,
      );
    }
  });

  it("are read as their version", () => {
    for (const { name, type, version } of UP_CATALOGUE) {
      for (const example of examplesOf(name)) {
        const reading = readPayload(type, example.payload);
        assert.equal(reading.kind, "valid", `${name} ${example.name}: ${JSON.stringify(reading)}`);
        assert.equal(reading.kind === "valid" && reading.version, version);
      }
    }
  });

  it("show every batch event there is", () => {
    const batch = UP_CATALOGUE.find((entry) => entry.name === "batch/2");
    const words = unionWords(batch?.schema ?? {});
    assert.ok(words.length >= 20);
    const shown = new Set(
      examplesOf("batch/2").map((example) => (example.payload as { event: string }).event),
    );
    assert.deepEqual(
      words.filter((word) => !shown.has(word)),
      [],
    );
  });

  it("have lots, cases and pallets that fit together", () => {
    const events = examplesOf("batch/2").map((example) => example.payload as Record<string, unknown>);
    const pallet = events.find((event) => event.unit_kind === "pallet");
    const shipped = events.find((event) => event.event === "SHIPPED");
    assert.deepEqual(shipped?.units, [pallet?.sscc]);
    assert.ok(hasGs1CheckDigit(String(pallet?.sscc)), "SSCC");
    const mix = events.find((event) => event.event === "TRANSFORMED") as
      | Record<"inputs" | "outputs" | "losses", { quantity_kg: number }[]>
      | undefined;
    const sum = (list: { quantity_kg: number }[] = []) =>
      list.reduce((total, one) => total + one.quantity_kg, 0);
    assert.ok(
      Math.abs(sum(mix?.inputs) - sum(mix?.outputs) - sum(mix?.losses)) < 1e-6,
      "mass balance of the mix",
    );
  });

  it("have an answer for every kind the data center sends", () => {
    for (const kind of DOWN_KINDS) assert.ok(examplesOf(`${kind}/1`).length > 0);
  });
});

/** GS1 General Specifications, 7.9: weights 3 and 1 from the right. */
function hasGs1CheckDigit(digits: string): boolean {
  const sum = [...digits]
    .reverse()
    .reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0);
  return sum % 10 === 0;
}
