import type { QualityPlacesAnswer } from "../../api/answers.ts";
import { zone } from "../../api/plant.ts";
import { now } from "../../app/clock.ts";
import { number, percent } from "../../format/number.ts";
import { linear, ticks } from "../../format/trace.ts";
import { Section } from "../../parts/section.tsx";
import { Term } from "../../parts/term.tsx";
import { useWidth } from "../../parts/use-width.ts";
import { texts } from "../../texts/en.ts";

const words = texts.quality;
const ROW = 20;
const LEFT = 28;
const RIGHT = 104;

/** Nozzles side by side: which one is apart, and which one drifts. Nothing where samples don't say which it was. */
export function Places({ data }: { readonly data: QualityPlacesAnswer | undefined }) {
  const [ref, width] = useWidth<HTMLDivElement>();
  if (data === undefined || data.places.length === 0) return null;
  const reach = Math.max(
    0.01,
    ...data.places.map(({ offset, offset_half }) => Math.abs(offset) + (offset_half ?? 0)),
  );
  const inner = Math.max(40, width - LEFT - RIGHT);
  const x = linear(-reach, reach, LEFT, LEFT + inner);
  const height = data.places.length * ROW;
  const drifting = data.places.filter(({ drifts }) => drifts);
  return (
    <Section
      title={data.by === "nozzle" ? words.nozzles : words.lanes}
      note={
        <>
          {[data.unit, words.placesNote(number(data.samples))].filter(Boolean).join(", ")}{" "}
          <Term of="interval" />
        </>
      }
    >
      <div ref={ref}>
        <svg
          width={width}
          height={height + 18}
          role="img"
          aria-label={words.placesNote(number(data.samples))}
        >
          {ticks(-reach, reach, 4).map((tick) => (
            <g key={tick}>
              <path class={tick === 0 ? "d-axis-strong" : "d-axis"} d={`M${x(tick)} 0v${height}`} />
              <text x={x(tick)} y={height + 14} text-anchor="middle">
                {number(tick, 2)}
              </text>
            </g>
          ))}
          {data.places.map(({ place, offset, offset_half, drifts }, index) => {
            const y = index * ROW + ROW / 2;
            return (
              <g key={place}>
                <text x="0" y={y + 4} class={drifts ? "text-strong" : ""}>
                  {place}
                </text>
                {offset_half === null ? null : (
                  <rect
                    class="d-bars"
                    x={x(offset - offset_half)}
                    y={y - 1.5}
                    width={Math.max(1, x(offset + offset_half) - x(offset - offset_half))}
                    height="3"
                  />
                )}
                <circle class="d-mark" cx={x(offset)} cy={y} r="3.5" />
                <text x={LEFT + inner + 8} y={y + 4} class={drifts ? "text-strong" : ""}>
                  {`${number(offset, 2)} ± ${offset_half === null ? "–" : number(offset_half, 2)}`}
                </text>
              </g>
            );
          })}
        </svg>
      </div>
      <p class={drifting.length > 0 ? "strong small" : "label xs"}>
        {drifting.length === 0 ? words.noDrift : drifting.map((place) => driftWords(place, data)).join(" ")}
      </p>
    </Section>
  );
}

/** "Nozzle 4 gives 2.00 g less every hour, since 10:05:00 (99 % sure)." */
export function driftWords(
  { place, drift_per_hour, drifts_since, confidence }: QualityPlacesAnswer["places"][number],
  { by, unit }: Pick<QualityPlacesAnswer, "by" | "unit">,
): string {
  const drift = drift_per_hour ?? 0;
  return words.drifts(
    `${by === "nozzle" ? words.nozzle : words.lane} ${place}`,
    `${number(Math.abs(drift), 2)} ${unit ?? ""}`.trim(),
    drift < 0,
    drifts_since === null ? "–" : zone.value.near(Date.parse(drifts_since), now.value),
    percent(confidence, 0),
  );
}
