import type { PlantLine, PlantMachine } from "../../plant/plant.ts";
import type { ViewReading } from "../../views/view-table.ts";
import { stateHistory } from "../machine-state/state-intervals.ts";
import { type WorkRun, workRuns } from "../machine-state/work-runs.ts";
import type { Span } from "../span.ts";
import { type CountedStretch, countedStretches } from "./running-count.ts";
import { type ShiftSpan, shiftsIn } from "./shift-calendar.ts";
import { type UsedTime, usedTime } from "./time-use.ts";

/** What production is answered from: the views, the plant's model, the present. */
export interface ProductionSource {
  /** Reads the machine-state view. */
  readonly states: ViewReading;
  /** Reads the production view. */
  readonly production: ViewReading;
  readonly nowMs: number;
  /** unknown-time.ts */
  silentAfterMs(machine: string): number | null;
}

/** Everything that is known about a machine's production in a span: what its figures are made of. */
export interface MachineRecord {
  readonly machine: PlantMachine;
  /** The part of the asked span that has passed. */
  readonly span: Span;
  readonly time: readonly UsedTime[];
  /** Planned shifts, clipped to the span. */
  readonly shifts: readonly ShiftSpan[];
  /** What it counted, and what it worked on; both may begin before the span and end after it. */
  readonly counted: readonly CountedStretch[];
  /** When it ran, from the begin of the first of `counted` to the end of the last. */
  readonly running: readonly Span[];
  /** The same, and when nobody knows whether it ran. */
  readonly mayHaveRun: readonly Span[];
  readonly work: readonly WorkRun[];
}

/** Collects it. `span` ends at the present where it is later. */
export function machineRecord(
  source: ProductionSource,
  line: PlantLine,
  machine: PlantMachine,
  asked: Span,
): MachineRecord {
  const { key } = machine;
  const watch = { nowMs: source.nowMs, silentAfterMs: source.silentAfterMs(key) };
  const span = { fromMs: asked.fromMs, toMs: Math.max(asked.fromMs, Math.min(asked.toMs, source.nowMs)) };
  const { timezone = "UTC", shifts = [] } = line.site;
  const shiftSpans = shiftsIn({ timezone, shifts }, span);
  const { intervals } = stateHistory(source.states, key, span, watch);
  const counted = countedStretches(source.production, key, span);
  const around = {
    fromMs: Math.min(span.fromMs, counted[0]?.fromMs ?? span.fromMs),
    toMs: Math.max(span.toMs, counted.at(-1)?.toMs ?? span.toMs),
  };
  const whole = usedTime(stateHistory(source.states, key, around, watch).intervals, [around]);
  return {
    machine,
    span,
    time: usedTime(
      intervals,
      shiftSpans.flatMap(({ planned }) => planned),
    ),
    shifts: shiftSpans,
    counted,
    running: whole.filter(({ use }) => use === "producing"),
    mayHaveRun: whole.filter(({ use }) => use === "producing" || use === "unknown"),
    work: workRuns(source.states, key, span),
  };
}
