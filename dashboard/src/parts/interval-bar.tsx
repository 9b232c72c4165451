import { linear } from "../format/trace.ts";

interface IntervalBarProps {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** What it is held against. */
  readonly target: number;
  readonly from: number;
  readonly to: number;
  readonly width?: number;
}

/** A figure with its interval on a line, and what it is held against. */
export function IntervalBar({ value, low, high, target, from, to, width = 110 }: IntervalBarProps) {
  const x = linear(from, to, 2, width - 2);
  const inside = (at: number) => Math.min(width - 2, Math.max(2, x(at)));
  return (
    <svg width={width} height="14" aria-hidden="true">
      <path class="d-axis-strong" d={`M0 7h${width}`} />
      <rect class="d-band" x={inside(low)} y="4" width={Math.max(1, inside(high) - inside(low))} height="6" />
      <path class="d-limit" d={`M${inside(target)} 1v12`} />
      <rect class="d-mark" x={inside(value) - 1.5} y="2" width="3" height="10" />
    </svg>
  );
}
