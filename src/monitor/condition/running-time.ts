import type { ViewReading } from "../../views/view-table.ts";
import { stateHistory } from "../machine-state/state-intervals.ts";
import type { Watch } from "../machine-state/unknown-time.ts";
import type { Span } from "../span.ts";

/**
 * Whether a machine ran at a time, from its states: while it stands, its values are those of a cold or empty machine.
 * What never says a state (a gateway, say) counts as running.
 */
export function runningTime(
  states: ViewReading,
  machine: string,
  span: Span,
  watch: Watch,
): (atMs: number) => boolean {
  const { intervals } = stateHistory(states, machine, span, watch);
  const running = intervals.filter(({ state }) => state === "Execute");
  if (intervals.every(({ state }) => state === "unknown")) return () => true;
  return (atMs) => {
    let [low, high] = [0, running.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((running[middle]?.toMs ?? 0) > atMs) high = middle;
      else low = middle + 1;
    }
    const interval = running[low];
    return interval !== undefined && interval.fromMs <= atMs;
  };
}
