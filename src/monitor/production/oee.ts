import { lengthMs, overlap, overlapMs, type Span, touching } from "../span.ts";
import type { MachineRecord } from "./machine-record.ts";
import { plannedRunTimePerItemMs } from "./rated-speed.ts";
import { NO_QUANTITIES, processedRunning, type Quantities, quantitiesIn } from "./running-count.ts";
import type { UsedTime } from "./time-use.ts";

/**
 * The elements that ISO 22400-2:2014 makes its figures of (clause 5), for one machine and any part of time. Times in
 * milliseconds, quantities in the machine's unit.
 */
export interface OeeElements {
  readonly spanMs: number;
  /** Planned operation time (POT): shifts without planned breaks. */
  readonly plannedOperationMs: number;
  /** Of it: no order, or a break that wasn't planned. */
  readonly notBusyMs: number;
  /** Of it: nobody knows what the machine did. Left out of every ratio; the coverage says how much it is. */
  readonly unknownMs: number;
  /** Planned busy time (PBT): what is left. */
  readonly plannedBusyMs: number;
  /** Actual production time (APT): PackML Execute in mode Production. */
  readonly actualProductionMs: number;
  /** Of it: time that a reading of the counters covers. Effectiveness and quality ratio speak of this part. */
  readonly countedProductionMs: number;
  readonly unit: string | null;
  readonly consumed: number;
  /** Produced quantity (PQ), good and bad. */
  readonly producedQuantity: number;
  /** Good quantity (GQ), and the produced quantity that it is a part of: a line's are told at its end, in its unit. */
  readonly goodQuantity: number;
  readonly inspectedQuantity: number;
  readonly goodUnit: string | null;
  /**
   * PQ at planned run time per item (PRI x PQ), by product, as far as it was made in known running time; null where the
   * plant file gives no rated speed.
   */
  readonly plannedRunTimeMs: number | null;
}

/** Figures of ISO 22400-2:2014, clause 6; null where they can't be told: nothing was planned, ran, or was counted. */
export interface OeeFigures {
  /** "Availability": APT / PBT. */
  readonly availability: number | null;
  /** "Effectiveness": PRI x PQ / APT, over the part of APT that was counted. Above 1 the rated speed is too low. */
  readonly effectiveness: number | null;
  /** "Quality ratio": GQ / PQ. */
  readonly qualityRatio: number | null;
  /** "Overall equipment effectiveness index": availability x effectiveness x quality ratio. */
  readonly oee: number | null;
}

/** Why figures can't be right. */
export const IMPLAUSIBLE_FIGURES = ["faster_than_rated"] as const;

/** So far above 1 effectiveness may come from readings that lie beside the ends of a span. */
const COUNTING_TOLERANCE = 0.01;

/**
 * Nothing runs faster than what it makes at best: the rated speed of the plant file is too low, or a clock runs wrong.
 * Such figures are shown as they are, never cut to 100 %. Null where nothing speaks against them.
 */
export function whyImplausible({ effectiveness }: OeeFigures): (typeof IMPLAUSIBLE_FIGURES)[number] | null {
  return effectiveness !== null && effectiveness > 1 + COUNTING_TOLERANCE ? "faster_than_rated" : null;
}

