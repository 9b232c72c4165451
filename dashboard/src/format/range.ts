/** Limits of a tag in its unit; what is missing is not watched. */
export interface Limits {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly alarm_low?: number | undefined;
  readonly alarm_high?: number | undefined;
}

/** A scale from `from` to `to` that shows the limits of a tag with room beside them. */
export interface Scale {
  readonly from: number;
  readonly to: number;
}

/**
 * The scale of a range bar: all limits with a tenth of their span beside them, so that a value on its limit is not at
 * the end. Undefined where there are fewer than two limits: a bar would say nothing.
 */
export function scaleOf(limits: Limits): Scale | undefined {
  const marks = [limits.alarm_low, limits.min, limits.max, limits.alarm_high].filter(
    (mark) => mark !== undefined,
  );
  if (marks.length < 2) return undefined;
  const low = Math.min(...marks);
  const high = Math.max(...marks);
  if (!(high > low)) return undefined;
  const room = (high - low) * 0.1;
  return { from: low - room, to: high + room };
}

/** Where a value lies on a scale, from 0 to 1; clamped at the ends. */
export function place(value: number, scale: Scale): number {
  return Math.min(1, Math.max(0, (value - scale.from) / (scale.to - scale.from)));
}

/** Beyond an alarm limit, outside the normal range, or neither. */
export function standing(value: number, limits: Limits): "alarm" | "out" | "normal" {
  const { min = -Infinity, max = Infinity, alarm_low = -Infinity, alarm_high = Infinity } = limits;
  if (value < alarm_low || value > alarm_high) return "alarm";
  return value < min || value > max ? "out" : "normal";
}
