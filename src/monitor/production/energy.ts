import type { Plant, PlantLine, PlantMachine } from "../../plant/plant.ts";
import type { ViewReading } from "../../views/view-table.ts";
import { type WorkRun, workRuns } from "../machine-state/work-runs.ts";
import { lengthMs, overlap, overlapMs, type Span, touching } from "../span.ts";
import { tagSeries } from "../tags/tag-series.ts";
import { type MachineRecord, machineRecord, type ProductionSource } from "./machine-record.ts";
import type { Grouping } from "./production-report.ts";
import { endOf } from "./rated-speed.ts";
import { quantitiesIn } from "./running-count.ts";

/** Energy of a line, for the whole span or for one group. */
export interface EnergyFigures {
  /** The shift, product or batch; null for the whole. */
  readonly name: string | null;
  readonly fromMs: number;
  readonly toMs: number;
  /** Of all machines that measure their power; null where nothing was measured, which is not the same as nothing used. */
  readonly kwh: number | null;
  /** How much of the time their power was measured, 0 to 1; null where no machine measures it. */
  readonly coverage: number | null;
  readonly machines: readonly { readonly machine: string; readonly kwh: number | null }[];
  /**
   * Good product that left the line in the group's time: pieces by the net weight on their label; null where the plant
   * file doesn't tell the weight of what was made.
   */
  readonly goodKg: number | null;
  /** Specific energy; null where nothing left the line, or nothing was measured. */
  readonly kwhPerTonne: number | null;
}

const HOUR_MS = 3_600_000;
/** Power is averaged over so long, ms: longer than machines pause between two values. */
const SLOT_MS = 300_000;
const FEWEST_SLOTS = 2;

/** Where power was measured: its mean in a slot of time. */
interface MeasuredPower extends Span {
  readonly kw: number;
}

/** What one machine used, and what it worked on. */
interface Consumer {
  readonly machine: PlantMachine;
  /** By tag. */
  readonly power: readonly (readonly MeasuredPower[])[];
  readonly work: readonly WorkRun[];
}

/**
 * Energy by the tags in kW, and per tonne of good product at the end of the line. A product's or a batch's energy is
 * what each machine used while it worked on it, so that it goes with the recipe and not with the clock; its tonnes are
 * those that left in the span: a span that cuts through batches says less than one that holds them whole.
 */
export function lineEnergy(
  source: ProductionSource & { readonly tags: ViewReading },
  plant: Plant,
  line: PlantLine,
  asked: Span,
  grouping: Grouping | null,
): EnergyFigures[] {
  const end = endOf(line);
  if (end === undefined) return [];
  const record = machineRecord(source, line, end, asked);
  const { span } = record;
  if (lengthMs(span) <= 0) return [];
  const consumers = line.machines.flatMap((machine) => consumerOf(source, machine, span));
  const figures = (name: string | null, parts: (own: readonly WorkRun[]) => readonly Span[]) =>
    figuresOf(name, consumers, record, plant, parts);
  const whole = figures(null, () => [span]);
  if (grouping === null) return [whole];
  if (grouping === "shift") {
    return [whole, ...record.shifts.map((shift) => figures(shift.name, () => [shift]))];
  }
  const nameOf = ({ product, batch }: WorkRun) => (grouping === "product" ? product : batch);
  const names = new Set([...consumers.flatMap(({ work }) => work.map(nameOf)), ...record.work.map(nameOf)]);
  const groups = [...names].map((name) => figures(name, (own) => own.filter((run) => nameOf(run) === name)));
  return [whole, ...groups];
}

function consumerOf(
  source: ProductionSource & { readonly tags: ViewReading },
  machine: PlantMachine,
  span: Span,
): Consumer[] {
  const tags = Object.entries(machine.definition.tags).filter(([, { unit }]) => unit === "kW");
  if (tags.length === 0) return [];
  const points = Math.max(FEWEST_SLOTS, Math.floor(lengthMs(span) / SLOT_MS));
  const power = tags.map(([tag]) => {
    const series = tagSeries(source.tags, { machine: machine.key, tag, ...span, points });
    return series.points.flatMap(({ beginMs, mean }) => {
      const part = overlap({ fromMs: beginMs, toMs: beginMs + series.widthMs }, span);
      return part === undefined || mean === null ? [] : [{ ...part, kw: mean }];
    });
  });
  return [{ machine, power, work: workRuns(source.states, machine.key, span) }];
}

function figuresOf(
  name: string | null,
  consumers: readonly Consumer[],
  end: MachineRecord,
  plant: Plant,
  partsOf: (work: readonly WorkRun[]) => readonly Span[],
): EnergyFigures {
  let measuredMs = 0;
  let wholeMs = 0;
  const bounds: Span[] = [...partsOf(end.work)];
  const machines = consumers.map(({ machine, power, work }) => {
    const parts = partsOf(work);
    bounds.push(...parts);
    let kwh = 0;
    let ownMs = 0;
    for (const part of parts) {
      for (const slots of power) {
        for (const slot of touching(slots, part)) {
          const common = overlap(slot, part);
          if (common !== undefined) kwh += (slot.kw * lengthMs(common)) / HOUR_MS;
        }
        ownMs += overlapMs(slots, part);
        wholeMs += lengthMs(part);
      }
    }
    measuredMs += ownMs;
    return { machine: machine.key as string, kwh: ownMs === 0 ? null : kwh };
  });
  const kwh = measuredMs === 0 ? null : machines.reduce((sum, each) => sum + (each.kwh ?? 0), 0);
  const goodKg = goodMassKg(end, plant, partsOf(end.work));
  return {
    name,
    fromMs: Math.min(...bounds.map(({ fromMs }) => fromMs)),
    toMs: Math.max(...bounds.map(({ toMs }) => toMs)),
    kwh,
    coverage: wholeMs === 0 ? null : measuredMs / wholeMs,
    machines,
    goodKg,
    kwhPerTonne: kwh !== null && goodKg !== null && goodKg > 0 ? kwh / (goodKg / 1000) : null,
  };
}

/** Good product in kilograms; null where it has pieces whose weight the plant file doesn't tell. */
function goodMassKg(
  { counted, mayHaveRun, work }: MachineRecord,
  plant: Plant,
  parts: readonly Span[],
): number | null {
  let kg = 0;
  for (const part of parts) {
    for (const run of touching(work, part)) {
      const common = overlap(run, part);
      if (common === undefined) continue;
      const { processed, defective } = quantitiesIn(counted, mayHaveRun, common);
      const good = processed - defective;
      if (counted[0]?.unit !== "pieces") {
        kg += good;
        continue;
      }
      const grams =
        run.product === null ? undefined : plant.product(run.product)?.recipe?.phases.packaging.nominal_g;
      if (grams === undefined && good > 0) return null;
      kg += (good * (grams ?? 0)) / 1000;
    }
  }
  return kg;
}
