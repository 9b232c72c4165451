import type { ComponentChildren } from "preact";
import { live } from "../api/live.ts";
import { zone } from "../api/plant.ts";
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
  return (
    <div class="verdict">
      {state === "lost" ? <Glyph priority="record" size={18} /> : null}
      {priority === undefined ? null : (
        <Glyph priority={priority} unacknowledged={unacknowledged} size={18} />
      )}
      <h1>
        {state === "lost" ? (
          <span class="record">{texts.states.asOf(zone.value.clock(sinceMs))} </span>
        ) : null}
        <span class={priority === undefined ? "" : INK[priority]}>{sentence}</span>{" "}
        {rest === undefined ? null : <span class="label">{rest}</span>}
      </h1>
      {children}
    </div>
  );
}
