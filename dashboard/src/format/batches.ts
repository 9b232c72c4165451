/** What one machine worked on for a time. */
interface Work {
  readonly from: string;
  readonly to: string;
  readonly product: string | null;
  readonly batch: string | null;
}

/** A machine with what it worked on in a span. */
export interface WorkingMachine {
  readonly machine: string;
  readonly work: readonly Work[];
}

/** A batch's time on one machine, ms since 1970. */
export interface BatchStep {
  readonly machine: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A batch on its way along the line. */
export interface BatchCourse {
  readonly id: string;
  readonly product: string | undefined;
  readonly fromMs: number;
  readonly toMs: number;
  /** Whether some machine still works on it. */
  readonly running: boolean;
  /** Whether a machine was on it when it was heard last: whether it still is nobody knows. */
  readonly unheard: boolean;
  /** In the order in which it came to them. */
  readonly steps: readonly BatchStep[];
}

/** What a machine did for a time, as far as it is asked here. */
interface StateInterval {
  readonly machine: string;
  readonly from: string;
  readonly state: string;
}

/** Machines that nobody hears now, and since when, ms since 1970. Intervals come by machine and time. */
export function silentMachines(intervals: readonly StateInterval[]): Map<string, number> {
  const silent = new Map<string, number>();
  for (const { machine, from, state } of intervals)
    if (state === "unknown") silent.set(machine, Date.parse(from));
    else silent.delete(machine);
  return silent;
}

/**
 * The batches that machines worked on, the newest first. Machines beside the process (s0_…) hold none.
 * @param silent machines that nobody hears, and since when: what they did last they may do no more
 */
export function batchesOf(
  machines: readonly WorkingMachine[],
  silent: ReadonlyMap<string, number> = new Map(),
): BatchCourse[] {
  const found = new Map<
    string,
    { product: string | undefined; steps: Map<string, BatchStep>; running: boolean; unheard: boolean }
  >();
  let lastMs = 0;
  for (const { work } of machines) for (const { to } of work) lastMs = Math.max(lastMs, Date.parse(to));
  for (const { machine, work } of machines) {
    if (machine.split("/")[2]?.startsWith("s0_")) continue;
    for (const { from, to, product, batch } of work) {
      if (batch === null) continue;
      const own = found.get(batch) ?? {
        product: undefined,
        steps: new Map<string, BatchStep>(),
        running: false,
        unheard: false,
      };
      found.set(batch, own);
      own.product ??= product ?? undefined;
      const step = own.steps.get(machine);
      const fromMs = Math.min(step?.fromMs ?? Number.POSITIVE_INFINITY, Date.parse(from));
      // The newest work of a machine is not over.
      const isOpen = Date.parse(to) >= lastMs;
      const silentMs = isOpen ? silent.get(machine) : undefined;
      const toMs = Math.max(step?.toMs ?? 0, silentMs ?? Date.parse(to));
      own.steps.set(machine, { machine, fromMs, toMs });
      if (silentMs !== undefined) own.unheard = true;
      else if (isOpen) own.running = true;
    }
  }
  return (
    [...found]
      .map(([id, { product, steps, running, unheard }]): BatchCourse => {
        const ordered = [...steps.values()].sort((a, b) => a.fromMs - b.fromMs);
        return {
          id,
          product,
          running,
          unheard,
          steps: ordered,
          fromMs: Math.min(...ordered.map((step) => step.fromMs)),
          toMs: Math.max(...ordered.map((step) => step.toMs)),
        };
      })
      // Nobody has heard of it in all of the time.
      .filter(({ running, unheard, fromMs, toMs }) => running || !unheard || toMs > fromMs)
      .sort((a, b) => b.fromMs - a.fromMs)
  );
}
