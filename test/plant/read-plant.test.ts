import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { pathText } from "../../src/plant/finding.ts";
import { readPlant } from "../../src/plant/read-plant.ts";
import type { PlantDocument } from "../../src/plant/schema/plant-document.ts";
import { chocolateDocument } from "./chocolate-document.ts";

// biome-ignore lint/suspicious/noExplicitAny: a test breaks documents in ways their type forbids.
type Breakable = any;

/** What readPlant says of the packaged document after a change, one `path: problem` a finding. */
function findingsAfter(change: (document: Breakable) => void): string[] {
  const document = structuredClone(chocolateDocument()) as Breakable;
  change(document);
  const reading = readPlant(document);
  if (reading.kind === "plant") return [];
  return reading.findings.map(({ path, problem }) => `${pathText(path)}: ${problem}`);
}

/** One of the line's machines, by id. */
function machine(document: Breakable, id: string): Breakable {
  return document.sites[0].lines[0].machines.find((entry: { id: string }) => entry.id === id);
}

const LINE = "sites[0].lines[0]";

/** Changes, and the one finding each must give. */
const BROKEN: readonly [name: string, change: (document: Breakable) => void, finding: string | RegExp][] = [
  ["a missing field", (d) => delete d.name, "name: is missing"],
  [
    "a misspelt field",
    (d) => Object.assign(d, { site: 1 }),
    /^site: is not known here; known are plant, name, gs1/,
  ],
  ["a wrong type", (d) => Object.assign(d, { name: 7 }), "name: must be text, not 7"],
  ["no sites", (d) => Object.assign(d, { sites: [] }), "sites: must have at least 1 entry"],
  [
    "a time zone that is none",
    (d) => Object.assign(d.sites[0], { timezone: "Tunis" }),
    'sites[0].timezone: must be an IANA time zone, for example Africa/Tunis; not "Tunis"',
  ],
  [
    "shifts that overlap, over midnight too",
    (d) => Object.assign(d.sites[0].shifts[0], { from: "05:30" }),
    'sites[0].shifts[2]: must not overlap with "Morning", [0]',
  ],
  [
    "a break outside its shift",
    (d) => Object.assign(d.sites[0].shifts[2], { breaks: [{ from: "05:45", to: "06:15" }] }),
    "sites[0].shifts[2].breaks[0]: must lie within the shift, 22:00 to 06:00",
  ],
  [
    "a constraint without a rated speed",
    (d) => Object.assign(d.sites[0].lines[0], { constraint: "temper-01" }),
    `${LINE}.constraint: must be a machine of the line with a rated speed; it has molder-01, packer-03`,
  ],
  [
    "a rated speed of a product that isn't made",
    (d) => Object.assign(machine(d, "molder-01").rated, { by_product: { ruby: 5000 } }),
    `${LINE}.machines[7].rated.by_product.ruby: is no product; products are dark, milk, white`,
  ],
  ["another form of plant file", (d) => Object.assign(d, { plant: 2 }), "plant: must be 1, not 2"],
  [
    "a site that is no topic level",
    (d) => Object.assign(d.sites[0], { id: "Tunis" }),
    'sites[0].id: must match [a-z0-9][a-z0-9_-]{0,62}, a level of the topic; not "Tunis"',
  ],
  [
    "a line with a wildcard",
    (d) => Object.assign(d.sites[0].lines[0], { id: "line/+" }),
    /^sites\[0\]\.lines\[0\]\.id: must match/,
  ],
  [
    "a step that is none",
    (d) => Object.assign(machine(d, "temper-01"), { step: "tempering" }),
    `${LINE}.machines[6].step: must match s[0-9]_[a-z0-9_]+, a level of the topic; not "tempering"`,
  ],
  [
    "a machine that is no topic level",
    (d) => Object.assign(machine(d, "temper-01"), { id: "#" }),
    /machines\[6\]\.id: must match/,
  ],
  [
    "a machine that stands twice",
    (d) => Object.assign(machine(d, "cooltunnel-01"), { id: "temper-01" }),
    `${LINE}.machines[8].id: "temper-01" stands twice; the first is at [6]`,
  ],
  [
    "a line that stands twice",
    (d) => d.sites[0].lines.push(structuredClone(d.sites[0].lines[0])),
    'sites[0].lines[1].id: "line-a" stands twice; the first is at [0]',
  ],
  [
    "a maximum below the minimum",
    (d) => Object.assign(machine(d, "temper-01").tags.temp_in_c, { min: 48, max: 47 }),
    `${LINE}.machines[6].tags.temp_in_c.max: must be greater than min (48)`,
  ],
  [
    "an alarm limit within the normal range",
    (d) => Object.assign(machine(d, "temper-01").tags.temper_index, { alarm_low: 4.5 }),
    `${LINE}.machines[6].tags.temper_index.min: must be at least alarm_low (4.5)`,
  ],
  [
    "a product's limit against the tag's own",
    (d) => Object.assign(machine(d, "temper-01").tags.temp_c.by_product.dark, { max: 34 }),
    `${LINE}.machines[6].tags.temp_c.by_product.dark.alarm_high: must be at least max (34)`,
  ],
  [
    "limits of a product there isn't",
    (d) => Object.assign(machine(d, "temper-01").tags.temp_c.by_product, { ruby: { max: 30 } }),
    `${LINE}.machines[6].tags.temp_c.by_product.ruby: is no product; products are dark, milk, white`,
  ],
  [
    "limits of a word",
    (d) => Object.assign(machine(d, "weigher-01").tags.scale_status, { max: 3 }),
    `${LINE}.machines[2].tags.scale_status: has words as values and so can have no limits`,
  ],
  [
    "a version 1 tag that isn't one",
    (d) => machine(d, "temper-01").v1_tags.push("temp_f"),
    `${LINE}.machines[6].v1_tags[2]: is no tag of the machine: temp_f`,
  ],
  [
    "a tag with a name that travels badly",
    (d) => Object.assign(machine(d, "temper-01").tags, { "temp °C": { unit: "°C" } }),
    `${LINE}.machines[6].tags["temp °C"]: must be a name of letters, digits and underscores that begins with a letter`,
  ],
  [
    "a recipe that doesn't add up",
    (d) => Object.assign(d.products[0].recipe.ingredients_pct, { sugar: 46.4 }),
    "products[0].recipe.ingredients_pct: must add up to 100 % ± 0.5, not 100.6 %",
  ],
  [
    "an unknown ingredient",
    (d) => Object.assign(d.products[0].recipe.ingredients_pct, { cardamom: 0.1 }),
    "products[0].recipe.ingredients_pct.cardamom: is no ingredient of this plant",
  ],
  [
    "more held back than there is",
    (d) => Object.assign(d.products[0].recipe.held_back_pct, { cocoa_butter: 12 }),
    "products[0].recipe.held_back_pct.cocoa_butter: must be at most the recipe's own share (11.5)",
  ],
  [
    "less cocoa than the law asks for",
    (d) => Object.assign(d.products[1], { cocoa_minimum_pct: 35 }),
    "products[1].cocoa_minimum_pct: must be at most the cocoa in the recipe (32.5 %: the ingredients with an origin)",
  ],
  [
    "a simulated line's product that has no recipe",
    (d) => {
      delete d.products[0].recipe;
    },
    /^sites\[0\]\.lines\[0\]\.production\.sequence\[\d\]\.product: has no recipe/,
  ],
  [
    "a batch id's example of another form",
    (d) => {
      d.batch_ids = { pattern: "L[0-9]{4}", example: "B0001" };
    },
    "batch_ids.example: must have the form of pattern, L[0-9]{4}: B0001",
  ],
  [
    "a trade item number with a wrong check digit",
    (d) => Object.assign(d.products[0].recipe.phases.packaging, { gtin: "6191234001019" }),
    "products[0].recipe.phases.packaging.gtin: has a wrong check digit: it must end with 8",
  ],
  [
    "an unknown simulation model",
    (d) => Object.assign(machine(d, "temper-01").simulation, { model: "temperer" }),
    /^sites\[0\]\.lines\[0\]\.machines\[6\]\.simulation\.model: must be one of dosing, mixing, .*, not "temperer"$/,
  ],
  [
    "a parameter of another model",
    (d) => Object.assign(machine(d, "temper-01").simulation, { cavities: 10 }),
    /machines\[6\]\.simulation\.cavities: is not known here; known are model, zone_tau_s/,
  ],
  [
    "a range upside down",
    (d) => Object.assign(machine(d, "packer-03").simulation.jam, { seconds: [90, 30] }),
    `${LINE}.machines[9].simulation.jam.seconds: must begin with the smaller of its two numbers (30)`,
  ],
  [
    "a simulated line without a step",
    (d) => d.sites[0].lines[0].machines.splice(4, 1),
    `${LINE}.machines: has no machine with simulation model refining; a simulated line needs one`,
  ],
  [
    "a simulated line without its silos",
    (d) => delete d.sites[0].lines[0].silos,
    `${LINE}.silos: is missing; a simulated line needs it`,
  ],
  [
    "a changeover that nobody described",
    (d) => d.sites[0].lines[0].production.changeovers.splice(2, 1),
    `${LINE}.production.changeovers: has no entry from white to dark, which follows it`,
  ],
  [
    "an order of a product there isn't",
    (d) =>
      d.sites[0].lines[0].production.changeovers.push({
        ...d.sites[0].lines[0].production.changeovers[0],
        to: "ruby",
      }),
    `${LINE}.production.changeovers[3].to: is no product: ruby; products are dark, milk, white`,
  ],
  [
    "a silo that is too small",
    (d) => Object.assign(d.sites[0].lines[0].silos.sugar, { delivery_kg: 31000 }),
    /silos\.sugar\.delivery_kg: must fit/,
  ],
  [
    "control limits from a day that isn't",
    (d) => Object.assign(d.quality.characteristics[0], { limits_from: "2026-02-30T00:00:00Z" }),
    /limits_from: there is no 2026-02-30/,
  ],
  [
    "a missing silo",
    (d) => delete d.sites[0].lines[0].silos.pgpr,
    `${LINE}.silos: has none for pgpr, which a recipe needs`,
  ],
];

