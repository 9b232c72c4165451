import { useMemo } from "preact/hooks";
import { plain } from "../format/number.ts";
import type { Limits } from "../format/range.ts";
import { nearest, type SeriesPoint, seriesPaths, within } from "../format/series.ts";
import { linear } from "../format/trace.ts";

/** A stretch of time that is tinted through the strips: an alarm while it was active. */
export interface TintedStretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly priority: "critical" | "high" | "medium" | "low";
}

interface StripChartProps {
  readonly points: readonly SeriesPoint[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly width: number;
  readonly height: number;
  readonly limits: Limits;
  readonly ticks: readonly number[];
  readonly cursorMs?: number | undefined;
  readonly tinted?: readonly TintedStretch[];
  readonly label: string;
}

/** Room at the right for the words of limits, px. */
export const LIMIT_ROOM = 46;
/** Closer than this, two of them are written over one another, px. */
const WORDS_HEIGHT = 11;
const NO_TINT: readonly TintedStretch[] = [];

/** One tag along time: normal range as an area, limits dashed and named at the right, what is beyond them in hue. */
export function StripChart(props: StripChartProps) {
  const { points, fromMs, toMs, width, height, limits, ticks, cursorMs, tinted = NO_TINT, label } = props;
  const inner = Math.max(0, width - LIMIT_ROOM);
  const x = linear(fromMs, toMs, 0, inner);
  // Of what is there, more than is shown may be on its way past: the scale is that of what is shown.
  const scale = useMemo(() => yScale(within(points, fromMs, toMs), limits), [points, fromMs, toMs, limits]);
  const y = linear(scale.low, scale.high, height - 5, 5);
  const top = limits.max === undefined ? 0 : Math.max(0, y(limits.max));
  const bottom = limits.min === undefined ? height : Math.min(height, y(limits.min));
  const alarms = [limits.alarm_high, limits.alarm_low].filter((value) => value !== undefined);
  const at = cursorMs === undefined ? undefined : nearest(points, cursorMs);
  // A layer of its own, which is drawn once, a span beyond either end, and then only moved: a cursor or a pan draws no
  // curve anew.
  const moving = useMemo(() => {
    const spanMs = toMs - fromMs;
    const paths = seriesPaths(within(points, fromMs - spanMs, toMs + spanMs), x, y, limits);
    const reach = (atMs: number) => Math.min(2 * inner, Math.max(-inner, x(atMs)));
    return (
      <svg class="pans" width={inner} height={height} aria-hidden="true">
        {tinted.map(({ fromMs: from, toMs: to, priority }) => (
          <rect
            key={`${priority}${from}`}
            class={`tint-${priority}`}
            x={reach(from)}
            y="0"
            width={Math.max(1, reach(to) - reach(from))}
            height={height}
          />
        ))}
        {ticks.map((tick) => (
          <path key={tick} class="d-axis" d={`M${x(tick)} 0v${height}`} />
        ))}
        <path class="d-envelope" d={paths.area} />
        <path class="d-trace" d={paths.line} />
        <path class="d-beyond" d={paths.beyond} />
      </svg>
    );
  }, [points, fromMs, toMs, inner, height, limits, ticks.join(), tinted]);
  return (
    <div class="strip" role="img" aria-label={label} style={{ width: `${width}px`, height: `${height}px` }}>
      <svg width={width} height={height} aria-hidden="true">
        {limits.min === undefined && limits.max === undefined ? null : (
          <rect class="d-bar" x="0" y={top} width={inner} height={Math.max(0, bottom - top)} />
        )}
        <path class="d-axis-strong" d={`M0 ${height - 0.5}h${inner}`} />
      </svg>
      <div class="pan-window" style={{ width: `${inner}px` }}>
        {moving}
      </div>
      <svg width={width} height={height} aria-hidden="true">
        <LimitMark value={limits.alarm_high} name="alarm" y={y} inner={inner} height={height} />
        <LimitMark value={limits.alarm_low} name="alarm" y={y} inner={inner} height={height} />
        {/* Of a limit and an end of the range that are too close to be read, the limit is said. */}
        {[limits.max, limits.min].map((value) =>
          value === undefined ||
          alarms.some((alarm) => Math.abs(y(alarm) - y(value)) < WORDS_HEIGHT) ? null : (
            <LimitMark key={value} value={value} name="range" y={y} inner={inner} height={height} />
          ),
        )}
        {cursorMs === undefined || cursorMs < fromMs || cursorMs > toMs ? null : (
          <path class="d-cursor" d={`M${x(cursorMs)} 0v${height}`} />
        )}
        {at === undefined || at.mean === null ? null : (
          <circle class="d-cursor-dot" cx={x(at.atMs)} cy={y(at.mean)} r="3" />
        )}
      </svg>
    </div>
  );
}

interface LimitMarkProps {
  readonly value: number | undefined;
  readonly name: "alarm" | "range";
  readonly y: (value: number) => number;
  readonly inner: number;
  readonly height: number;
}

function LimitMark({ value, name, y, inner, height }: LimitMarkProps) {
  if (value === undefined) return null;
  const at = y(value);
  if (at < 0 || at > height) return null;
  return (
    <>
      {name === "alarm" ? <path class="d-limit-high" d={`M0 ${at}h${inner}`} /> : null}
      <text
        x={inner + 5}
        y={Math.min(height - 1, Math.max(10, at + 4))}
        class={name === "alarm" ? "t-high" : ""}
      >
        {plain(value)}
      </text>
    </>
  );
}

/** Fits the normal range and the data; an alarm limit that is near is shown, one that is far is not. */
function yScale(points: readonly SeriesPoint[], limits: Limits): { low: number; high: number } {
  let low = limits.min ?? Number.POSITIVE_INFINITY;
  let high = limits.max ?? Number.NEGATIVE_INFINITY;
  for (const { min, max } of points) {
    if (min !== null && min < low) low = min;
    if (max !== null && max > high) high = max;
  }
  if (low > high) return { low: 0, high: 1 };
  const span = high - low || Math.abs(high) * 0.1 || 1;
  for (const limit of [limits.alarm_low, limits.alarm_high]) {
    if (limit === undefined) continue;
    if (limit < low && low - limit < span) low = limit;
    if (limit > high && limit - high < span) high = limit;
  }
  const room = (high - low || span) * 0.06;
  return { low: low - room, high: high + room };
}
