import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { oeeCsv, oeeText } from "../../../src/adapters/terminal/oee-format.ts";
import { ZoneClock } from "../../../src/adapters/terminal/time-text.ts";
import { machineStateView } from "../../../src/monitor/machine-state/machine-state-view.ts";
import { silenceOf } from "../../../src/monitor/machine-state/silence.ts";
import { plantProduction } from "../../../src/monitor/production/plant-production.ts";
import { productionView } from "../../../src/monitor/production/production-view.ts";
import { plantOf } from "../../../src/plant/plant.ts";
import { fromSimulation, read } from "../../monitor/told.ts";
import { quietPlant, START_MS, simulation } from "../../simulator/simulated-line.ts";

const NOW_MS = START_MS + 3 * 3_600_000;
const plant = quietPlant();
const messages = fromSimulation(simulation({ plant, seed: 3 }).advance(NOW_MS));
const source = {
  states: read(machineStateView, messages),
  production: read(productionView, messages),
  nowMs: NOW_MS,
  silentAfterMs: silenceOf(plant),
};
const SPAN = { fromMs: START_MS, toMs: NOW_MS };
const clock = new ZoneClock("Africa/Tunis");

suite("OEE as text", () => {
  test("has a sentence, a row for each shift, and times that add up to the second", () => {
    const found = plantProduction(source, plant, { machine: "packer-03" }, SPAN, "shift");
    const text = oeeText(found, () => clock, { columns: null, colour: false });
    assert.match(
      text,
      /^tunis-01\/line-a\/s8_packaging\/packer-03: OEE [\d.]+ % \(against its own rated speed\)\n/,
    );
    assert.match(text, /from \(\+01:00\)/);
    assert.match(text, /\nMorning +2026-01-11 09:00 +2026-01-11 12:00 /);
    const seconds = (line: string) => {
      const [, hours = 0, minutes = 0, rest = 0] = /(\d+):(\d\d):(\d\d)/.exec(line) ?? [];
      return Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
    };
    const table = text.split("\n").filter((line) => /^(planned busy|−|\+|=)/.test(line));
    const [planned = "", ...parts] = table;
    const sum = parts.reduce((total, line) => total + (line.startsWith("+") ? -1 : 1) * seconds(line), 0);
    assert.equal(sum, seconds(planned));
    assert.match(text, /minor stop \(WRAPPER_JAM\) +\d/);
  });

  test("a line says where it was measured; one without rated machines says why it has no figures", () => {
    const found = plantProduction(source, plant, {}, SPAN, "product");
    const surface = { columns: null, colour: false };
    assert.match(
      oeeText(found, () => clock, surface),
      /\(pace of molder-01, quality at packer-03\)/,
    );
    const none = { reports: [], notRated: ["tunis-01/line-b"] };
    assert.match(
      oeeText(none, () => clock, surface),
      /^tunis-01\/line-b: the plant file gives no machine/,
    );
  });

  test("faster than rated can't be: it is shown as it is, marked, and said why", () => {
    const document = JSON.parse(JSON.stringify(plant.document).replaceAll('"per_h":6000', '"per_h":1200'));
    const found = plantProduction(source, plantOf(document), {}, SPAN, "shift");
    const text = oeeText(found, () => clock, { columns: null, colour: false });
    assert.match(
      text,
      /^tunis-01\/line-a: OEE [34]\d\d\.\d % \(pace of molder-01, quality at packer-03\), which can't be\n/,
    );
    assert.match(text, /\nMorning .* ! 50\d\.\d /);
    assert.match(
      text,
      /\n! faster than rated: the plant file's rated speed of molder-01 is too low, or a clock runs wrong\n/,
    );
    assert.match(oeeCsv(found, "csv"), /,faster_than_rated,/);
    const right = oeeText(plantProduction(source, plant, {}, SPAN, "shift"), () => clock, {
      columns: null,
      colour: false,
    });
    assert.doesNotMatch(right, /can't be|faster than rated/);
  });

  test("of a time of which nothing is known says so, not that nothing was lost", () => {
    const before = { fromMs: START_MS - 7_200_000, toMs: START_MS - 3_600_000 };
    const found = plantProduction(source, plant, {}, before, "shift");
    const surface = { columns: null, colour: false };
    assert.match(
      oeeText(found, () => clock, surface),
      /^tunis-01\/line-a: nothing is known of this time/,
    );
  });

  test("as CSV has a row for the whole and each group", () => {
    const found = plantProduction(source, plant, {}, SPAN, "shift");
    const rows = oeeCsv(found, "csv").trim().split("\n");
    assert.equal(rows.length, 3);
    assert.match(rows[0] ?? "", /^of,measured_at,quality_at,group,from,to,oee,/);
  });
});
