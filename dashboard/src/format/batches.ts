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
  /** In the order in which it came to them. */
  readonly steps: readonly BatchStep[];
}

/** The batches that machines worked on, the newest first. Machines beside the process (s0_…) hold none. */
export function batchesOf(machines: readonly WorkingMachine[]): BatchCourse[] {
  const found = new Map<
    string,
    { product: string | undefined; steps: Map<string, BatchStep>; running: boolean }
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
      };
      found.set(batch, own);
      own.product ??= product ?? undefined;
      const step = own.steps.get(machine);
      const fromMs = Math.min(step?.fromMs ?? Number.POSITIVE_INFINITY, Date.parse(from));
      const toMs = Math.max(step?.toMs ?? 0, Date.parse(to));
      own.steps.set(machine, { machine, fromMs, toMs });
      // The newest work of a machine is not over.
      if (Date.parse(to) >= lastMs) own.running = true;
    }
  }
  return [...found]
    .map(([id, { product, steps, running }]): BatchCourse => {
      const ordered = [...steps.values()].sort((a, b) => a.fromMs - b.fromMs);
      return {
        id,
        product,
        running,
        steps: ordered,
        fromMs: Math.min(...ordered.map((step) => step.fromMs)),
        toMs: Math.max(...ordered.map((step) => step.toMs)),
      };
    })
    .sort((a, b) => b.fromMs - a.fromMs);
}
