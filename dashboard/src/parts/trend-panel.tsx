import { useEffect, useMemo, useState } from "preact/hooks";
import { type Period, showPeriod } from "../app/period.ts";
import { number, percent, plain } from "../format/number.ts";
import type { Limits } from "../format/range.ts";
import { nearest, type SeriesPoint, within } from "../format/series.ts";
import type { ZonedTime } from "../format/time.ts";
import { linear } from "../format/trace.ts";
import { texts } from "../texts/en.ts";
import { LIMIT_ROOM, StripChart, type TintedStretch } from "./strip-chart.tsx";
import { axisTicks, panTicks, TimeAxis } from "./time-axis.tsx";
import { usePan } from "./use-pan.ts";
import { useWidth } from "./use-width.ts";

const words = texts.trend;
/** A strip is at least so high, and grows into a window that has room, px. */
const STRIP_LEAST = 74;
const STRIP_MOST = 168;
/** What a window has above and below the strips, px. */
const AROUND = 260;
/** What one press of an arrow moves the cursor by, as a share of the span. */
const CURSOR_STEP = 1 / 200;
const ZOOM = 1.4;

/** A tag along time. */
export interface TrendSeries {
  readonly name: string;
  readonly label: string;
  readonly unit: string | undefined;
  readonly decimals: number | undefined;
  readonly limits: Limits;
  readonly points: readonly SeriesPoint[];
  /** Share of the period that was measured, 0 to 1; undefined before the first answer of this period. */
  readonly coverage: number | undefined;
}

interface TrendPanelProps {
  readonly series: readonly TrendSeries[];
  readonly period: Period;
  readonly zone: ZonedTime;
  readonly tinted: readonly TintedStretch[];
  readonly onLive: () => void;
  /** What is panned is in it: the strips, and whatever else of it has the class `pans`. */
  readonly root: { readonly current: HTMLElement | null };
  /** When dragging begins and ends: of what lies beside the period, a span on either side may come into sight. */
  readonly onPan: (panning: boolean) => void;
}

