import { linear } from "../format/trace.ts";

/** A stretch of a record: whole, missing, or come late and complete. */
export interface CoverageStretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly kind: "stored" | "missing" | "late" | "silent";
}

interface CoverageStripProps {
  readonly stretches: readonly CoverageStretch[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly width: number;
  readonly label: string;
}

const LOOK = { stored: "d-mass", missing: "missing", late: "came-late", silent: "state-idle" } as const;

/** What of a machine's record there is, along time. */
export function CoverageStrip({ stretches, fromMs, toMs, width, label }: CoverageStripProps) {
  const x = linear(fromMs, toMs, 0, width);
  return (
    <svg width={width} height="12" role="img" aria-label={label}>
      {stretches.map(({ fromMs: from, toMs: to, kind }) => {
        const left = Math.max(0, x(from));
        return (
          <rect
            key={`${kind}${from}`}
            class={LOOK[kind]}
            x={left}
            y="1.5"
            width={Math.max(1, Math.min(width, x(to)) - left)}
            height="9"
          />
        );
      })}
    </svg>
  );
}
