import { lookOf } from "../format/packml.ts";
import { texts } from "../texts/en.ts";

/** Priority of an alarm; `record`: the record is not whole; `hold`: goods are on hold, or must be. */
export type Abnormal = "critical" | "high" | "medium" | "low" | "record" | "hold";

const NUMBERS = { critical: "1", high: "1", medium: "2", low: "3", record: "!", hold: "" } as const;

/** The shape of a priority in a box of 14: never told by colour alone. */
function shape(priority: Abnormal, className: string) {
  if (priority === "medium") return <path class={className} d="M7 1 13.5 13H.5z" />;
  if (priority === "low") return <circle class={className} cx="7" cy="7" r="6.25" />;
  if (priority === "record") return <path class={className} d="M7 .2 13.8 7 7 13.8.2 7z" />;
  if (priority === "hold")
    return (
      <>
        <rect class={className} x=".5" y=".5" width="13" height="13" />
        <path class="hold-bars" d="M4 3.5h2v7H4zM8 3.5h2v7H8z" />
      </>
    );
  return <rect class={className} x=".5" y=".5" width="13" height="13" />;
}

interface GlyphProps {
  readonly priority: Abnormal;
  /** Back to normal, but not acknowledged: an outline. */
  readonly cleared?: boolean;
  /** Blinks while it is active and nobody has acknowledged it. */
  readonly unacknowledged?: boolean;
  /** Side in px; 14 by default. */
  readonly size?: number;
}

/** Red square 1, amber triangle 2, yellow circle 3, violet diamond; red square with two bars: hold. */
export function Glyph({ priority, cleared = false, unacknowledged = false, size = 14 }: GlyphProps) {
  const classes = `p-${priority}${cleared ? " cleared" : ""}`;
  const onHigh = priority === "high" || priority === "critical" || priority === "record";
  return (
    <svg
      class={`glyph${unacknowledged && !cleared ? " unacknowledged" : ""}`}
      width={size}
      height={size}
      viewBox="0 0 14 14"
      role="img"
      aria-label={texts.priority[priority]}
    >
      {shape(priority, classes)}
      <text class={`glyph-number${onHigh ? " on-high" : ""}`} x="7" y={priority === "medium" ? 12 : 10.7}>
        {NUMBERS[priority]}
      </text>
    </svg>
  );
}

/** The small square beside the name of a state. */
export function StateMark({ state }: { readonly state: string | null | undefined }) {
  return (
    <svg class="state-mark" width="11" height="11" aria-hidden="true">
      <rect class={`state-${lookOf(state)}`} x=".5" y=".5" width="10" height="10" />
    </svg>
  );
}
