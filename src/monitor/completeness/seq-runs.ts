import type { NumbersRow } from "./completeness-tables.ts";

/** Numbers in a row, both ends included, and the times of the messages at its ends, milliseconds since 1970. */
export interface SeqRun {
  readonly from: number;
  readonly to: number;
  /** Event time of the message at each end. */
  readonly fromAt: number;
  readonly toAt: number;
}

/** Numbers whose runs are kept together: the most that is read and written again for one message. */
export const BLOCK_NUMBERS = 1024;

type Packed = [from: number, length: number, fromAt: number, ms: number];

/** The columns of a block's row that hold its runs. */
export type RunColumns = Pick<NumbersRow, "from_seq" | "to_seq" | "from_at" | "to_at" | "earlier">;

/** Runs, at least one, as columns. */
export function columnsOfRuns(runs: readonly SeqRun[]): RunColumns {
  const last = runs.at(-1) as SeqRun;
  const earlier = runs
    .slice(0, -1)
    .map(({ from, to, fromAt, toAt }): Packed => [from, to - from + 1, fromAt, toAt - fromAt]);
  return {
    from_seq: last.from,
    to_seq: last.to,
    from_at: last.fromAt,
    to_at: last.toAt,
    earlier: earlier.length === 0 ? "" : JSON.stringify(earlier),
  };
}

/** The runs of a block, ascending. */
export function runsOfRow({ from_seq, to_seq, from_at, to_at, earlier }: RunColumns): SeqRun[] {
  const before = earlier === "" ? [] : (JSON.parse(earlier) as Packed[]);
  const runs = before.map(([from, length, fromAt, ms]) => ({
    from,
    to: from + length - 1,
    fromAt,
    toAt: fromAt + ms,
  }));
  return [...runs, { from: from_seq, to: to_seq, fromAt: from_at, toAt: to_at }];
}

/** Adds a number to runs that ascend and don't touch; undefined where it is among them already. */
export function addNumber(runs: readonly SeqRun[], seq: number, at: number): SeqRun[] | undefined {
  const next = runs.findIndex(({ to }) => to >= seq);
  const place = next < 0 ? runs.length : next;
  const after = runs[place];
  if (after !== undefined && after.from <= seq) return undefined;
  const before = runs[place - 1];
  const joinsBefore = before !== undefined && before.to === seq - 1;
  const joinsAfter = after !== undefined && after.from === seq + 1;
  const run: SeqRun = {
    from: joinsBefore ? before.from : seq,
    fromAt: joinsBefore ? before.fromAt : at,
    to: joinsAfter ? after.to : seq,
    toAt: joinsAfter ? after.toAt : at,
  };
  return runs.toSpliced(place - (joinsBefore ? 1 : 0), (joinsBefore ? 1 : 0) + (joinsAfter ? 1 : 0), run);
}

/** Runs of blocks in order, those joined that go on across the edge of a block. */
export function* joinedRuns(runs: Iterable<SeqRun>): Generator<SeqRun> {
  let open: SeqRun | undefined;
  for (const run of runs) {
    if (open !== undefined && open.to + 1 === run.from) {
      open = { ...open, to: run.to, toAt: run.toAt };
    } else {
      if (open !== undefined) yield open;
      open = run;
    }
  }
  if (open !== undefined) yield open;
}
