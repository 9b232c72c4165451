import assert from "node:assert/strict";
import { join } from "node:path";
import { it } from "node:test";
import { type Chart, png } from "../../scripts/plots/draw.ts";
import { dewPointMargin, nozzleWeights, rollWear, wornSamples } from "../../scripts/plots/line-charts.ts";
import { observe, readingsOf } from "../../scripts/plots/observe.ts";
import { temperingByProduct } from "../../scripts/plots/temper-charts.ts";
import { ROOT } from "../../scripts/tool.ts";
import { loadPlant } from "../../src/adapters/yaml/load-plant.ts";
import { withTelemetryInterval } from "../../src/plant/expand-plant.ts";

/** Width and height, from the header of a PNG (its second word group). */
function sizeOf(bytes: Buffer): { width: number; height: number } {
  assert.equal(bytes.subarray(1, 4).toString("latin1"), "PNG");
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

it("charts are drawn from what a line says, without a browser", async () => {
  const plant = await loadPlant(join(ROOT, "plants", "chocolate.yaml"));
  const observed = observe(withTelemetryInterval(plant, 10), {
    seed: 1,
    startMs: Date.parse("2026-01-11T06:00:00Z"),
    hours: 2,
  });
  assert.ok(readingsOf(observed, "s7_cooling").length > 100);
  const samples = wornSamples(observed.results.get("s3_refining") ?? [], "dark", 100);
  assert.ok(samples.length > 0 && samples.every(({ rollHours, d90Um }) => rollHours > 100 && d90Um > 10));
  const charts: Chart[] = [
    nozzleWeights(observed, 2),
    dewPointMargin(observed),
    temperingByProduct(observed, plant),
    rollWear(samples, "dark", plant),
  ];
  for (const chart of charts) {
    const { width, height } = sizeOf(await png(chart));
    assert.ok(width > 900 && height > 300, `${chart.name}: ${width} x ${height}`);
  }
});
