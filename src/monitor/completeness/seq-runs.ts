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

/** The runs as text. */
export function packRuns(runs: readonly SeqRun[]): string {
  return JSON.stringify(
    runs.map(({ from, to, fromAt, toAt }): Packed => [from, to - from + 1, fromAt, toAt - fromAt]),
  );
}

export function unpackRuns(text: string): SeqRun[] {
  return (JSON.parse(text) as Packed[]).map(([from, length, fromAt, ms]) => ({
    from,
    to: from + length - 1,
    fromAt,
    toAt: fromAt + ms,
  }));
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
