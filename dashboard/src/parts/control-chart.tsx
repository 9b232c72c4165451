import { plain } from "../format/number.ts";
import type { ZonedTime } from "../format/time.ts";
import { extent, linear, tracePath } from "../format/trace.ts";
import { axisTicks, TimeAxis } from "./time-axis.tsx";

/** A point of a control chart. */
export interface ControlPoint {
  readonly atMs: number;
  readonly value: number;
  /** The numbers of the rules that it violates; none where it is in control. */
  readonly rules: readonly string[];
}

interface ControlChartProps {
  readonly points: readonly ControlPoint[];
  readonly center: number;
  readonly lower: number | null;
  readonly upper: number | null;
  /** Up to here the points made the limits; behind it they are judged by them. */
  readonly limitsFromMs?: number | undefined;
  readonly fromMs: number;
  readonly toMs: number;
  readonly width: number;
  readonly height: number;
  readonly zone: ZonedTime;
  readonly label: string;
  readonly axis?: boolean;
}

const ROOM = 92;
const words = (name: string, value: number) => `${name} ${plain(value)}`;

/** Points in order, mean and limits, 1 and 2 sigma as hairlines; a violated rule's number stands at its point. */
export function ControlChart(props: ControlChartProps) {
  const {
    points,
    center,
    lower,
    upper,
    limitsFromMs,
    fromMs,
    toMs,
    width,
    height,
    zone,
    label,
    axis = true,
  } = props;
  const inner = Math.max(0, width - ROOM);
  const [low, high] = extent(
    points.map(({ atMs, value }) => [atMs, value] as const),
    [center, lower ?? undefined, upper ?? undefined],
  ) ?? [0, 1];
  const x = linear(fromMs, toMs, 4, inner - 4);
  const y = linear(low, high === low ? low + 1 : high, height - 14, 14);
  const sigmas =
    upper === null
      ? []
      : [1, 2].flatMap((count) => [count, -count].map((side) => center + ((upper - center) / 3) * side));
  const line = tracePath(
    points.map(({ atMs, value }) => [atMs, value] as const),
    x,
    y,
  );
  return (
    <figure>
      <svg width={width} height={height} role="img" aria-label={label}>
        {axisTicks({ fromMs, toMs, width: inner, zone }).map((at) => (
          <path key={at} class="d-axis" d={`M${x(at)} 0v${height}`} />
        ))}
        {sigmas
          .filter((value) => lower === null || value > lower)
          .map((value) => (
            <path key={value} class="d-axis" d={`M0 ${y(value)}h${inner}`} />
          ))}
        <path class="d-axis-strong" d={`M0 ${y(center)}h${inner}`} />
        <text x={inner + 6} y={y(center) + 4} class="ink-2">
          {words("mean", center)}
        </text>
        {(
          [
            ["upper", upper],
            ["lower", lower],
          ] as const
        ).map(([name, value]) =>
          value === null ? null : (
            <g key={name}>
              <path class="d-control" d={`M0 ${y(value)}h${inner}`} />
              <text x={inner + 6} y={y(value) + 4}>
                {words(name, value)}
              </text>
            </g>
          ),
        )}
        {limitsFromMs === undefined || limitsFromMs <= fromMs ? null : (
          <path class="d-boundary" d={`M${x(limitsFromMs)} 0v${height}`} />
        )}
        <path class="d-trace" d={line} />
        {points.map(({ atMs, value, rules }) =>
          rules.length === 0 ? (
            <circle key={atMs} class="d-mark" cx={x(atMs)} cy={y(value)} r="2" />
          ) : (
            <g key={atMs}>
              <rect class="p-medium" x={x(atMs) - 4} y={y(value) - 4} width="8" height="8" />
              <text
                x={x(atMs)}
                y={value >= center ? y(value) - 7 : y(value) + 15}
                text-anchor="middle"
                class="t-medium"
              >
                {rules.join(" ")}
              </text>
            </g>
          ),
        )}
      </svg>
      {axis ? <TimeAxis fromMs={fromMs} toMs={toMs} width={inner} zone={zone} /> : null}
    </figure>
  );
}
