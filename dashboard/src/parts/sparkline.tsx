import type { Limits } from "../format/range.ts";
import { extent, linear, type TracePoint, tracePath } from "../format/trace.ts";

const WIDTH = 52;
const HEIGHT = 14;

interface SparklineProps {
  readonly points: readonly TracePoint[];
  /** The span that is shown, ms since 1970: the last hour, whether it was measured or not. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly limits?: Limits;
}

/** The last hour of a value, its normal range behind it; a gap where nothing was measured; a dot is now. */
export function Sparkline({ points, fromMs, toMs, limits = {} }: SparklineProps) {
  const found = extent(points);
  if (found === undefined) return <svg width={WIDTH} height={HEIGHT} aria-hidden="true" />;
  const [low, high] = found;
  // A value that hardly moves is drawn as one that hardly moves: the scale is at least a part of the normal range.
  const least = ((limits.max ?? high) - (limits.min ?? low)) * 0.25 || Math.abs(high) * 0.01 || 1;
  const room = Math.max(0, least - (high - low)) / 2;
  const x = linear(fromMs, toMs, 0, WIDTH);
  const y = linear(low - room, high + room, HEIGHT - 1, 1);
  const clamp = (value: number) => Math.min(HEIGHT, Math.max(0, value));
  const top = clamp(limits.max === undefined ? 0 : y(limits.max));
  const bottom = clamp(limits.min === undefined ? HEIGHT : y(limits.min));
  const last = points.at(-1);
  return (
    <svg width={WIDTH} height={HEIGHT} aria-hidden="true">
      <rect class="d-bar" x="0" y={top} width={WIDTH} height={Math.max(0, bottom - top)} />
      <path class="d-trace" d={tracePath(points, x, y)} />
      {last === undefined || last[1] === null ? null : (
        <circle class="d-mark" cx={x(last[0])} cy={y(last[1])} r="1.75" />
      )}
    </svg>
  );
}