/** The elements of one machine in some parts of its record's span (a shift, a product, an order, or all of it). */
export function oeeElements(record: MachineRecord, parts: readonly Span[]): OeeElements {
  const time = timeIn(record, parts);
  const sum = (spans: readonly UsedTime[]) => spans.reduce((total, span) => total + lengthMs(span), 0);
  const using = (use: UsedTime["use"]) => time.filter((span) => span.use === use);
  const producing = using("producing");
  const plannedOperationMs = sum(time) - sum(using("not_planned"));
  const notBusyMs = sum(using("not_busy"));
  const unknownMs = sum(using("unknown"));
  const { quantities, plannedRunTimeMs } = quantitiesByProduct(record, parts);
  const unit = record.counted.at(-1)?.unit ?? record.machine.definition.rated?.unit ?? null;
  return {
    spanMs: sum(time),
    plannedOperationMs,
    notBusyMs,
    unknownMs,
    plannedBusyMs: plannedOperationMs - notBusyMs - unknownMs,
    actualProductionMs: sum(producing),
    countedProductionMs: producing.reduce((total, span) => total + overlapMs(record.counted, span), 0),
    unit,
    consumed: quantities.consumed,
    producedQuantity: quantities.processed,
    goodQuantity: quantities.processed - quantities.defective,
    inspectedQuantity: quantities.processed,
    goodUnit: unit,
    plannedRunTimeMs,
  };
}

/**
 * ISO 22400-2's availability, effectiveness, quality ratio and OEE index, 0 to 1; null where its divisor is 0 or
 * nobody rated the machine.
 */
export function oeeFigures(elements: OeeElements): OeeFigures {
  const { plannedBusyMs, actualProductionMs, countedProductionMs, plannedRunTimeMs } = elements;
  const availability = ratio(actualProductionMs, plannedBusyMs);
  const effectiveness = plannedRunTimeMs === null ? null : ratio(plannedRunTimeMs, countedProductionMs);
  const qualityRatio = ratio(elements.goodQuantity, elements.inspectedQuantity);
  return { availability, effectiveness, qualityRatio, oee: index(availability, effectiveness, qualityRatio) };
}

/** Nothing produced in planned time is an OEE of 0, whatever effectiveness nobody could measure. */
function index(
  availability: number | null,
  effectiveness: number | null,
  qualityRatio: number | null,
): number | null {
  if (availability === 0) return 0;
  if (availability === null || effectiveness === null || qualityRatio === null) return null;
  return availability * effectiveness * qualityRatio;
}

function ratio(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

/** A stop, a silence or a run: its part within some parts of time. */
export function timeIn(record: MachineRecord, parts: readonly Span[]): UsedTime[] {
  return parts.flatMap((part) =>
    touching(record.time, part).flatMap((span) => {
      const common = overlap(span, part);
      return common === undefined ? [] : [{ ...span, ...common }];
    }),
  );
}

/** Each product has its own planned run time per item; what was made while no product was named has the machine's. */
function quantitiesByProduct(
  record: MachineRecord,
  parts: readonly Span[],
): { quantities: Quantities; plannedRunTimeMs: number | null } {
  let quantities = NO_QUANTITIES;
  let plannedRunTimeMs: number | null = 0;
  for (const { product, ...span } of byProduct(record, parts)) {
    const counted = quantitiesIn(record.counted, record.mayHaveRun, span);
    quantities = {
      consumed: quantities.consumed + counted.consumed,
      processed: quantities.processed + counted.processed,
      defective: quantities.defective + counted.defective,
    };
    const itemMs = plannedRunTimePerItemMs(record.machine, product);
    if (itemMs === null || plannedRunTimeMs === null) plannedRunTimeMs = null;
    else plannedRunTimeMs += itemMs * processedRunning(record.counted, record, span);
  }
  return { quantities, plannedRunTimeMs };
}

function byProduct({ work }: MachineRecord, parts: readonly Span[]): (Span & { product: string | null })[] {
  return parts.flatMap((part) => {
    const found: (Span & { product: string | null })[] = [];
    let reachedMs = part.fromMs;
    for (const run of touching(work, part)) {
      const common = overlap(run, part);
      if (common === undefined) continue;
      if (common.fromMs > reachedMs) found.push({ fromMs: reachedMs, toMs: common.fromMs, product: null });
      found.push({ ...common, product: run.product });
      reachedMs = common.toMs;
    }
    if (reachedMs < part.toMs) found.push({ fromMs: reachedMs, toMs: part.toMs, product: null });
    return found;
  });
}
