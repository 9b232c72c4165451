import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Period, showPeriod } from "../app/period.ts";

/** Movements of fewer px are the hand's, not meant. */
const MEANT_PX = 3;
/** After so long without a movement, what is to be seen is asked for while the button is still down, ms. */
const REST_MS = 150;

/** Dragging a drawing along time. */
interface Pan {
  /** Whether it is being dragged. */
  readonly panning: boolean;
  readonly onPointerDown: (event: PointerEvent) => void;
  /** Returns whether the movement was a drag's. */
  readonly onPointerMove: (event: PointerEvent) => boolean;
  readonly onPointerEnd: () => void;
}

interface PanOptions {
  /** What everything that is panned is in: of it, whatever has the class `pans` moves along (`--pan`, px). */
  readonly root: { readonly current: HTMLElement | null };
  readonly period: Period;
  /** Of the period, px. */
  readonly width: number;
  /** When dragging begins and ends. */
  readonly onPan: (panning: boolean) => void;
}

interface Drag {
  readonly x: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** The begin of what the hand has moved to. */
  wantedMs: number;
  moved: boolean;
}

/**
 * Pans by moving what is drawn: nothing is rendered or asked for while the hand moves, so that it keeps the screen's
 * pace. When the hand rests or lets go, the period becomes what is seen.
 */
export function usePan({ root, period, width, onPan }: PanOptions): Pan {
  const [panning, setPanning] = useState(false);
  const drag = useRef<Drag | undefined>(undefined);
  const rest = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const move = (): void => {
    const at = drag.current;
    const px = at === undefined ? 0 : ((period.fromMs - at.wantedMs) / (period.toMs - period.fromMs)) * width;
    root.current?.style.setProperty("--pan", `${px.toFixed(1)}px`);
  };
  // The period has become what is seen, or has moved on by itself: in the same frame nothing jumps.
  useLayoutEffect(move, [period.fromMs, period.toMs, width]);
  useLayoutEffect(() => () => clearTimeout(rest.current), []);

  const settle = (): void => {
    clearTimeout(rest.current);
    const at = drag.current;
    if (at?.moved) showPeriod(at.wantedMs, at.wantedMs + at.toMs - at.fromMs);
  };
  return {
    panning,
    onPointerDown(event) {
      if (event.button !== 0) return;
      const { fromMs, toMs } = period;
      drag.current = { x: event.clientX, fromMs, toMs, wantedMs: fromMs, moved: false };
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    },
    onPointerMove(event) {
      const at = drag.current;
      if (at === undefined) return false;
      const px = event.clientX - at.x;
      if (!at.moved && Math.abs(px) > MEANT_PX) {
        at.moved = true;
        setPanning(true);
        onPan(true);
      }
      if (!at.moved) return true;
      at.wantedMs = at.fromMs - (px / width) * (at.toMs - at.fromMs);
      move();
      clearTimeout(rest.current);
      rest.current = setTimeout(settle, REST_MS);
      return true;
    },
    onPointerEnd() {
      settle();
      const was = drag.current?.moved === true;
      drag.current = undefined;
      if (!was) return;
      setPanning(false);
      onPan(false);
    },
  };
}
