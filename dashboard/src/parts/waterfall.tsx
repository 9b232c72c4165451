import { linear } from "../format/trace.ts";

/** One step of a waterfall: what the bar above it loses, or (negative) gets back. */
export interface WaterfallStep {
  readonly name: string;
  readonly detail?: string | undefined;
  readonly size: number;
  /** What stands at the right: the size in words. */
  readonly words: string;
}

interface WaterfallProps {
  readonly whole: { readonly name: string; readonly size: number; readonly words: string };
  readonly steps: readonly WaterfallStep[];
  readonly rest: { readonly name: string; readonly size: number; readonly words: string };
  readonly width: number;
}

const ROW = 30;
const NAMES = 165;
const WORDS = 150;
/** A letter of the words at the right, as wide as bold ones come, px. */
const LETTER = 7.7;

/** Where a whole went: each bar takes from the one above it; the darkest took most; an outline gave back. */
export function Waterfall({ whole, steps, rest, width }: WaterfallProps) {
  const longest = Math.max(...[whole, rest, ...steps].map(({ words }) => words.length));
  const inner = Math.max(60, width - NAMES - Math.max(WORDS, 12 + LETTER * longest));
  const x = linear(0, whole.size || 1, NAMES, NAMES + inner);
  const largest = Math.max(0, ...steps.map(({ size }) => size));
  let left = whole.size;
  const rows = steps.map((step) => {
    const before = left;
    left -= step.size;
    return { ...step, from: Math.min(before, left), to: Math.max(before, left) };
  });
  const height = (steps.length + 2) * ROW;
  return (
    <svg
      width={width}
      height={height}
      role="img"
      aria-label={`${whole.name} ${whole.words}; ${rest.name} ${rest.words}`}
    >
      <text x="0" y="16" class="text-strong">
        {whole.name}
      </text>
      <rect class="d-outline" x={NAMES} y="5" width={inner} height="14" />
      <text x={NAMES + inner + 10} y="16" class="ink">
        {whole.words}
      </text>
      {rows.map(({ name, detail, size, words, from, to }, index) => {
        const y = (index + 1) * ROW;
        const start = x(from);
        const look = size < 0 ? "d-outline" : size === largest ? "d-bars-strong" : "d-bars";
        return (
          <g key={name}>
            <text x="0" y={y + 16} class="ink">
              {name}
            </text>
            {detail === undefined ? null : (
              <text x={start - 8} y={y + 16} text-anchor="end">
                {detail}
              </text>
            )}
            <rect class={look} x={start} y={y + 5} width={Math.max(1, x(to) - start)} height="14" />
            <text x={NAMES + inner + 10} y={y + 16} class="ink">
              {words}
            </text>
          </g>
        );
      })}
      <text x="0" y={height - ROW + 16} class="text-strong">
        {rest.name}
      </text>
      <rect
        class="d-mass"
        x={NAMES}
        y={height - ROW + 5}
        width={Math.max(0, x(rest.size) - NAMES)}
        height="14"
      />
      <text x={NAMES + inner + 10} y={height - ROW + 16} class="text-strong">
        {rest.words}
      </text>
    </svg>
  );
}
