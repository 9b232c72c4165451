import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { MESSAGE_FLAG } from "../../../src/contract/policy.ts";
import type { TagValue } from "../../../src/contract/schemas/telemetry-v2.ts";
import type { LogFilter, LogReading } from "../../../src/log/log-reading.ts";
import { allCurrentValues, currentValues } from "../../../src/monitor/tags/current-values.ts";
import { tagSeries } from "../../../src/monitor/tags/tag-series.ts";
import { tagsViewKeeping } from "../../../src/monitor/tags/tags-view.ts";
import { timeInState } from "../../../src/monitor/tags/time-in-state.ts";
import type { ViewReading } from "../../../src/views/view-table.ts";
import { MemoryViewStore } from "../../views/memory-view-store.ts";
import { readingOf } from "../memory-reading.ts";
import { viewMessage } from "../view-messages.ts";

const START_MS = Date.parse("2026-01-11T08:00:00Z");
const HOUR_MS = 3_600_000;
const TEMPER = "tunis-01/line-a/s5_tempering/temper-01";

/** A machine that says a message every second, but where `tagsAt` has none. */
function second(
  seconds: number,
  tagsAt: (second: number) => Record<string, TagValue> | undefined,
  machine = TEMPER,
) {
  return Array.from({ length: seconds }, (_, at) => at).flatMap((at) => {
    const tags = tagsAt(at);
    if (tags === undefined) return [];
    return [
      viewMessage({ id: at + 1, machine, type: "telemetry", atMs: START_MS + at * 1000, payload: { tags } }),
    ];
  });
}

function storeOf(messages: readonly ReturnType<typeof viewMessage>[], view = tagsViewKeeping()) {
  const store = new MemoryViewStore();
  for (const message of messages) view.fold(message, store);
  return { store, view, reading: readingOf(store) };
}

suite("newest values", () => {
  test("each tag has its own, with quality, unit and the message that says it", () => {
    const { reading } = storeOf([
      ...second(2, (at) => ({ temp_c: 31.4 + at, old: at })),
      viewMessage({
        ...{ id: 9, machine: TEMPER, type: "telemetry", atMs: START_MS + 5000 },
        payload: {
          product_type: "dark",
          tags: { temp_c: { value: 33, quality: "uncertain", status: "maintenance_required", unit: "°C" } },
        },
      }),
    ]);
    const machine = currentValues(reading, TEMPER);
    assert.equal(machine?.product, "dark");
    assert.deepEqual(
      machine?.values.map(({ tag, value, quality, unit, atMs, messageId }) => [
        tag,
        value,
        quality,
        unit,
        atMs,
        messageId,
      ]),
      [
        ["old", 1, "good", null, START_MS + 1000, 2],
        ["temp_c", 33, "uncertain", "°C", START_MS + 5000, 9],
      ],
    );
    assert.equal(currentValues(reading, "a/b/s1_c/d"), undefined);
  });

  test("a clock that went back an hour doesn't hide what the machine says now; a refill doesn't claim to be new", () => {
    const late = { machine: TEMPER, type: "telemetry", receivedAtMs: START_MS + 60_000 } as const;
    const { reading } = storeOf([
      ...second(2, () => ({ temp_c: 31 })),
      viewMessage({
        ...late,
        id: 10,
        atMs: START_MS - HOUR_MS,
        flags: MESSAGE_FLAG.CLOCK_SKEW,
        payload: { tags: { temp_c: 32 } },
      }),
      viewMessage({
        ...late,
        id: 11,
        atMs: START_MS - HOUR_MS,
        flags: MESSAGE_FLAG.REFILL,
        payload: { tags: { temp_c: 5 } },
      }),
    ]);
    assert.equal(currentValues(reading, TEMPER)?.values[0]?.value, 32);
  });

  test("a plant is read page by page", () => {
    const machines = ["a", "b", "c"].map((name) => `tunis-01/line-a/s1_dosing/${name}`);
    const { reading } = storeOf(machines.flatMap((machine) => second(1, () => ({ x: 1 }), machine)));
    const page = [...allCurrentValues(reading, { limit: 2 })].map(({ machine }) => machine);
    assert.deepEqual(page, machines.slice(0, 2));
    assert.deepEqual(
      [...allCurrentValues(reading, { after: page[1] })].map(({ machine }) => machine),
      machines.slice(2),
    );
  });
});

