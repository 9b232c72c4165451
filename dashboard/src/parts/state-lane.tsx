import { useMemo } from "preact/hooks";
import { number } from "../format/number.ts";
import { lookOf } from "../format/packml.ts";
import { linear } from "../format/trace.ts";
import { texts } from "../texts/en.ts";

/** One stretch of a machine's time. */
export interface StateStretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: string | null;
  /** Why, in a word or two. */
  readonly reason?: string | undefined;
  /** Whether the state is unknown because the machine hasn't said it, and not because nothing comes from it. */
  readonly unsaid?: boolean;
  /** How many it stands for, where they are too many and too short to be drawn one by one. */
  readonly joined?: number;
}

interface StateLaneProps {
  readonly stretches: readonly StateStretch[];
  readonly fromMs: number;
  readonly toMs: number;
  /** Width in px: drawn at the size it is shown, so that text stays text. */
  readonly width: number;
  readonly label: string;
}

const HEIGHT = 12;

/** A machine's states along time: what runs is quiet, what is held stands out, the reason inside where it fits. */
export function StateLane({ stretches, fromMs, toMs, width, label }: StateLaneProps) {
  const drawn = useMemo(() => {
    const x = linear(fromMs, toMs, 0, width);
    return stretches.map((stretch, index) => {
      const left = Math.max(0, x(stretch.fromMs));
      const right = Math.min(width, x(stretch.toMs));
      // Before a machine's first word nothing is missing.
      const look = index === 0 && stretch.unsaid === true ? "before" : lookOf(stretch.state);
      const wide = Math.max(1, right - left);
      const quiet = look === "execute" || look === "changing" || look === "before";
      const words = stretch.reason ?? "";
      return right < 0 || left > width ? null : (
        <g key={stretch.fromMs}>
          <title>{titleOf(stretch)}</title>
          <rect class={`state-${look}`} x={left} y={quiet ? 2 : 0.5} width={wide} height={quiet ? 8 : 11} />
          {(look === "idle" || look === "suspended") && wide > words.length * 6.5 + 8 ? (
            <text x={left + 4} y="10" class="ink-2">
              {words}
            </text>
          ) : null}
        </g>
      );
    });
  }, [stretches, fromMs, toMs, width]);
  return (
    <svg class="pans" width={width} height={HEIGHT} role="img" aria-label={label}>
      {drawn}
    </svg>
  );
}

function titleOf({ state, reason = "", joined = 1 }: StateStretch): string {
  const mostly = joined > 1 ? `${texts.values.mostly(number(joined))} ` : "";
  return `${mostly}${state ?? "unknown"}${reason === "" ? "" : `: ${reason}`}`;
}
