import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { loadPlant, MAX_PLANT_BYTES } from "../../../src/adapters/yaml/load-plant.ts";
import { ConcheError } from "../../../src/errors/conche-error.ts";

const PACKAGED = join(import.meta.dirname, "../../../plants/chocolate.yaml");
const TEXT = readFileSync(PACKAGED, "utf8");

suite("loading a plant file", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "conche-plant-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** The error that a file of this content gives. */
  async function refusal(content: string | Uint8Array): Promise<{ error: ConcheError; file: string }> {
    const file = join(folder, "plant.yaml");
    writeFileSync(file, content);
    const error = await loadPlant(file).then(
      () => assert.fail("the file was accepted"),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof ConcheError, String(error));
    return { error, file };
  }

  /** The number of the line that a text stands on. */
  const lineWith = (text: string, part: string) => text.slice(0, text.indexOf(part)).split("\n").length;

  test("the packaged plant loads", async () => {
    const plant = await loadPlant(PACKAGED);
    assert.equal(plant.machines.length, 10);
  });

  test("every finding is reported, one a line, with file, line and path", async () => {
    const broken = TEXT.replace(
      "temp_in_c: { label: inlet, unit: °C, decimals: 1, min: 43, max: 47 }",
      "temp_in_c: { unit: °C, min: 43, max: 41 }",
    )
      .replace("id: molder-01", "id: temper-01")
      .replace("    supplier: Lecitex\n", "")
      .replace("sugar: 45.8, lecithin", "sugar: 40, lecithin");
    const { error, file } = await refusal(broken);
    assert.equal(error.code, "CONCHE_PLANT_INVALID");
    const at = (part: string) => `${file}:${lineWith(broken, part)}`;
    const lines = error.message.split("\n");
    assert.deepEqual(lines.slice(1), [
      `${at("- id: lecithin")} ingredients[4].supplier: is missing`,
      `${at("ingredients_pct: { cocoa_mass: 42")} products[0].recipe.ingredients_pct: must add up to 100 % ± 0.5, not 94.2 %`,
      `${at("constraint:")} sites[0].lines[0].constraint: must be a machine of the line with a rated speed; it has temper-01, packer-03`,
      `${at("temp_in_c:")} sites[0].lines[0].machines[6].tags.temp_in_c.max: must be greater than min (43)`,
      `${file}:${broken.slice(0, broken.lastIndexOf("id: temper-01")).split("\n").length} sites[0].lines[0].machines[7].id: "temper-01" stands twice; the first is at [6]`,
    ]);
    assert.match(lines[0] ?? "", /is no valid plant model \(5 findings\)/);
  });

  test("a place inside an alias is the anchor's", async () => {
    const broken = TEXT.replace("&tank { unit: °C, decimals: 1", "&tank { unit: °C, decimals: 10");
    const { error, file } = await refusal(broken);
    const line = lineWith(broken, "&tank");
    assert.deepEqual(error.message.split("\n").slice(1), [
      `${file}:${line} sites[0].lines[0].machines[2].tags.cocoa_mass_temp_c.decimals: must be at most 9, not 10`,
      `${file}:${line} sites[0].lines[0].machines[2].tags.cocoa_butter_temp_c.decimals: must be at most 9, not 10`,
    ]);
  });

  test("all that breaks YAML is reported", async () => {
    const { error, file } = await refusal("plant: 1\nname: [a\ngs1: {\n  a: 1\nname: twice\n");
    assert.equal(error.code, "CONCHE_PLANT_INVALID");
    const lines = error.message.split("\n");
    assert.ok(lines.length >= 4, error.message);
    for (const line of lines.slice(1)) assert.ok(line.startsWith(`${file}:`), line);
    assert.match(error.message, /:5:1 Map keys must be unique/);
  });

  test("aliases of aliases don't become gigabytes", async () => {
    let bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (let level = 1; level < 12; level++) {
      bomb += `a${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join(", ")}]\n`;
    }
    const { error } = await refusal(bomb);
    assert.equal(error.code, "CONCHE_PLANT_INVALID");
    assert.match(error.message, /alias/i);
  });

  test("empty files, other texts and names of JavaScript are refused, not obeyed", async () => {
    for (const text of [
      "",
      "# nothing\n",
      "- a\n",
      "3",
      "__proto__: { plant: 1 }\n",
      "plant: 1\n---\nplant: 1\n",
    ]) {
      const { error } = await refusal(text);
      assert.equal(error.code, "CONCHE_PLANT_INVALID", text);
    }
    assert.equal(({} as { plant?: number }).plant, undefined);
  });

  test("a file that can't be read says why", async () => {
    await assert.rejects(loadPlant(join(folder, "nowhere.yaml")), {
      code: "CONCHE_PLANT_UNREADABLE",
      message: /ENOENT/,
    });
    await assert.rejects(loadPlant(folder), {
      code: "CONCHE_PLANT_UNREADABLE",
      message: /EISDIR|EPERM|EACCES/,
    });
    const { error: binary } = await refusal(new Uint8Array([0x70, 0xff, 0xfe, 0x00]));
    assert.equal(binary.code, "CONCHE_PLANT_UNREADABLE");
    assert.match(binary.message, /is no text/);
    const { error: large } = await refusal(new Uint8Array(MAX_PLANT_BYTES + 1).fill(35));
    assert.equal(large.code, "CONCHE_PLANT_UNREADABLE");
    assert.match(large.message, /larger than/);
  });
});
