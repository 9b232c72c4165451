import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { expandPlant, lineName, siteName, withTelemetryInterval } from "../../src/plant/expand-plant.ts";
import { plantOf } from "../../src/plant/plant.ts";
import { readPlant } from "../../src/plant/read-plant.ts";
import { chocolateDocument, chocolatePlant } from "./chocolate-document.ts";

const lineIds = (plant: ReturnType<typeof chocolatePlant>) => plant.lines.map((line) => line.definition.id);

suite("expanding a plant", () => {
  test("lines are named by letters, then by numbers", () => {
    assert.deepEqual([1, 2, 26, 27, 100].map(lineName), [
      "line-a",
      "line-b",
      "line-z",
      "line-27",
      "line-100",
    ]);
  });

  test("more lines are copies of the first, with machines of their own", () => {
    const plant = expandPlant(chocolatePlant(), { lines: 28 });
    assert.equal(plant.machines.length, 280);
    assert.deepEqual(lineIds(plant).slice(-3), ["line-z", "line-27", "line-28"]);
    assert.equal(plant.hasMachine("tunis-01/line-28/s5_tempering/temper-01"), true);
    assert.equal(new Set(plant.machines.map(({ key }) => key)).size, 280);
    assert.equal(readPlant(plant.document).kind, "plant");
  });

  test("one line leaves the plant as it is", () => {
    assert.deepEqual(expandPlant(chocolatePlant(), { lines: 1 }).document, chocolateDocument());
  });

  test("names that are taken are left out, and fewer lines cut off the later ones", () => {
    const document = structuredClone(chocolateDocument());
    const [site] = document.sites;
    const [line] = site?.lines ?? [];
    assert.ok(site !== undefined && line !== undefined);
    site.lines.push({ ...line, id: "line-c" });
    const plant = plantOf(document);
    assert.deepEqual(lineIds(expandPlant(plant, { lines: 4 })), ["line-a", "line-c", "line-b", "line-d"]);
    assert.deepEqual(lineIds(expandPlant(plant, { lines: 1 })), ["line-a"]);
  });

  test("more sites are copies of the first, each with its lines", () => {
    assert.deepEqual(
      [2, 12, 120].map((number) => siteName("tunis-01", number)),
      ["tunis-02", "tunis-12", "tunis-120"],
    );
    assert.deepEqual([siteName("lyon", 2), siteName("plant7", 3)], ["lyon-02", "plant-9"]);
    const plant = expandPlant(chocolatePlant(), { lines: 2, sites: 3 });
    assert.deepEqual(
      plant.lines.map(({ site, definition }) => `${site.id}/${definition.id}`),
      ["01", "02", "03"].flatMap((site) => ["a", "b"].map((line) => `tunis-${site}/line-${line}`)),
    );
    assert.equal(new Set(plant.machines.map(({ key }) => key)).size, 60);
    assert.equal(readPlant(plant.document).kind, "plant");
    assert.equal(expandPlant(chocolatePlant(), { lines: 1, sites: null }).lines.length, 1);
  });

  test("a site's name that is taken is left out, and fewer sites cut off the later ones", () => {
    const document = structuredClone(chocolateDocument());
    const [site] = document.sites;
    assert.ok(site !== undefined);
    document.sites.push({ ...structuredClone(site), id: "tunis-02" });
    const ids = (sites: number) => [
      ...new Set(expandPlant(plantOf(document), { lines: 1, sites }).lines.map((line) => line.site.id)),
    ];
    assert.deepEqual(ids(3), ["tunis-01", "tunis-02", "tunis-03"]);
    assert.deepEqual(ids(1), ["tunis-01"]);
  });
});

test("no machine sends telemetry more often than told, and none more often than the plant says", () => {
  const plant = chocolatePlant();
  const intervals = (seconds: number | null) =>
    new Set(
      withTelemetryInterval(plant, seconds).machines.map(({ definition }) => definition.telemetry_interval_s),
    );
  assert.equal(withTelemetryInterval(plant, null), plant);
  assert.deepEqual(intervals(60), new Set([60]));
  assert.deepEqual(intervals(5), new Set([5, 10]));
});
