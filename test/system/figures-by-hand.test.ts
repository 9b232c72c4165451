import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, suite, test } from "node:test";
import { runConche } from "../commands/run-conche.ts";
import { type RunningConche, startConche } from "../servers/conche.ts";

const TIMEOUT = { timeout: 900_000 };
const PACKER = "packer-03";
/** The wrapper's rated speed in plants/chocolate.yaml. */
const PACKER_PER_H = 7_800;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.parse("2026-01-11T08:00:00Z");
/** A week with few readings: nothing that is worked out here comes of telemetry. Fewer yet, and machines were silent. */
const HISTORY = ["simulate", "--backfill", "7d", "--telemetry-interval", "40", "--seed", "3"];
/** The plant's shifts on its clock, UTC+1: the week as a whole, a day shift, a night shift over the plant's midnight. */
const SPANS: Readonly<Record<string, readonly [fromMs: number, toMs: number]>> = {
  "the seven days": [START_MS, START_MS + 7 * DAY_MS],
  "a morning": [Date.parse("2026-01-13T05:00:00Z"), Date.parse("2026-01-13T13:00:00Z")],
  "a night": [Date.parse("2026-01-14T21:00:00Z"), Date.parse("2026-01-15T05:00:00Z")],
};

/** Something that a machine said of its state. */
interface Said {
  readonly atMs: number;
  readonly state: string;
  readonly mode: string | null;
  readonly category: string | null;
  readonly since: string | null;
  readonly processed: number | null;
  readonly defective: number | null;
}

/** A measured value of a quality message. */
interface Reading {
  readonly machine: string;
  readonly characteristic: string;
  readonly product: string;
  readonly ts: string;
  readonly value: number;
}

