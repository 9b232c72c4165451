import { availableParallelism } from "node:os";
import type { Hunted } from "./mutants/hunt.ts";
import type { Row } from "./row.ts";
import type { RunResult } from "./torture-run.ts";

/** The sums over some runs. */
export interface Sums {
  readonly runs: number;
  readonly kills: number;
  readonly powerLosses: number;
  readonly messages: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly altered: number;
  /** Runs in which something did not hold. */
  readonly failed: number;
  readonly seconds: number;
}

export function sumsOf(results: readonly RunResult[]): Sums {
  const sum = (value: (result: RunResult) => number) =>
    results.reduce((total, result) => total + value(result), 0);
  return {
    runs: results.length,
    kills: sum(({ kills }) => kills),
    powerLosses: sum(({ powerLosses }) => powerLosses),
    messages: sum(({ messages }) => messages),
    lost: sum(({ lost }) => lost),
    duplicated: sum(({ duplicated }) => duplicated),
    altered: sum(({ altered }) => altered),
    failed: results.filter(({ violations }) => violations.length > 0).length,
    seconds: sum(({ seconds }) => seconds),
  };
}

/** How far a campaign is, and what its newest run came to. */
export function progressLine(done: number, of: number, result: RunResult): string {
  const { row, seed, kills, powerLosses, messages, violations, seconds } = result;
  const verdict = violations.length === 0 ? "held" : "FAILED";
  const faults = `${kills} kills, ${powerLosses} losses of power, ${messages} messages`;
  return `${done} of ${of} runs: row ${row}, seed ${seed}: ${verdict} after ${seconds.toFixed(1)} s (${faults})`;
}

/** What went wrong in a run, and how to see it again; nothing where all held. */
export function failureLines({ row, seed, violations, folder }: RunResult): string[] {
  if (violations.length === 0) return [];
  return [
    `✖ row ${row}, seed ${seed}:`,
    ...violations.map((violation) => `    ${violation.slice(0, 2_000)}`),
    `    again: npm run torture -- --seed ${seed} --row ${row}`,
    `    kept:  ${folder}`,
  ];
}

const COLUMNS = ["runs", "kills", "power", "messages", "lost", "twice", "altered", "failed", "seconds"];
const WIDTHS = [5, 6, 6, 9, 5, 6, 8, 7, 8];

/** A line per row, under a heading. */
export function rowLines(rows: readonly Row[], results: readonly RunResult[]): string[] {
  const heading = `row ${"fault".padEnd(58)}${cells(COLUMNS)}`;
  const lines = rows.map(({ number, fault }) => {
    const sums = sumsOf(results.filter(({ row }) => row === number));
    return `${String(number).padStart(3)} ${fault.slice(0, 57).padEnd(58)}${cells(numbersOf(sums))}`;
  });
  return [heading, ...lines, `    ${"all".padEnd(58)}${cells(numbersOf(sumsOf(results)))}`];
}

/** Whether a planted bug was caught, and what gave it away. */
export function huntedLine({ mutant, caught, runs, found }: Hunted): string {
  const { name, row } = mutant;
  const verdict = caught ? `✔ ${name}: caught by row ${row}` : `✖ ${name}: not caught by row ${row}`;
  return `${verdict} (run ${runs}): ${found}`;
}

/** The verdict, in words; with fewer results than were planned, that it was interrupted. */
export function closingLines(results: readonly RunResult[], planned: number): string[] {
  const { kills, powerLosses, messages, lost, duplicated, altered, failed } = sumsOf(results);
  const what = `${kills} kills, ${powerLosses} losses of power, ${messages} messages held against their ledgers`;
  const verdict = failed === 0 ? "✔ all held" : `✖ ${failed} of ${results.length} runs failed`;
  const lines = [`${verdict}: lost ${lost}, duplicated ${duplicated}, altered ${altered} (${what})`];
  const interrupted = `✖ interrupted after ${results.length} of ${planned} runs`;
  return results.length < planned ? [...lines, interrupted] : lines;
}

/** The same for a program. */
export function summaryOf(
  rows: readonly Row[],
  results: readonly RunResult[],
  { seed, planned }: { readonly seed: number; readonly planned: number },
): object {
  return {
    seed,
    planned,
    complete: results.length === planned,
    cores: availableParallelism(),
    node: process.version,
    ...sumsOf(results),
    rows: rows.map(({ number, fault, holds }) => {
      return { row: number, fault, holds, ...sumsOf(results.filter(({ row }) => row === number)) };
    }),
    failures: results
      .filter(({ violations }) => violations.length > 0)
      .map(({ row, seed: own, violations, folder }) => ({ row, seed: own, violations, folder })),
  };
}

function numbersOf(sums: Sums): string[] {
  const { runs, kills, powerLosses, messages, lost, duplicated, altered, failed, seconds } = sums;
  return [runs, kills, powerLosses, messages, lost, duplicated, altered, failed, Math.round(seconds)].map(
    String,
  );
}

function cells(values: readonly string[]): string {
  return values.map((value, index) => value.padStart(WIDTHS[index] ?? 8)).join("");
}
