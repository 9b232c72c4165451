import type { ComponentChildren } from "preact";
import { lagMs, live } from "../api/live.ts";
import { zone } from "../api/plant.ts";
import { duration } from "../format/time.ts";
import { texts } from "../texts/en.ts";
import { type Abnormal, Glyph } from "./glyph.tsx";

interface VerdictProps {
  /** The hue of what is wrong; none while all is well. */
  readonly priority?: Abnormal | undefined;
  readonly unacknowledged?: boolean;
  /** What is wrong, since when, by how much. */
  readonly sentence: string;
  /** What else is worth knowing. */
  readonly rest?: string | undefined;
  /** The page's choices and its main action. */
  readonly children?: ComponentChildren;
}

const INK = {
  critical: "high",
  high: "high",
  medium: "medium",
  low: "low",
  record: "record",
  hold: "high",
} as const;

/** The sentence that every page begins with: computed, not written. */
export function Verdict({ priority, unacknowledged = false, sentence, rest, children }: VerdictProps) {
  const { state, sinceMs } = live.value;
  // A sentence on the record that is not whole says it by itself.
  const past =
    state === "lost"
      ? texts.states.asOf(zone.value.clock(sinceMs))
      : lagMs.value > 0 && priority !== "record"
        ? texts.states.lagging(duration(lagMs.value))
        : undefined;
  return (
    <div class="verdict">
      {past === undefined ? null : <Glyph priority="record" size={18} />}
      {priority === undefined ? null : (
        <Glyph priority={priority} unacknowledged={unacknowledged} size={18} />
      )}
      <h1>
        {past === undefined ? null : <span class="record">{past} </span>}
        <span class={priority === undefined ? "" : INK[priority]}>{sentence}</span>{" "}
        {rest === undefined ? null : <span class="label">{rest}</span>}
      </h1>
      {children}
    </div>
  );
}
