import { type Limits, place, scaleOf, standing } from "../format/range.ts";

const WIDTH = 84;

interface RangeBarProps {
  readonly value: number | undefined;
  readonly limits: Limits;
  /** Nobody's alarm wherever it stands: the machine does not run, or the value is an old one. */
  readonly quiet?: boolean;
}

/** A value on its scale: normal range as a band, alarm limits as ticks, the value as a triangle that clamps. */
export function RangeBar({ value, limits, quiet = false }: RangeBarProps) {
  const scale = scaleOf(limits);
  if (scale === undefined) return <svg width={WIDTH} height="12" aria-hidden="true" />;
  const at = (mark: number) => place(mark, scale) * WIDTH;
  const left = at(limits.min ?? scale.from);
  const right = at(limits.max ?? scale.to);
  const alarm = !quiet && value !== undefined && standing(value, limits) === "alarm";
  return (
    <svg width={WIDTH} height="12" aria-hidden="true">
      <rect class="d-bar" x="0" y="3" width={WIDTH} height="6" />
      <rect class="d-band" x={left} y="3" width={Math.max(0, right - left)} height="6" />
      {[limits.alarm_low, limits.alarm_high].map((limit) =>
        limit === undefined ? null : <path key={limit} class="d-limit" d={`M${at(limit)} 1v10`} />,
      )}
      {value === undefined ? null : (
        <path class={alarm ? "p-high" : "d-mark"} d={`M${at(value)} 9.5l-4-8.5h8z`} />
      )}
    </svg>
  );
}
