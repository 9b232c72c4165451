import type { ZonedTime } from "../format/time.ts";
import { linear, timeTicks } from "../format/trace.ts";

interface TimeAxisProps {
  readonly fromMs: number;
  readonly toMs: number;
  readonly width: number;
  readonly zone: ZonedTime;
}

/** The times that are marked on an axis of this width. */
export function axisTicks({ fromMs, toMs, width, zone }: TimeAxisProps): number[] {
  return timeTicks(fromMs, toMs, Math.max(2, Math.floor(width / 95)), offsetMs(zone, toMs));
}

/** The times that are marked, and those of a span before and after, which a pan brings into sight. */
export function panTicks({ fromMs, toMs, width, zone }: TimeAxisProps): number[] {
  const spanMs = toMs - fromMs;
  return axisTicks({ fromMs: fromMs - spanMs, toMs: toMs + spanMs, width: width * 3, zone });
}

/** The words below a time axis, in the plant's zone; the day where a day begins. */
export function TimeAxis({
  ticks,
  ...props
}: TimeAxisProps & { readonly ticks?: readonly number[] | undefined }) {
  const { fromMs, toMs, width, zone } = props;
  const x = linear(fromMs, toMs, 0, width);
  const seconds = toMs - fromMs <= 10 * 60_000;
  return (
    <svg class="pans" width={width} height="18" aria-hidden="true">
      {(ticks ?? axisTicks(props)).map((at) => {
        const midnight = zone.clock(at) === "00:00:00";
        const words = midnight ? zone.day(at) : seconds ? zone.clock(at) : zone.minute(at);
        return (
          <text key={at} x={x(at)} y="13" text-anchor="middle" class={midnight ? "ink-2" : ""}>
            {words}
          </text>
        );
      })}
    </svg>
  );
}

/** How far the zone is ahead of UTC, ms. */
function offsetMs(zone: ZonedTime, atMs: number): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)/.exec(zone.offset(atMs)) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
}
