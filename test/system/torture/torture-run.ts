import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "../seeded-random.ts";

/** What a run came to. */
export interface RunResult {
  readonly row: number;
  readonly seed: number;
  readonly kills: number;
  readonly powerLosses: number;
  /** Messages that publishers were told are taken, and that were looked for. */
  readonly messages: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly altered: number;
  /** What was found to be wrong, the losses among it; empty when all held. */
  readonly violations: readonly string[];
  readonly seconds: number;
  /** Kept when something was wrong. */
  readonly folder: string;
}

/** One run of one row: its randomness, its folder, its counts, and what has to be ended after it. */
export class TortureRun {
  readonly row: number;
  readonly seed: number;
  readonly folder: string;
  /** The folder of the ledger: each process writes a file of its own there. */
  readonly ledger: string;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly violations: string[] = [];
  kills = 0;
  powerLosses = 0;
  messages = 0;
  lost = 0;
  duplicated = 0;
  altered = 0;
  /** Aborted when the run has taken too long, or the campaign is interrupted: every wait ends then. */
  readonly abandoned: AbortSignal;
  readonly #brief: boolean;
  readonly #startedAt = performance.now();
  #cleanups: (() => unknown)[] = [];

  /** @param brief for a run that shows that the row works, and not much more */
  constructor(row: number, seed: number, abandoned: AbortSignal, brief = false) {
    this.row = row;
    this.seed = seed;
    this.abandoned = abandoned;
    this.#brief = brief;
    // Rows must not share their luck, even under the same seed.
    this.random = seededRandom(seed * 1_000 + row);
    this.folder = mkdtempSync(join(tmpdir(), `conche-torture-${row}-${seed}-`));
    this.ledger = join(this.folder, "ledger");
    mkdirSync(this.ledger);
  }

  /** How often something is done: less in a run that is brief, as every change has to wait for those. */
  times(count: number): number {
    return this.#brief ? Math.ceil(count / 3) : count;
  }

  /** A whole number from `from` to `to`, both included. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.random() * (to - from + 1));
  }

  pick<Value>(values: readonly [Value, ...Value[]]): Value {
    return values[Math.floor(this.random() * values.length)] ?? values[0];
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  /** Lets a random time pass: when a fault comes is the run's input, not something that is waited for. */
  async pause(longestMs: number): Promise<void> {
    await sleep(this.random() * longestMs, undefined, { signal: this.abandoned });
  }

  /** Looks until it is so; fails when the run is abandoned. */
  async until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await this.within(what, Promise.resolve(isSo())))) await sleep(20);
  }

  /** Resolves as the promise does; fails when the run is abandoned before. */
  async within<Value>(what: string, promise: Promise<Value>): Promise<Value> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const tell = () => reject(new Error(`did not happen in time: ${what}`));
    if (this.abandoned.aborted) tell();
    this.abandoned.addEventListener("abort", tell, { once: true });
    try {
      return await Promise.race([promise, late]);
    } finally {
      this.abandoned.removeEventListener("abort", tell);
    }
  }

  /** Notes that something does not hold. */
  require(holds: boolean, violation: string): void {
    if (!holds) this.violations.push(violation);
  }

  /** Runs after the run, however that ends; the last first. */
  afterwards(cleanup: () => unknown): void {
    this.#cleanups.push(cleanup);
  }

  /** Never throws: what can't be cleaned up is a violation, and the rest is cleaned up all the same. */
  async cleanUp(): Promise<void> {
    for (const cleanup of this.#cleanups.splice(0).reverse()) {
      try {
        await cleanup();
      } catch (error) {
        this.violations.push(`could not be cleaned up: ${error}`);
      }
    }
  }

  /** The folder goes, whatever is in it. */
  discard(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  /** The result; the folder is gone where all held. */
  finish(): RunResult {
    const { row, seed, kills, powerLosses, messages, lost, duplicated, altered, violations, folder } = this;
    if (violations.length === 0) this.discard();
    const seconds = (performance.now() - this.#startedAt) / 1_000;
    return {
      row,
      seed,
      kills,
      powerLosses,
      messages,
      lost,
      duplicated,
      altered,
      violations,
      seconds,
      folder,
    };
  }
}
