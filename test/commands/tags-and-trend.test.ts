import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { openMessageLog } from "../../src/adapters/sqlite/log/open-message-log.ts";
import { OpenViews } from "../../src/adapters/sqlite/views/open-views.ts";
import { LOG_START } from "../../src/log/log-position.ts";
import { completenessViewKeeping } from "../../src/monitor/completeness/completeness-view.ts";
import { tagsViewKeeping } from "../../src/monitor/tags/tags-view.ts";
import { fromSimulation } from "../monitor/told.ts";
import { HOUR_MS, hoursOf, quietPlant, START_MS, valuesOf } from "../simulator/simulated-line.ts";
import { MemoryViewStore } from "../views/memory-view-store.ts";
import { runConche } from "./run-conche.ts";

const HOURS = 4;
const said = hoursOf(HOURS, { plant: quietPlant() });
const messages = fromSimulation(said);
const views = [tagsViewKeeping(), completenessViewKeeping()];
let data = "";
/** What SQLite holds of a view's tables, after commits, forgotten groups and groups begun again. */
const kept = new Map<string, unknown[][]>();

before(async () => {
  data = await mkdtemp(join(tmpdir(), "conche-tags-"));
  await (await openMessageLog(data)).close();
  // A memory of few rows, so that most are read back from the file.
  const opened = await OpenViews.open(data, { cacheBytes: 20_000 });
  const editions = views.map((view) => ({ view, edition: opened.store.create(view, "answering").edition }));
  for (let from = 0; from < messages.length; from += 100) {
    const group = messages.slice(from, from + 100);
    const fold = () => {
      for (const { view, edition } of editions) {
        const store = opened.store.open(edition, view);
        for (const message of group) if (view.consumes.includes(message.type)) view.fold(message, store);
      }
    };
    fold();
    if (from % 300 === 0) {
      opened.store.rollback();
      fold();
    }
    const newestReceivedMs = group.at(-1)?.receivedAtMs ?? 0;
    const position = { ...LOG_START, logId: "a-log", id: from + group.length };
    opened.store.commit(editions.map(({ edition }) => ({ edition, position, newestReceivedMs })));
  }
  for (const { view, edition } of editions) {
    const store = opened.store.open(edition, view);
    kept.set(
      view.name,
      view.tables.map((table) => [...store.rows(table).range()].map((row) => plain(row))),
    );
  }
  opened.close();
});

after(() => rm(data, { recursive: true, force: true }));

/** A row as a plain object: bytes as such, wherever they came from. */
function plain(row: object): object {
  const fields = Object.entries(row).map(([column, value]) => [
    column,
    value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value,
  ]);
  return Object.fromEntries(fields);
}

const conche = (...words: string[]) => runConche([...words, "--data", data]);
const SPAN = [
  "--since",
  new Date(START_MS).toISOString(),
  "--until",
  new Date(START_MS + HOURS * HOUR_MS).toISOString(),
];
const OUTLET = ["trend", "temper-01", "temp_c", ...SPAN];

suite("tags and trends from views in SQLite", () => {
  test("the file holds what the pure fold gives in memory, byte by byte", () => {
    for (const view of views) {
      const store = new MemoryViewStore();
      for (const message of messages) if (view.consumes.includes(message.type)) view.fold(message, store);
      // Rows that pack themselves late are compared as they are written down.
      store.restart();
      const tables = view.tables.map((table) => [...store.rows(table).range()].map((row) => plain(row)));
      assert.deepEqual(kept.get(view.name), tables);
    }
  });

  test("conche tags shows a machine's values with unit, range and limits", async () => {
    const { out, code } = await conche("tags", "temper-01");
    assert.equal(code, 0);
    const last = valuesOf(said, "temper-01", "temp_c").at(-1)?.toFixed(2);
    assert.match(out, new RegExp(`temp_c +\\S+ +${last} +°C .* to .*>31 +\\d+ d, stale\n`));
  });

  test("conche tags in JSON and CSV has every tag of every machine", async () => {
    const lines = (await conche("tags", "--json")).out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.equal(new Set(lines.map(({ machine }) => machine)).size, 10);
    assert.ok(lines.every(({ quality, at }) => quality !== undefined && Date.parse(at) > START_MS));
    // What the table tells a person: what the tag is called, how old the value is, and whether it is only held.
    const outlet = lines.find(({ machine, tag }) => machine.endsWith("/temper-01") && tag === "temp_c");
    assert.deepEqual([outlet.label, outlet.decimals, outlet.stale], ["outlet", 2, true]);
    assert.ok(Math.abs(Date.now() - Date.parse(outlet.at) - outlet.age_ms) < 600_000);
    const csv = (await conche("tags", "--format", "csv")).out.trimEnd().split("\n");
    assert.equal(csv.length, lines.length + 1);
    assert.match(csv[0] ?? "", /,at,age_ms,stale,/);
  });

  test("conche trend draws a chart with limits, and says what was measured", async () => {
    const { out, code } = await conche(...OUTLET, "--rows", "8");
    assert.equal(code, 0);
    assert.match(out, /^temper-01 outlet temp_c .*alarm > 31/);
    assert.match(out, /[\u2801-\u28ff]/u);
    assert.match(out, /measured (100|99\.\d) %/);
    assert.match(out, /\n11 Jan 2026 \d\d:00 to \d\d:00 Africa\/Tunis · /);
    const years = await conche(
      "trend",
      "temper-01",
      "temp_c",
      "--since",
      "2025-03-01",
      "--until",
      "2027-03-01",
    );
    assert.match(years.out, /\n.* [A-Z][a-z]{2} 2026 /);
    assert.match(years.out, /\n1 Mar 2025 01:00 to 1 Mar 2027 01:00 Africa\/Tunis · /);
  });

  test("conche trend in JSON and CSV has the points, smallest and largest values kept", async () => {
    const series = JSON.parse((await conche(...OUTLET, "--points", "20", "--json")).out);
    const values = valuesOf(said, "temper-01", "temp_c");
    assert.equal(Math.max(...series.points.map(({ max }: { max: number }) => max)), Math.max(...values));
    assert.deepEqual([series.label, series.decimals], ["outlet", 2]);
    const csv = (await conche(...OUTLET, "--points", "20", "--format", "csv")).out.trimEnd().split("\n");
    assert.equal(csv.length, series.points.length + 1);
  });

  test("a tag of words is drawn as lanes with the time in each", async () => {
    const { out } = await conche("trend", "conche-01", "phase", ...SPAN);
    assert.match(out, /│.*▆.* \d+ (min|h|s) \d+ %/);
    const { states } = JSON.parse((await conche("trend", "conche-01", "phase", ...SPAN, "--json")).out);
    const share = states.reduce((sum: number, each: { share: number }) => sum + each.share, 0);
    assert.ok(Math.abs(share - 1) < 1e-9 && states[0].duration_ms > 0);
  });

  test("a machine or tag that isn't there is said, with what there is", async () => {
    const machine = await conche("tags", "nobody");
    assert.equal(machine.code, 2);
    assert.match(machine.err, /temper-01/);
    const tag = await conche("trend", "temper-01", "nothing");
    assert.equal(tag.code, 2);
    assert.match(tag.err, /temp_c/);
    assert.equal(
      (await conche("trend", "temper-01", "temp_c", "--since", "2026-01-12", "--until", "2026-01-11")).code,
      2,
    );
  });
});
