import type { Row } from "./row.ts";
import { type RunResult, TortureRun } from "./torture-run.ts";

/** A run to be made. */
export interface PlannedRun {
  readonly row: Row;
  readonly seed: number;
  /** Does each thing less often. */
  readonly brief?: boolean;
}

/** A run that takes longer has not converged. */
const LONGEST_RUN_MS = 600_000;
/** For a row to notice that it is abandoned, before everything is cleaned up under it. */
const GRACE_MS = 10_000;
const NEVER = new AbortController().signal;

/**
 * Which rows get the runs of a campaign: each row one, then the others by weight, spread evenly. Run i has the seed
 * `seed + i`, so that one alone can be repeated with its own seed and row.
 */
export function plan(rows: readonly Row[], runs: number, seed: number): PlannedRun[] {
  const order = [...rows];
  const credit = new Map(rows.map((row) => [row, 0]));
  const all = rows.reduce((sum, row) => sum + row.weight, 0);
  while (order.length < runs && all > 0) {
    // Whoever is owed most is next (smooth weighted round robin).
    for (const row of rows) credit.set(row, (credit.get(row) ?? 0) + row.weight);
    const next = rows.reduce((most, row) => ((credit.get(row) ?? 0) > (credit.get(most) ?? 0) ? row : most));
    credit.set(next, (credit.get(next) ?? 0) - all);
    order.push(next);
  }
  return order.slice(0, runs).map((row, index) => ({ row, seed: seed + index }));
}

/**
 * Makes one run; never throws: what goes wrong is a violation. Undefined when it was interrupted and so says nothing;
 * then nothing of it is left, neither processes nor its folder.
 */
export async function runOnce(
  { row, seed, brief }: PlannedRun,
  stop: AbortSignal = NEVER,
): Promise<RunResult | undefined> {
  // Not AbortSignal.any over a timeout: the collector may take that one away before it comes.
  const abandoned = new AbortController();
  const abandon = () => abandoned.abort();
  const overdue = setTimeout(abandon, LONGEST_RUN_MS);
  stop.addEventListener("abort", abandon);
  const run = new TortureRun(row.number, seed, abandoned.signal, brief);
  let interrupted = false;
  const running = row.run(run);
  try {
    await run.within("the run ends", running);
  } catch (error) {
    interrupted = stop.aborted;
    for (const thrown of new Set([error, await lastWords(running)])) {
      if (thrown !== undefined) run.violations.push(messageOf(thrown));
    }
  } finally {
    clearTimeout(overdue);
    stop.removeEventListener("abort", abandon);
    await run.cleanUp();
  }
  if (!interrupted) return run.finish();
  run.discard();
  return undefined;
}

/** What the row says itself, having noticed that it is abandoned; nothing when it hangs anywhere. */
async function lastWords(running: Promise<void>): Promise<unknown> {
  const { promise: hangs, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, GRACE_MS, undefined);
  try {
    return await Promise.race([running.catch((thrown: unknown) => thrown), hangs]);
  } finally {
    clearTimeout(timer);
  }
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Makes the runs, some at a time, and tells of each one. Stopped, it begins no more and interrupts those that run. */
export async function runAll(
  planned: readonly PlannedRun[],
  jobs: number,
  tell: (result: RunResult) => void,
  stop: AbortSignal = NEVER,
): Promise<void> {
  const waiting = [...planned];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined && !stop.aborted; next = waiting.shift()) {
      const result = await runOnce(next, stop);
      if (result !== undefined) tell(result);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
}