/** Tags along one time axis with one cursor: wheel and + − zoom, drag pans, arrows move the cursor, Home is live. */
export function TrendPanel({ series, period, zone, tinted, onLive, root, onPan }: TrendPanelProps) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const [cursorMs, setCursor] = useState<number>();
  const { fromMs, toMs } = period;
  const room = (innerHeight - AROUND) / Math.max(1, series.length);
  const height = Math.round(Math.min(STRIP_MOST, Math.max(STRIP_LEAST, room)));
  const inner = Math.max(1, width - LIMIT_ROOM);
  const timeAt = (x: number) => fromMs + (Math.min(inner, Math.max(0, x)) / inner) * (toMs - fromMs);
  const { panning, ...pan } = usePan({ root, period, width: inner, onPan });
  const ticks = useMemo(
    () => (panning ? panTicks : axisTicks)({ fromMs, toMs, width: inner, zone }),
    [panning, fromMs, toMs, inner, zone],
  );

  const zoom = (factor: number, around: number): void => {
    const span = (toMs - fromMs) * factor;
    const share = (around - fromMs) / (toMs - fromMs);
    showPeriod(around - span * share, around + span * (1 - share));
  };
  // A wheel handler that may stop the page from scrolling has to be registered as such.
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
      event.preventDefault();
      zoom(event.deltaY > 0 ? ZOOM : 1 / ZOOM, timeAt(event.clientX - element.getBoundingClientRect().left));
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  });

  const onPointerMove = (event: PointerEvent): void => {
    if (pan.onPointerMove(event)) {
      if (cursorMs !== undefined) setCursor(undefined);
      return;
    }
    setCursor(timeAt(event.clientX - (event.currentTarget as HTMLElement).getBoundingClientRect().left));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = (toMs - fromMs) * CURSOR_STEP * (event.shiftKey ? 10 : 1);
    const at = cursorMs ?? toMs;
    if (event.key === "ArrowLeft") setCursor(Math.max(fromMs, at - step));
    else if (event.key === "ArrowRight") setCursor(Math.min(toMs, at + step));
    else if (event.key === "+" || event.key === "=") zoom(1 / ZOOM, at);
    else if (event.key === "-") zoom(ZOOM, at);
    else if (event.key === "Home") onLive();
    else if (event.key === "Escape") setCursor(undefined);
    else return;
    event.preventDefault();
  };
  return (
    <div class="trends" style={{ "--strip": `${height}px` }}>
      <div class="trend-labels">
        {series.map((each) => (
          <TrendLabel key={each.name} series={each} period={period} cursorMs={cursorMs} />
        ))}
      </div>
      <div
        ref={ref}
        class={panning ? "trend-strips panning" : "trend-strips"}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an application in the sense of WAI-ARIA: arrows, zoom, Home.
        tabIndex={0}
        role="application"
        aria-label={words.label}
        onKeyDown={onKeyDown}
        onPointerMove={onPointerMove}
        onPointerLeave={() => setCursor(undefined)}
        onPointerDown={pan.onPointerDown}
        onPointerUp={pan.onPointerEnd}
        onPointerCancel={pan.onPointerEnd}
      >
        {series.map((each) => (
          <StripChart
            key={each.name}
            points={each.points}
            fromMs={fromMs}
            toMs={toMs}
            width={width}
            height={height}
            limits={each.limits}
            ticks={ticks}
            cursorMs={cursorMs}
            tinted={tinted}
            label={each.label}
          />
        ))}
        <div class={panning ? "pan-window" : ""} style={{ width: `${inner}px` }}>
          <TimeAxis fromMs={fromMs} toMs={toMs} width={inner} zone={zone} ticks={ticks} />
        </div>
        {cursorMs === undefined ? null : (
          <svg class="trend-cursor" width={inner} height="18" aria-hidden="true">
            <rect
              class="d-mark"
              x={Math.min(inner - 62, Math.max(0, linear(fromMs, toMs, 0, inner)(cursorMs) - 31))}
              y="0"
              width="62"
              height="17"
            />
            <text
              class="trend-cursor-time"
              x={Math.min(inner - 31, Math.max(31, linear(fromMs, toMs, 0, inner)(cursorMs)))}
              y="12.5"
              text-anchor="middle"
            >
              {zone.clock(cursorMs)}
            </text>
          </svg>
        )}
      </div>
    </div>
  );
}

function TrendLabel({ series, period, cursorMs }: TrendLabelProps) {
  const { label, unit, decimals, points, coverage } = series;
  const { fromMs, toMs } = period;
  const { last, low, high } = useMemo(() => extremesOf(within(points, fromMs, toMs)), [points, fromMs, toMs]);
  const at = cursorMs === undefined ? last : nearest(points, cursorMs);
  const show = (value: number) => (decimals === undefined ? plain(value) : number(value, decimals));
  return (
    <div class="trend-label">
      <span class="ellipsis" title={series.name}>
        {label}
      </span>
      <span>
        <b>{at?.mean === null || at?.mean === undefined ? "–" : show(at.mean)}</b>{" "}
        <span class="unit">{unit ?? ""}</span>
      </span>
      <span class="label xs">
        {last === undefined
          ? coverage === undefined
            ? texts.states.loading
            : texts.trend.nothing
          : `${show(low)} – ${show(high)}`}
        {coverage !== undefined && coverage < 0.995 ? (
          <span class="record">{` · ${words.measured(percent(coverage, 0))}`}</span>
        ) : null}
      </span>
    </div>
  );
}

interface TrendLabelProps {
  readonly series: TrendSeries;
  readonly period: Period;
  readonly cursorMs: number | undefined;
}

/** The newest point that was measured, and the least and greatest value of all. */
function extremesOf(points: readonly SeriesPoint[]): {
  readonly last: SeriesPoint | undefined;
  readonly low: number;
  readonly high: number;
} {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { min, max } of points) {
    if (min !== null && min < low) low = min;
    if (max !== null && max > high) high = max;
  }
  return { last: points.findLast(({ mean }) => mean !== null), low, high };
}