/** What the API answers, held against plain SQL over the log and a pocket calculator. */
suite("figures agree with the log, worked out by hand", TIMEOUT, () => {
  let folder = "";
  let log: DatabaseSync;
  let serving: RunningConche;
  /** By machine, in the order of time. */
  let states: ReadonlyMap<string, readonly Said[]>;
  let readings: readonly Reading[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "conche-figures-"));
    const start = ["--start", new Date(START_MS).toISOString()];
    for (const words of [[...HISTORY, ...start], ["rebuild"]]) {
      const { code, err } = await runConche([...words, "--data", folder]);
      assert.equal(code, 0, err);
    }
    log = new DatabaseSync(join(folder, "datacenter_messages.db"), { readOnly: true });
    states = Map.groupBy(
      rows<Said & { readonly machine: string }>(
        `SELECT machine, unixepoch(ts, 'subsec') * 1000 AS atMs, payload_json ->> '$.state' AS state,
                payload_json ->> '$.mode' AS mode, payload_json ->> '$.stop_reason.category' AS category,
                payload_json ->> '$.counts.since' AS since, payload_json ->> '$.counts.processed' AS processed,
                payload_json ->> '$.counts.defective' AS defective
           FROM mqtt_messages WHERE type = 'state' AND state NOT IN ('ONLINE', 'OFFLINE') ORDER BY ts`,
      ).map((said) => ({ ...said, atMs: Math.round(said.atMs) })),
      ({ machine }) => machine,
    );
    readings = rows<Reading>(
      `SELECT machine, result.value ->> '$.characteristic' AS characteristic,
              payload_json ->> '$.product_type' AS product, ts, reading.value AS value
         FROM mqtt_messages, json_each(payload_json, '$.results') AS result,
              json_each(coalesce(result.value -> '$.readings', json_array(result.value ->> '$.value'))) AS reading
        WHERE mqtt_messages.type = 'quality'`,
    );
    serving = await startConche(["serve", "--data", folder, "--http-port", "0", "--api-time-limit", "60"]);
  }, TIMEOUT);
  after(async () => {
    log?.close();
    await serving?.stop("SIGTERM");
    await rm(folder, { recursive: true, force: true });
  });

  const ask = async <Answer>(path: string): Promise<Answer> => {
    const { status, text } = await serving.page(path);
    assert.equal(status, 200, text);
    return JSON.parse(text) as Answer;
  };
  const rows = <Row>(sql: string, ...values: string[]) => log.prepare(sql).all(...values) as Row[];
  const statesOf = (machine: string) => states.get(machine) ?? [];
  /** Nobody knows what a machine did before its first state; what it did last is known until its connection was closed. */
  const knownWithin = (
    said: readonly Said[],
    fromMs: number,
    toMs: number,
  ): [fromMs: number, toMs: number] => [Math.max(fromMs, said[0]?.atMs ?? toMs), toMs];
  /** Time between what was said, within a span, of what fits. */
  const timeOf = (said: readonly Said[], fromMs: number, toMs: number, fits: (each: Said) => boolean) =>
    said.reduce((sum, each, index) => {
      const untilMs = said[index + 1]?.atMs ?? toMs;
      return fits(each) ? sum + Math.max(0, Math.min(untilMs, toMs) - Math.max(each.atMs, fromMs)) : sum;
    }, 0);

  const runningOf = (said: readonly Said[], fromMs: number, toMs: number) =>
    timeOf(said, fromMs, toMs, ({ state, mode }) => state === "Execute" && mode === "Production");
  /** All time but that without an order, or in a break. */
  const busyOf = (said: readonly Said[], fromMs: number, toMs: number) =>
    toMs -
    fromMs -
    timeOf(
      said,
      fromMs,
      toMs,
      ({ state, category }) => state !== "Execute" && (category === "no_order" || category === "break"),
    );

  test("OEE of each shift of the week: from when to when, how long it ran, what it made", async () => {
    const [fromMs, toMs] = [START_MS, START_MS + 7 * DAY_MS];
    const { figures } = await ask<{ figures: Record<string, number | string>[] }>(
      `/api/oee?site=tunis-01&line=line-a&machine=${PACKER}&from=${iso(fromMs)}&to=${iso(toMs)}&by=shift`,
    );
    const [whole, ...shifts] = figures;
    const byHand = Array.from({ length: 22 }, (_, index) => {
      // The first one is the rest of a morning, that from 05:00 UTC on.
      const beganMs = Date.parse("2026-01-11T05:00:00Z") + index * 8 * HOUR_MS;
      const [from, to] = [Math.max(beganMs, fromMs), Math.min(beganMs + 8 * HOUR_MS, toMs)];
      const said = statesOf(PACKER);
      const [first, last] = knownWithin(said, from, to);
      const times = [busyOf(said, first, last), runningOf(said, first, last)];
      return [["Morning", "Afternoon", "Night"][index % 3], iso(from), iso(to), ...times];
    });
    assert.deepEqual(
      shifts.map(({ group, from, to, planned_busy_ms, actual_production_ms }) => [
        ...[group, from, to, planned_busy_ms, actual_production_ms],
      ]),
      byHand,
    );
    for (const sum of ["planned_busy_ms", "actual_production_ms", "produced", "good"]) {
      near(
        shifts.reduce((total, shift) => total + Number(shift[sum]), 0),
        Number(whole?.[sum]),
        sum,
      );
    }
  });

  for (const [name, [fromMs, toMs]] of Object.entries(SPANS)) {
    const span = `from=${iso(fromMs)}&to=${iso(toMs)}`;

    test(`time in each state, of every machine of the line: ${name}`, async () => {
      const { machines } = await ask<{
        machines: { machine: string; in_state_ms: Record<string, number>; known_ms: number }[];
      }>(`/api/states?${span}`);
      let compared = 0;
      for (const { machine, in_state_ms, known_ms } of machines.filter(({ machine }) =>
        /\/s[1-8]_/.test(machine),
      )) {
        const said = statesOf(machine.split("/").at(-1) ?? "");
        const [first, last] = knownWithin(said, fromMs, toMs);
        const byHand: Record<string, number> = {};
        for (const state of new Set(said.map((each) => each.state))) {
          const ms = timeOf(said, first, last, (each) => each.state === state);
          if (ms > 0) byHand[state] = ms;
        }
        const { unknown = 0, ...known } = in_state_ms;
        assert.deepEqual([known, known_ms], [byHand, last - first], machine);
        assert.equal(unknown, toMs - fromMs - known_ms, machine);
        compared++;
      }
      assert.equal(compared, 8);
    });

    test(`OEE of the wrapper, its factors and their product: ${name}`, async () => {
      const said = statesOf(PACKER);
      // From one reading of the counters to another: what is counted is exactly what was made between them.
      const read = said.filter(({ processed, atMs }) => processed !== null && atMs >= fromMs && atMs <= toMs);
      const [first, last] = [read[0]?.atMs ?? 0, read.at(-1)?.atMs ?? 0];
      let [made, bad] = [0, 0];
      read.slice(1).forEach((each, index) => {
        const before = read[index] as Said;
        const goesOn = each.since === before.since;
        made += (each.processed ?? 0) - (goesOn ? (before.processed ?? 0) : 0);
        bad += (each.defective ?? 0) - (goesOn ? (before.defective ?? 0) : 0);
      });
      const [pbt, apt] = [busyOf(said, first, last), runningOf(said, first, last)];
      const { figures } = await ask<{ figures: Record<string, number>[] }>(
        `/api/oee?site=tunis-01&line=line-a&machine=${PACKER}&from=${iso(first)}&to=${iso(last)}`,
      );
      const [found = {}] = figures;
      assert.deepEqual([found.planned_busy_ms, found.actual_production_ms], [pbt, apt]);
      near(found.produced, made, "produced");
      near(found.good, made - bad, "good");
      const [availability, effectiveness, quality] = [
        apt / pbt,
        (made * HOUR_MS) / PACKER_PER_H / apt,
        (made - bad) / made,
      ];
      near(found.availability, availability, "availability");
      near(found.effectiveness, effectiveness, "effectiveness");
      near(found.quality_ratio, quality, "quality ratio");
      near(found.oee, availability * effectiveness * quality, "OEE");
      assert.ok(made > 10_000 && bad > 0, `${made} made, ${bad} bad`);
    });

    test(`how many alarms were raised, each of them, and of each priority: ${name}`, async () => {
      const { raised, frequent, priorities } = await ask<{
        raised: number;
        frequent: { machine: string; alarm_id: string; count: number }[];
        priorities: { priority: string; count: number }[];
      }>(`/api/alarms/performance?${span}`);
      const byHand = rows<{ machine: string; alarm: string; priority: string; n: number }>(
        `SELECT site || '/' || line || '/' || step || '/' || machine AS machine, payload_json ->> '$.alarm_id' AS alarm,
                payload_json ->> '$.priority' AS priority, count(*) AS n
           FROM mqtt_messages WHERE type = 'alarm' AND payload_json ->> '$.event' = 'raised' AND ts >= ? AND ts < ?
          GROUP BY 1, 2, 3`,
        iso(fromMs),
        iso(toMs),
      );
      const sum = (fits: (each: (typeof byHand)[number]) => boolean) =>
        byHand.filter(fits).reduce((total, { n }) => total + n, 0);
      assert.equal(
        raised,
        sum(() => true),
      );
      assert.ok(raised > 0 && frequent.length > 0);
      for (const { machine, alarm_id, count } of frequent) {
        const own = sum((each) => each.machine === machine && each.alarm === alarm_id);
        assert.equal(count, own, `${machine} ${alarm_id}`);
      }
      for (const { priority, count } of priorities) {
        assert.equal(
          count,
          sum((each) => each.priority === priority),
          priority,
        );
      }
    });

    test(`capability over all values, Pp and Ppk, wherever it is given: ${name}`, async () => {
      const { characteristics } = await ask<{
        characteristics: { machine: string; characteristic: string }[];
      }>("/api/quality");
      let compared = 0;
      for (const { machine, characteristic } of characteristics) {
        for (const product of ["dark", "milk", "white"]) {
          const found = await ask<{
            why_none: string | null;
            n: number;
            mean: number;
            lower: number | null;
            upper: number | null;
            pp: { value: number } | null;
            ppk: { value: number } | null;
          }>(`/api/quality/${machine}/${characteristic}/capability?${span}&product=${product}`);
          const what = `${characteristic} of ${machine}, ${product}`;
          if (found.why_none !== null || found.ppk === null) continue;
          const values = readings
            .filter(
              (each) =>
                machine.endsWith(`/${each.machine}`) &&
                each.characteristic === characteristic &&
                each.product === product &&
                each.ts >= iso(fromMs) &&
                each.ts < iso(toMs),
            )
            .map(({ value }) => Number(value));
          const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
          const sigma = Math.sqrt(
            values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1),
          );
          const { lower, upper } = found;
          const sides = [
            ...(upper === null ? [] : [(upper - mean) / (3 * sigma)]),
            ...(lower === null ? [] : [(mean - lower) / (3 * sigma)]),
          ];
          assert.equal(found.n, values.length, what);
          near(found.mean, mean, what);
          near(found.ppk.value, Math.min(...sides), what);
          if (found.pp !== null) near(found.pp.value, ((upper ?? 0) - (lower ?? 0)) / (6 * sigma), what);
          compared++;
        }
      }

      assert.ok(compared >= 1, `only ${compared} capabilities are given`);
    });
  }
});

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** Equal but for the last digits that sums in another order may differ in. */
function near(found: number | undefined, byHand: number, what: string): void {
  assert.ok(
    found !== undefined && Math.abs(found - byHand) <= 1e-6 * Math.max(1, Math.abs(byHand)),
    `${what}: ${found}, by hand ${byHand}`,
  );
}
