import type { RateName } from "../../plant/scenario/evidence.ts";
import type { SimulatedMessage } from "../simulated-message.ts";

const DAY_MS = 86_400_000;

/** A rate by its name, over a span of time; the units stand with the names. */
export function rateOf(name: RateName, messages: readonly SimulatedMessage[], spanMs: number): number {
  const days = spanMs / DAY_MS;
  switch (name) {
    case "alarms_per_day":
      return raised(messages).length / days;
    case "alarms_low_pct": {
      const alarms = raised(messages);
      const low = alarms.filter(({ payload }) => payload.priority === "low").length;
      return (100 * low) / Math.max(1, alarms.length);
    }
    case "stops_per_day":
      return (
        messages.filter(({ type, payload }) => type === "state" && payload.state === "Held").length / days
      );
    case "weight_rejects_pct":
      return 100 * rejectShare(messages, "under_weight");
    case "metal_rejects_ppm":
      return 1e6 * rejectShare(messages, "metal");
  }
}

function raised(messages: readonly SimulatedMessage[]): SimulatedMessage[] {
  return messages.filter(({ type, payload }) => type === "alarm" && payload.event === "raised");
}

interface PackCounts {
  readonly consumed: number;
  readonly defective_by_cause?: Readonly<Record<string, number>>;
}

/** Rejected for a cause, as a share of all packs, by the counters of the packing line at both ends. */
function rejectShare(messages: readonly SimulatedMessage[], cause: string): number {
  const counts = messages.flatMap(({ type, payload }) => {
    const found = payload.counts as PackCounts | undefined;
    return type === "state" && found?.defective_by_cause !== undefined ? [found] : [];
  });
  const [first, last] = [counts[0], counts.at(-1)];
  if (first === undefined || last === undefined || last.consumed === first.consumed) return 0;
  const ofCause = (at: PackCounts) => at.defective_by_cause?.[cause] ?? 0;
  return (ofCause(last) - ofCause(first)) / (last.consumed - first.consumed);
}