suite("a tag's course", () => {
  const wave = (at: number) => Math.round(100 * Math.sin(at / 500)) / 100;

  test("at every zoom, the newest minute included, what was smallest and largest is in it", () => {
    const seconds = 4 * 3600 + 17;
    const peak = 7311;
    const { reading } = storeOf(second(seconds, (at) => ({ x: at === peak ? 99 : wave(at) })));
    for (const points of [2, 10, 100, 240, 1500]) {
      const request = {
        machine: TEMPER,
        tag: "x",
        fromMs: START_MS,
        toMs: START_MS + seconds * 1000,
        points,
      };
      const series = tagSeries(reading, request);
      assert.ok(series.points.length <= points, `${series.points.length} of ${points}`);
      assert.equal(Math.max(...series.points.map(({ max }) => max ?? 0)), 99);
      assert.equal(
        series.points.reduce((sum, { count }) => sum + count, 0),
        seconds,
      );
      assert.equal(series.points.at(-1)?.last, wave(seconds - 1));
      assert.deepEqual(series.gaps, []);
      assert.equal(series.coverage, 1);
      assert.equal(series.intervalMs, 1000);
    }
  });

  test("a stretch without values is a gap, counted and not drawn over", () => {
    const silent = (at: number) => at >= 3600 && at < 5400;
    const { reading } = storeOf(second(7200, (at) => (silent(at) ? undefined : { x: wave(at) })));
    const series = tagSeries(reading, {
      machine: TEMPER,
      tag: "x",
      fromMs: START_MS,
      toMs: START_MS + 7_200_000,
      points: 120,
    });
    assert.equal(series.source, 60);
    assert.deepEqual(series.gaps, [{ fromMs: START_MS + 3_599_000, toMs: START_MS + 5_400_000 }]);
    assert.ok(Math.abs(series.coverage - 0.75) < 0.001, `${series.coverage}`);
    assert.equal(series.points.length, 90);
  });

  test("ten thousand years are read as quickly as the hours that have values", () => {
    const { reading } = storeOf(second(5000, (at) => ({ x: wave(at), word: "OK" })));
    let reads = 0;
    const counting: ViewReading = {
      position: () => reading.position(),
      rows: (table) => ({
        get(...key) {
          reads++;
          return reading.rows(table).get(...key);
        },
        *range(range) {
          reads++;
          yield* reading.rows(table).range(range);
        },
      }),
    };
    const [fromMs, toMs] = [Date.parse("0001-01-01"), Date.parse("9999-12-31")];
    const request = { machine: TEMPER, fromMs, toMs, points: 1000 };
    assert.equal(tagSeries(counting, { ...request, tag: "x" }).points[0]?.count, 5000);
    assert.equal(timeInState(counting, TEMPER, "word", fromMs, toMs).states[0]?.word, "OK");
    assert.ok(reads < 50, `${reads} reads`);
  });

  test("bad values count as values and in no figure; nothing at all is one gap", () => {
    const { reading } = storeOf(
      second(120, (at) => ({ x: at % 2 === 0 ? 5 : { value: 900, quality: "bad" } })),
    );
    const request = { machine: TEMPER, tag: "x", fromMs: START_MS, toMs: START_MS + 120_000, points: 12 };
    const series = tagSeries(reading, request);
    for (const { max, count, values, bad } of series.points) {
      assert.deepEqual({ max, count, values, bad }, { max: 5, count: 5, values: 10, bad: 0.5 });
    }
    const nothing = tagSeries(reading, { ...request, tag: "y" });
    assert.deepEqual([nothing.points, nothing.coverage, nothing.gaps.length], [[], 0, 1]);
  });

  test("short spans come from the log, value by value, where there is one", () => {
    const { reading } = storeOf(second(1200, (at) => ({ x: at })));
    let asked: LogFilter | undefined;
    const log: Pick<LogReading, "query"> = {
      *query(filter) {
        asked = filter;
        for (let at = 4; at >= 0; at--) {
          yield {
            ...{
              id: at + 1,
              ts: "",
              tsMs: START_MS + at * 1000 + 139,
              topic: `factory/${TEMPER}/telemetry`,
              type: "telemetry",
            },
            ...{
              site: "tunis-01",
              line: "line-a",
              step: "s5_tempering",
              machine: "temper-01",
              receivedAt: 0,
              qos: 0,
            },
            ...{ retain: false, version: 2, boot: null, seq: null, flags: 0, batchId: null },
            payload: JSON.stringify({ v: 2, ts: "2026-01-11T08:00:00Z", tags: { x: at * 2 } }),
          };
        }
      },
    };
    const request = { machine: TEMPER, tag: "x", fromMs: START_MS, toMs: START_MS + 600_000, points: 600 };
    const series = tagSeries(reading, request, log);
    assert.equal(series.source, "raw");
    assert.deepEqual(
      series.points.map(({ mean }) => mean),
      [0, 2, 4, 6, 8],
    );
    // Each at its own time while there are no more of them than points, and in stretches beyond.
    const times = ({ points }: typeof series) => points.map(({ beginMs }) => beginMs - START_MS);
    assert.deepEqual([times(series), series.widthMs], [[139, 1139, 2139, 3139, 4139], 0]);
    const few = tagSeries(reading, { ...request, toMs: START_MS + 5000, points: 2 }, log);
    assert.deepEqual([few.source, times(few), few.widthMs], ["raw", [0, 2500], 2500]);
    assert.equal(asked?.machine, "temper-01");
    assert.equal(tagSeries(reading, { ...request, points: 10 }, log).source, 60);
  });

  test("what is let go of is answered from the coarser figures that stay", () => {
    const { reading, store, view } = storeOf(
      second(5 * 3600, (at) => ({ x: wave(at) })),
      tagsViewKeeping({ 10: HOUR_MS, 60: 100 * HOUR_MS }),
    );
    const request = { machine: TEMPER, tag: "x", fromMs: START_MS, toMs: START_MS + 600_000, points: 60 };
    assert.equal(tagSeries(reading, request).source, 10);
    view.retain?.(START_MS + 5 * HOUR_MS, store);
    const series = tagSeries(reading, request);
    assert.equal(series.source, 60);
    assert.equal(
      series.points.reduce((sum, { count }) => sum + count, 0),
      600,
    );
    assert.equal(
      tagSeries(reading, { ...request, fromMs: START_MS + 4 * HOUR_MS, toMs: START_MS + 4.5 * HOUR_MS })
        .source,
      10,
    );
  });
});

suite("time in state", () => {
  test("adds up to the time asked for; silence is unknown and never the last word", () => {
    const word = (at: number) => (at < 600 ? "FILLING" : at < 3005 ? "OK" : "BRIDGING");
    const silent = (at: number) => at >= 1000 && at < 1900;
    const { reading } = storeOf(second(3600, (at) => (silent(at) ? undefined : { status: word(at) })));
    const { states, unknownMs, source } = timeInState(
      reading,
      TEMPER,
      "status",
      START_MS,
      START_MS + HOUR_MS,
    );
    assert.equal(source, 10);
    assert.deepEqual(
      states.map(({ word, durationMs }) => [word, Math.round(durationMs / 1000)]),
      [
        ["OK", 1505],
        ["FILLING", 600],
        ["BRIDGING", 595],
      ],
    );
    assert.equal(Math.round(unknownMs / 1000), 900);
  });

  test("yes and no are not words that look the same", () => {
    const { reading } = storeOf(second(60, (at) => ({ on: at < 30 ? true : "true" })));
    const { states } = timeInState(reading, TEMPER, "on", START_MS, START_MS + 60_000);
    assert.deepEqual(
      states.map(({ word }) => word),
      [true, "true"],
    );
  });
});
