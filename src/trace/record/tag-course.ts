/** What a machine measured of one tag during a batch. */
export interface TagCourse {
  readonly machine: string;
  readonly tag: string;
  readonly values: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Share of the time from the first to the last value in which it was measured, 0 to 1. */
  readonly coverage: number;
  /** Values below or above the limits of normal running, and beyond the alarm limits. */
  readonly outside: number;
  readonly beyondAlarm: number;
  readonly limits: CourseLimits;
  readonly unit: string;
  /** Mean by slot of time, at most 200. */
  readonly points: readonly (readonly [atMs: number, value: number])[];
}

/** The limits that held for the tag and product, in its unit. */
export interface CourseLimits {
  readonly min?: number;
  readonly max?: number;
  readonly alarm_low?: number;
  readonly alarm_high?: number;
}

const SLOT_MS = 60_000;
const MOST_POINTS = 200;
/** A silence of more than so many usual intervals is a gap. */
const GAP_INTERVALS = 3;
const INTERVALS_LOOKED_AT = 500;

/** Collects the values of one tag, in any order, in memory that grows with the batch's minutes only. */
export class CourseTally {
  readonly #limits: CourseLimits;
  readonly #slots = new Map<number, { sum: number; n: number }>();
  readonly #intervals: number[] = [];
  #previousMs: number | undefined;
  #values = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  #outside = 0;
  #beyond = 0;
  readonly #gaps: number[] = [];

  constructor(limits: CourseLimits) {
    this.#limits = limits;
  }

  add(atMs: number, value: number): void {
    const { min, max, alarm_low, alarm_high } = this.#limits;
    this.#values += 1;
    this.#sum += value;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
    this.#first = Math.min(this.#first, atMs);
    this.#last = Math.max(this.#last, atMs);
    if ((min !== undefined && value < min) || (max !== undefined && value > max)) this.#outside += 1;
    if ((alarm_low !== undefined && value < alarm_low) || (alarm_high !== undefined && value > alarm_high))
      this.#beyond += 1;
    const before = this.#previousMs;
    if (before !== undefined && atMs > before) {
      const gap = atMs - before;
      if (this.#intervals.length < INTERVALS_LOOKED_AT) this.#intervals.push(gap);
      if (gap > SLOT_MS) this.#gaps.push(gap);
    }
    this.#previousMs = Math.max(before ?? atMs, atMs);
    const slot = Math.floor(atMs / SLOT_MS);
    const kept = this.#slots.get(slot) ?? { sum: 0, n: 0 };
    kept.sum += value;
    kept.n += 1;
    this.#slots.set(slot, kept);
  }

  course(machine: string, tag: string, unit: string): TagCourse | undefined {
    if (this.#values === 0) return undefined;
    const span = this.#last - this.#first;
    const usual = this.#intervals.toSorted((a, b) => a - b)[this.#intervals.length >> 1] ?? SLOT_MS;
    const allowed = Math.max(SLOT_MS, GAP_INTERVALS * usual);
    const missed = this.#gaps.reduce((sum, gap) => sum + (gap > allowed ? gap - usual : 0), 0);
    return {
      machine,
      tag,
      unit,
      values: this.#values,
      min: this.#min,
      max: this.#max,
      mean: this.#sum / this.#values,
      firstMs: this.#first,
      lastMs: this.#last,
      coverage: span === 0 ? 1 : Math.max(0, 1 - missed / span),
      outside: this.#outside,
      beyondAlarm: this.#beyond,
      limits: this.#limits,
      points: this.#points(),
    };
  }

  #points(): [number, number][] {
    const slots = [...this.#slots].sort(([a], [b]) => a - b);
    const step = Math.max(1, Math.ceil(slots.length / MOST_POINTS));
    const points: [number, number][] = [];
    for (let at = 0; at < slots.length; at += step) {
      const group = slots.slice(at, at + step);
      const sum = group.reduce((total, [, each]) => total + each.sum, 0);
      const n = group.reduce((total, [, each]) => total + each.n, 0);
      points.push([(group[0]?.[0] ?? 0) * SLOT_MS, sum / n]);
    }
    return points;
  }
}
