import { number } from "../format/number.ts";
import { linear, ticks } from "../format/trace.ts";

/** A count in a stretch of time. */
export interface CountStretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

interface HourBarsProps {
  readonly counts: readonly CountStretch[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly width: number;
  readonly height: number;
  /** Dashed lines with their words at the right: what is acceptable, what is too much. */
  readonly marks: readonly { readonly at: number; readonly words: string; readonly strong?: boolean }[];
  readonly label: string;
  /** Whether each bar has its count above it. */
  readonly numbered?: boolean;
}

/** Room at the right for the words of the marks, px. */
export const MARK_ROOM = 110;

/** Counts along time against what is acceptable. */
export function HourBars({
  counts,
  fromMs,
  toMs,
  width,
  height,
  marks,
  label,
  numbered = false,
}: HourBarsProps) {
  const inner = Math.max(0, width - MARK_ROOM);
  const highest = Math.max(1, ...counts.map(({ count }) => count), ...marks.map(({ at }) => at)) * 1.12;
  const x = linear(fromMs, toMs, 0, inner);
  const y = linear(0, highest, height - 1, 4);
  return (
    <svg width={width} height={height} role="img" aria-label={label}>
      {marks.map(({ at, words, strong }) => (
        <g key={words}>
          <path class={strong ? "d-limit-medium" : "d-control"} d={`M0 ${y(at)}h${inner}`} />
          <text x={inner + 6} y={y(at) + 4} class={strong ? "t-medium" : ""}>
            {words}
          </text>
        </g>
      ))}
      {marks.length > 0
        ? null
        : ticks(0, highest, 3)
            .filter(Number.isInteger)
            .map((tick) => (
              <text key={tick} x={inner + 6} y={y(tick) + 4}>
                {number(tick)}
              </text>
            ))}
      <path class="d-axis-strong" d={`M0 ${height - 0.5}h${inner}`} />
      {counts
        .filter(({ count }) => count > 0)
        .map(({ fromMs: from, toMs: to, count }) => {
          const left = Math.max(0, x(from));
          const wide = Math.max(1.5, Math.min(inner, x(to)) - left - 1);
          return (
            <g key={from}>
              <rect class="d-bars" x={left} y={y(count)} width={wide} height={height - 1 - y(count)} />
              {numbered && wide > 8 ? (
                <text x={left + wide / 2} y={y(count) - 3} text-anchor="middle" class="ink-2">
                  {count}
                </text>
              ) : null}
            </g>
          );
        })}
    </svg>
  );
}
