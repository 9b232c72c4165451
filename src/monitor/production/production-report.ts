import type { PlantLine, PlantMachine } from "../../plant/plant.ts";
import { isBesideProcess } from "../machine-state/line-now.ts";
import { stateHistory } from "../machine-state/state-intervals.ts";
import type { Span } from "../span.ts";
import { type LossWaterfall, lossWaterfall } from "./loss-waterfall.ts";
import { type MachineRecord, machineRecord, type ProductionSource } from "./machine-record.ts";
import { type OeeElements, type OeeFigures, oeeElements, oeeFigures } from "./oee.ts";
import { constraintOf, endOf } from "./rated-speed.ts";
import { shiftsIn } from "./shift-calendar.ts";
import type { Neighbours } from "./stop-cause.ts";
import { type StopPareto, stopPareto } from "./stop-pareto.ts";

/** By what figures are grouped. An order is a batch: it is what the line controller starts and ends. */
export const GROUPINGS = ["shift", "product", "order"] as const;
/** One of {@link GROUPINGS}. */
export type Grouping = (typeof GROUPINGS)[number];

/** Figures of one group, or of the whole span. */
export interface ProductionFigures {
  /** The shift's name, the product, the batch; null for what was named none, and for the whole. */
  readonly name: string | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly elements: OeeElements;
  readonly figures: OeeFigures;
  readonly losses: LossWaterfall;
  /** 0 to 1: how much of the planned time is known, and how much of the running time was counted. */
  readonly coverage: { readonly states: number | null; readonly counts: number | null };
}

/** OEE and losses of a machine or a line. */
export interface ProductionReport {
  /** A machine key, or `<site>/<line>`. */
  readonly of: string;
  /** Whose stops and speed these are: the machine itself, or the line's constraint. */
  readonly measuredAt: string;
  /** Whose good quantity it is: the machine itself, or the line's last machine. */
  readonly qualityAt: string;
  readonly whole: ProductionFigures;
  readonly groups: readonly ProductionFigures[];
  readonly pareto: StopPareto;
}

/** OEE of one machine against its own rated speed. */
export function machineProduction(
  source: ProductionSource,
  line: PlantLine,
  machine: PlantMachine,
  span: Span,
  grouping: Grouping,
): ProductionReport {
  const record = machineRecord(source, line, machine, span);
  return report(machine.key, record, record, neighboursOf(source, line, record.span), grouping);
}

/**
 * OEE of a line. ISO 22400 speaks of work units; a line's figures are measured where its pace is given: availability
 * and effectiveness at the constraint, against the constraint's rated speed, and the quality ratio at the end of the
 * line. So a machine that catches up after a stop pushes nothing above 100 %, and a stop that a buffer bridges costs
 * nothing. Undefined where the plant file gives no machine of the line a rated speed.
 */
export function lineProduction(
  source: ProductionSource,
  line: PlantLine,
  span: Span,
  grouping: Grouping,
): ProductionReport | undefined {
  const constraint = constraintOf(line);
  const end = endOf(line);
  if (constraint === undefined || end === undefined) return undefined;
  const record = machineRecord(source, line, constraint, span);
  const last = end === constraint ? record : machineRecord(source, line, end, span);
  const key = `${line.site.id}/${line.definition.id}`;
  return report(key, record, last, neighboursOf(source, line, record.span), grouping);
}

function report(
  of: string,
  record: MachineRecord,
  end: MachineRecord,
  neighbours: Neighbours,
  grouping: Grouping,
): ProductionReport {
  const whole = [record.span];
  return {
    of,
    measuredAt: record.machine.key,
    qualityAt: end.machine.key,
    whole: figuresOf(null, record, end, whole, whole),
    groups: groupsOf(record, end, grouping),
    pareto: stopPareto(record, whole, neighbours),
  };
}

/** Parts of time by group; a product or an order is at the end of the line later than at its constraint. */
function groupsOf(record: MachineRecord, end: MachineRecord, grouping: Grouping): ProductionFigures[] {
  if (grouping === "shift") {
    return record.shifts.map((shift) => figuresOf(shift.name, record, end, [shift], [shift]));
  }
  const nameOf = ({ product, batch }: MachineRecord["work"][number]) =>
    grouping === "product" ? product : batch;
  const names = [...new Set(record.work.map(nameOf))];
  return names.map((name) => {
    const partsOf = ({ work }: MachineRecord) => work.filter((run) => nameOf(run) === name);
    return figuresOf(name, record, end, partsOf(record), partsOf(end));
  });
}

function figuresOf(
  name: string | null,
  record: MachineRecord,
  end: MachineRecord,
  parts: readonly Span[],
  endParts: readonly Span[],
): ProductionFigures {
  const own = oeeElements(record, parts);
  const atEnd = end === record ? own : oeeElements(end, endParts);
  const { goodQuantity, goodUnit, inspectedQuantity } = atEnd;
  const elements = { ...own, goodQuantity, goodUnit, inspectedQuantity };
  const inPlayMs = elements.plannedOperationMs - elements.notBusyMs;
  return {
    name,
    fromMs: Math.min(...parts.map(({ fromMs }) => fromMs)),
    toMs: Math.max(...parts.map(({ toMs }) => toMs)),
    elements,
    figures: oeeFigures(elements),
    losses: lossWaterfall(record, parts, elements),
    coverage: {
      states: inPlayMs > 0 ? 1 - elements.unknownMs / inPlayMs : null,
      counts: own.actualProductionMs > 0 ? own.countedProductionMs / own.actualProductionMs : null,
    },
  };
}

/** What the other machines of the line did, read once each and only when a chain leads to them. */
function neighboursOf(source: ProductionSource, line: PlantLine, span: Span): Neighbours {
  const known = new Map<string, ReturnType<Neighbours["history"]>>();
  const history = (machine: string) => {
    const found = known.get(machine);
    if (found !== undefined) return found;
    const watch = { nowMs: source.nowMs, silentAfterMs: source.silentAfterMs(machine) };
    const { intervals } = stateHistory(source.states, machine, span, watch);
    known.set(machine, intervals);
    return intervals;
  };
  const order = line.machines.map(({ key }): string => key).filter((key) => !isBesideProcess(key));
  return { history, order };
}

const DAY_MS = 86_400_000;

/** A line's shift so far. */
export interface CurrentShift {
  readonly name: string;
  readonly fromMs: number;
  readonly report: ProductionReport;
}

/** The shift that a line is in, with its figures; undefined outside shifts, or where the line has no rated machine. */
export function currentShift(source: ProductionSource, line: PlantLine): CurrentShift | undefined {
  const { nowMs } = source;
  const { timezone = "UTC", shifts = [] } = line.site;
  const shift = shiftsIn({ timezone, shifts }, { fromMs: nowMs - DAY_MS, toMs: nowMs + 1 }).at(-1);
  if (shift === undefined || shift.toMs <= nowMs) return undefined;
  const report = lineProduction(source, line, { fromMs: shift.fromMs, toMs: nowMs }, "shift");
  return report === undefined ? undefined : { name: shift.name, fromMs: shift.fromMs, report };
}