suite("reading a plant", () => {
  test("the packaged plant has the seed's machines and no finding", () => {
    const reading = readPlant(chocolateDocument());
    assert.equal(reading.kind, "plant");
    if (reading.kind !== "plant") return;
    assert.deepEqual(
      reading.plant.machines.map(({ key }) => key),
      [
        "tunis-01/line-a/s0_edge/edge-gw-01",
        "tunis-01/line-a/s0_batch/line-controller",
        "tunis-01/line-a/s1_dosing/weigher-01",
        "tunis-01/line-a/s2_mixing/mixer-02",
        "tunis-01/line-a/s3_refining/refiner-01",
        "tunis-01/line-a/s4_conching/conche-01",
        "tunis-01/line-a/s5_tempering/temper-01",
        "tunis-01/line-a/s6_molding/molder-01",
        "tunis-01/line-a/s7_cooling/cooltunnel-01",
        "tunis-01/line-a/s8_packaging/packer-03",
      ],
    );
    assert.equal(reading.plant.hasMachine("tunis-01/line-a/s5_tempering/temper-01"), true);
    assert.equal(reading.plant.hasMachine("tunis-01/line-a/s5_tempering/temper-02"), false);
    assert.equal(reading.plant.hasMachine("__proto__"), false);
  });

  for (const [name, change, expected] of BROKEN) {
    test(`${name} is one finding at its place`, () => {
      const found = findingsAfter(change);
      if (typeof expected === "string") assert.deepEqual(found, [expected]);
      else {
        assert.equal(found.length, 1, found.join("\n"));
        assert.match(found[0] ?? "", expected);
      }
    });
  }

  test("what is wrong in different places is found in one pass, form and meaning", () => {
    const found = findingsAfter((document) => {
      delete document.name;
      document.products[0].recipe.ingredients_pct.sugar = 10;
      machine(document, "temper-01").tags.temp_in_c.max = 1;
      machine(document, "mixer-02").tags.rpm = "fast";
      machine(document, "molder-01").id = "mixer-02";
    });
    assert.equal(found.length, 5, found.join("\n"));
  });

  test("one wrong meaning doesn't hide another", () => {
    const found = findingsAfter((document) => {
      machine(document, "temper-01").tags.temp_in_c.max = 1;
      document.sites[0].lines[0].production.changeovers = [];
    });
    assert.equal(found.length, 4, found.join("\n"));
  });

  test("anything that isn't a plant is refused without an exception", () => {
    const mutilated = {
      ...structuredClone(chocolateDocument()),
      sites: [{ id: "a", lines: [{ machines: [null, 3] }, "x"] }, null],
    };
    for (const document of [null, undefined, 3, "plant", [], {}, { sites: 3 }, { sites: [3] }, mutilated]) {
      assert.equal(readPlant(document).kind, "invalid", JSON.stringify(document)?.slice(0, 80));
    }
  });

  test("a plant of machines that nobody simulates needs neither production nor silos", () => {
    const document = structuredClone(chocolateDocument()) as Breakable;
    const line = document.sites[0].lines[0];
    document.sites[0].lines[0] = {
      id: line.id,
      machines: line.machines.map(({ simulation: _, ...machine }: { simulation: unknown }) => machine),
    };
    const reading = readPlant(document satisfies PlantDocument);
    assert.equal(reading.kind, "plant");
  });
});
