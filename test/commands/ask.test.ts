import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { LogReader } from "../../src/adapters/sqlite/log/log-reader.ts";
import { runConche } from "./run-conche.ts";

type Payload = Readonly<Record<string, unknown>>;
interface Answered {
  readonly question: number;
  readonly verdict: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

const START = "2026-01-11T08:00:00Z";
const HOURS = 9;
const END = new Date(Date.parse(START) + HOURS * 3_600_000).toISOString();

suite("conche ask, about curves, alarms and weights: a nozzle clogs", () => {
  let data = "";
  const said: { type: string; machine: string; payload: Payload }[] = [];

  before(async () => {
    data = await mkdtemp(join(tmpdir(), "conche-ask-"));
    for (const words of [
      [
        "simulate",
        "--backfill",
        `${HOURS}h`,
        "--scenario",
        "nozzle-clogging",
        "--seed",
        "3",
        "--start",
        START,
      ].concat(["--telemetry-interval", "60"]),
      ["rebuild", "--json"],
    ]) {
      const { code, err } = await runConche([...words, "--data", data]);
      assert.equal(code, 0, err);
    }
    const log = LogReader.open(data);
    for (const { type, machine, payload } of log.query({}))
      said.push({ type: type ?? "", machine: machine ?? "", payload: JSON.parse(payload) as Payload });
    log.close();
  });
  after(() => rm(data, { recursive: true, force: true }));

  const ask = async (number: number, ...words: string[]): Promise<Answered> => {
    const { code, out, err } = await runConche([
      "ask",
      String(number),
      "--data",
      data,
      "--from",
      START,
      "--to",
      END,
      "--json",
      ...words,
    ]);
    assert.equal(code, 0, err);
    const lines = out.trim().split("\n");
    return JSON.parse(lines[0] ?? "") as Answered;
  };
  const results = (characteristic: string) =>
    said
      .filter(({ type }) => type === "quality")
      .flatMap(({ payload }) => (payload.results ?? []) as Payload[])
      .filter((result) => result.characteristic === characteristic);

  test("19: nozzle 4 drifts, and no other", async () => {
    // While it clogs: over a cleaning, too, a straight line says nothing.
    const { rows, verdict } = await ask(19, "--from", "2026-01-11T09:30:00Z", "--to", "2026-01-11T14:30:00Z");
    assert.deepEqual(
      rows.filter(({ drifts }) => drifts).map(({ nozzle }) => nozzle),
      [4],
    );
    assert.match(verdict, /^Nozzle 4 drifts/);
  });

  test("18: every pack that was weighed is in an hour, and none twice", async () => {
    const { rows } = await ask(18);
    const weighed = said
      .filter(({ type, machine }) => type === "quality" && machine === "packer-03")
      .flatMap(({ payload }) => (payload.results ?? []) as Payload[])
      .filter(({ characteristic }) => characteristic === "weight_g");
    const packs = weighed.reduce(
      (sum, { readings }) => sum + (Array.isArray(readings) ? readings.length : 1),
      0,
    );
    assert.ok(packs > 100);
    assert.equal(
      rows.reduce((sum, { n }) => sum + Number(n), 0),
      packs,
    );
  });

  test("21: alarms as often as they were raised", async () => {
    const { rows } = await ask(21);
    const raised = said.filter(({ type, payload }) => type === "alarm" && payload.event === "raised");
    const counts = new Map<string, number>();
    for (const { payload } of raised)
      counts.set(String(payload.code), (counts.get(String(payload.code)) ?? 0) + 1);
    for (const { code, count } of rows)
      assert.ok(Number(count) <= (counts.get(String(code)) ?? 0), String(code));
    const [worst] = [...counts].sort((a, b) => b[1] - a[1]);
    assert.equal(rows[0]?.code, worst?.[0]);
    assert.equal(rows[0]?.count, worst?.[1]);
  });

  test("22: why the line stood, with who starved or blocked it", async () => {
    const { rows } = await ask(22);
    const machines = new Set(said.map(({ machine }) => machine));
    assert.ok(rows.length > 0);
    for (const { by, lost_min } of rows) {
      assert.ok(Number(lost_min) >= 0 && Number(lost_min) <= HOURS * 60);
      if (by !== null) assert.ok(machines.has(String(by).split("/").at(-1) ?? ""), String(by));
    }
  });

  test("6: the temper index of a batch, its samples counted, with the share of the time that was measured", async () => {
    const batch = said.find(
      ({ type, payload }) =>
        type === "quality" &&
        ((payload.results ?? []) as Payload[]).some(
          ({ characteristic }) => characteristic === "temper_index",
        ),
    )?.payload.batch_id;
    const { rows, verdict } = await ask(6, "--of", String(batch));
    const own = said.filter(({ type, payload }) => type === "quality" && payload.batch_id === batch);
    const samples = own
      .flatMap(({ payload }) => (payload.results ?? []) as Payload[])
      .filter(({ characteristic }) => characteristic === "temper_index");
    const laboratory = rows.find(({ by }) => by === "laboratory");
    assert.equal(laboratory?.n, samples.length);
    const measured = rows.find(({ by }) => String(by).endsWith("temper-01"));
    assert.ok(Number(measured?.coverage) > 0.9 && Number(measured?.coverage) <= 1);
    assert.match(verdict, /measured \d+\.\d % of the time/);
  });

  test("17 and 20: nothing is claimed that was not: no wet bars, no worn rolls, and how much was looked at", async () => {
    assert.deepEqual((await ask(17)).rows, []);
    const { rows, verdict } = await ask(20);
    assert.deepEqual(rows, []);
    assert.match(verdict, /^D90 doesn't drift\. Looked at 1 machine, measured \d+ % of the time\.$/);
  });

  test("24: none of the numbers is missing, and each machine has what the log has of it", async () => {
    const { rows, verdict } = await ask(24);
    assert.match(verdict, /^Complete: none of \d+/);
    assert.equal(
      rows.reduce((sum, { stored }) => sum + Number(stored), 0),
      said.length,
    );
    assert.ok(results("temper_index").length > 0);
  });
});
