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
const START_MS = Date.parse("2026-01-11T08:00:00Z");
/** Half a day of it, so that the test ends in time on a busy machine: everything that is counted is there. */
const HISTORY = ["simulate", "--backfill", "12h", "--telemetry-interval", "10", "--seed", "3"];

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

/** What the API answers, held against plain SQL over the log and a pocket calculator. */
suite("figures agree with the log, worked out by hand", TIMEOUT, () => {
  let folder = "";
  let log: DatabaseSync;
  let serving: RunningConche;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "conche-figures-"));
    const start = ["--start", new Date(START_MS).toISOString()];
    for (const words of [[...HISTORY, ...start], ["rebuild"]]) {
      const { code, err } = await runConche([...words, "--data", folder]);
      assert.equal(code, 0, err);
    }
    log = new DatabaseSync(join(folder, "datacenter_messages.db"), { readOnly: true });
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
  const rows = (sql: string, ...values: (string | number)[]) =>
    log.prepare(sql).all(...values) as Record<string, string | number | null>[];
  const iso = (ms: number) => new Date(ms).toISOString();
  const statesOf = (machine: string): Said[] =>
    rows(
      `SELECT ts, payload_json ->> '$.state' AS state, payload_json ->> '$.mode' AS mode,
              payload_json ->> '$.stop_reason.category' AS category, payload_json ->> '$.counts.since' AS since,
              payload_json ->> '$.counts.processed' AS processed, payload_json ->> '$.counts.defective' AS defective
         FROM mqtt_messages WHERE type = 'state' AND machine = ? AND state NOT IN ('ONLINE', 'OFFLINE') ORDER BY ts`,
      machine,
    ).map(({ ts, ...said }) => ({
      ...(said as unknown as Omit<Said, "atMs">),
      atMs: Date.parse(String(ts)),
    }));
  /** Time between what was said, within a span, of what fits. */
  const timeOf = (said: readonly Said[], fromMs: number, toMs: number, fits: (each: Said) => boolean) =>
    said.reduce((sum, each, index) => {
      const untilMs = said[index + 1]?.atMs ?? toMs;
      return fits(each) ? sum + Math.max(0, Math.min(untilMs, toMs) - Math.max(each.atMs, fromMs)) : sum;
    }, 0);

  test("time in each state, of every machine of the line", async () => {
    const [fromMs, toMs] = [START_MS + HOUR_MS, START_MS + 11 * HOUR_MS];
    const { machines } = await ask<{
      machines: { machine: string; in_state_ms: Record<string, number>; known_ms: number }[];
    }>(`/api/states?from=${iso(fromMs)}&to=${iso(toMs)}`);
    let compared = 0;
    for (const { machine, in_state_ms, known_ms } of machines.filter(({ machine }) =>
      /\/s[1-8]_/.test(machine),
    )) {
      const said = statesOf(machine.split("/").at(-1) ?? "");
      const byHand: Record<string, number> = {};
      for (const state of new Set(said.map((each) => each.state))) {
        const ms = timeOf(said, fromMs, toMs, (each) => each.state === state);
        if (ms > 0) byHand[state] = ms;
      }
      const { unknown = 0, ...known } = in_state_ms;
      assert.deepEqual([known, unknown, known_ms], [byHand, 0, toMs - fromMs], machine);
      compared++;
    }
    assert.equal(compared, 8);
  });

  test("OEE of the wrapper: availability, effectiveness, quality ratio and their product", async () => {
    const said = statesOf(PACKER);
    // From one reading of the counters to another: what is counted is exactly what was made between them.
    const read = said.filter(({ processed }) => processed !== null);
    const inSpan = read.filter(({ atMs }) => atMs >= START_MS + HOUR_MS && atMs <= START_MS + 11 * HOUR_MS);
    const [fromMs, toMs] = [inSpan[0]?.atMs ?? 0, inSpan.at(-1)?.atMs ?? 0];
    let [made, bad] = [0, 0];
    inSpan.slice(1).forEach((each, index) => {
      const before = inSpan[index] as Said;
      const goesOn = each.since === before.since;
      made += (each.processed ?? 0) - (goesOn ? (before.processed ?? 0) : 0);
      bad += (each.defective ?? 0) - (goesOn ? (before.defective ?? 0) : 0);
    });
    const apt = timeOf(said, fromMs, toMs, ({ state, mode }) => state === "Execute" && mode === "Production");
    const idle = timeOf(
      said,
      fromMs,
      toMs,
      ({ state, category }) => state !== "Execute" && (category === "no_order" || category === "break"),
    );
    const pbt = toMs - fromMs - idle;
    const { figures } = await ask<{ figures: Record<string, number>[] }>(
      `/api/oee?site=tunis-01&line=line-a&machine=${PACKER}&from=${iso(fromMs)}&to=${iso(toMs)}`,
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

  test("how many alarms were raised, each of them, and of each priority", async () => {
    const [fromMs, toMs] = [START_MS, START_MS + 12 * HOUR_MS];
    const span = `from=${iso(fromMs)}&to=${iso(toMs)}`;
    const { raised, frequent, priorities } = await ask<{
      raised: number;
      frequent: { machine: string; alarm_id: string; count: number }[];
      priorities: { priority: string; count: number }[];
    }>(`/api/alarms/performance?${span}`);
    const byHand = rows(
      `SELECT site || '/' || line || '/' || step || '/' || machine AS machine, payload_json ->> '$.alarm_id' AS alarm,
              payload_json ->> '$.priority' AS priority, count(*) AS n
         FROM mqtt_messages WHERE type = 'alarm' AND payload_json ->> '$.event' = 'raised' GROUP BY 1, 2, 3`,
    ) as unknown as { machine: string; alarm: string; priority: string; n: number }[];
    assert.equal(
      raised,
      byHand.reduce((sum, { n }) => sum + n, 0),
    );
    assert.ok(raised > 10 && frequent.length > 3);
    for (const { machine, alarm_id, count } of frequent) {
      const own = byHand.filter((each) => each.machine === machine && each.alarm === alarm_id);
      assert.equal(
        count,
        own.reduce((sum, { n }) => sum + n, 0),
        `${machine} ${alarm_id}`,
      );
    }
    for (const { priority, count } of priorities) {
      const own = byHand.filter((each) => each.priority === priority);
      assert.equal(
        count,
        own.reduce((sum, { n }) => sum + n, 0),
        priority,
      );
    }
  });

  test("capability over all values, Pp and Ppk, wherever it is given", async () => {
    const [fromMs, toMs] = [START_MS, START_MS + 12 * HOUR_MS];
    const span = `from=${iso(fromMs)}&to=${iso(toMs)}`;
    const { characteristics } = await ask<{ characteristics: { machine: string; characteristic: string }[] }>(
      "/api/quality",
    );
    let compared = 0;
    for (const { machine, characteristic } of characteristics) {
      for (const product of ["dark", "milk", "white"]) {
        const { text } = await serving.page(
          `/api/quality/${machine}/${characteristic}/capability?${span}&product=${product}`,
        );
        const found = JSON.parse(text) as {
          why_none?: string | null;
          n: number;
          mean: number;
          lower: number | null;
          upper: number | null;
          pp: { value: number } | null;
          ppk: { value: number } | null;
        };
        if (found.why_none !== null || found.ppk === null) continue;
        const values = rows(
          `SELECT reading.value AS value FROM mqtt_messages AS said, json_each(payload_json, '$.results') AS result,
                  json_each(coalesce(result.value -> '$.readings', json_array(result.value ->> '$.value'))) AS reading
            WHERE said.type = 'quality' AND said.machine = ? AND result.value ->> '$.characteristic' = ?
              AND payload_json ->> '$.product_type' = ?`.replace(
            "SELECT value",
            "SELECT json_each.value AS value",
          ),
          machine.split("/").at(-1) ?? "",
          characteristic,
          product,
        ).map(({ value }) => Number(value));
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const sigma = Math.sqrt(
          values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1),
        );
        const { lower, upper } = found;
        const sides = [
          ...(upper === null ? [] : [(upper - mean) / (3 * sigma)]),
          ...(lower === null ? [] : [(mean - lower) / (3 * sigma)]),
        ];
        const what = `${characteristic} of ${machine}, ${product}`;
        assert.equal(found.n, values.length, what);
        near(found.mean, mean, what);
        near(found.ppk.value, Math.min(...sides), what);
        if (found.pp !== null) near(found.pp.value, ((upper ?? 0) - (lower ?? 0)) / (6 * sigma), what);
        compared++;
      }
    }
    assert.ok(compared >= 1, `only ${compared} capabilities are given`);
  });
});

/** Equal but for the last digits that sums in another order may differ in. */
function near(found: number | undefined, byHand: number, what: string): void {
  assert.ok(
    found !== undefined && Math.abs(found - byHand) <= 1e-6 * Math.max(1, Math.abs(byHand)),
    `${what}: ${found}, by hand ${byHand}`,
  );
}
