import { type PlantMachine, stepWords, zone } from "../../api/plant.ts";
import type { LineStates as States } from "../../api/queries.ts";
import { percent } from "../../format/number.ts";
import { lookOf } from "../../format/packml.ts";
import { duration } from "../../format/time.ts";
import { linear } from "../../format/trace.ts";
import { Failed } from "../../parts/failed.tsx";
import { StateLane, type StateStretch } from "../../parts/state-lane.tsx";
import { axisTicks, TimeAxis } from "../../parts/time-axis.tsx";
import { useWidth } from "../../parts/use-width.ts";
import { texts } from "../../texts/en.ts";

const words = texts.line;
const NAMES = 110;
const SHARES = 56;

interface LineStatesProps {
  readonly process: readonly PlantMachine[];
  readonly states: States;
  readonly toMs: number;
}

const LEGEND = [
  ["execute", "Execute"],
  ["held", "Held, own cause"],
  ["suspended", "Suspended, by another"],
  ["stopped", "Stopped"],
  ["idle", "Idle"],
  ["unknown", "unknown"],
] as const;
/** What a lane begins with where a machine spoke for the first time in this period. */
const BEFORE = ["before", "before its first word"] as const;

/** A stretch before which a machine said nothing: of it there is no share. */
const isBefore = ({ unsaid }: StateStretch, index: number) => index === 0 && unsaid === true;

const lengthOf = (stretches: readonly StateStretch[]): number =>
  stretches.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);

/** The last hours of every machine: where it began, and what followed. */
export function LineStates({ process, states, toMs }: LineStatesProps) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const inner = Math.max(0, width - NAMES - SHARES);
  const { fromMs } = states;
  const ticks = axisTicks({ fromMs, toMs, width: inner, zone: zone.value });
  const x = linear(fromMs, toMs, 0, inner);
  const someBegan = [...states.machines.values()].some((stretches) => stretches.some(isBefore));
  return (
    <section class="section">
      <h2>
        {words.states(Math.round((toMs - fromMs) / 3_600_000))}{" "}
        <span class="label nowrap desk-only">{words.share}</span>
        <span class="space" />
        {(someBegan ? [...LEGEND, BEFORE] : LEGEND).map(([look, word]) => (
          <span key={look} class={`label xs nowrap legend-${look}`}>
            <svg class="state-mark" width="15" height="9" aria-hidden="true">
              <rect class={`state-${look}`} x=".5" y=".5" width="14" height="8" />
            </svg>{" "}
            {word}
          </span>
        ))}
      </h2>
      <Failed problem={states.problem} onRetry={states.reload} />
      <div ref={ref} class="lanes">
        <svg class="lanes-grid" width={inner} height={process.length * 27} aria-hidden="true">
          {ticks.map((tick) => (
            <path key={tick} class="d-axis" d={`M${x(tick)} 0V${process.length * 27}`} />
          ))}
        </svg>
        {process.map(({ key, step }) => {
          const { number: digit, name } = stepWords(step);
          const stretches = states.machines.get(key) ?? [];
          const isKnown = stretches.some(({ state }) => lookOf(state) !== "unknown");
          const spent = lengthOf(stretches.filter(({ state }) => state === "Execute"));
          const before = lengthOf(stretches.filter(isBefore));
          return (
            <div key={key} class="lane">
              <span class="ellipsis">
                {digit} {name}
              </span>
              <StateLane
                stretches={stretches}
                fromMs={fromMs}
                toMs={toMs}
                width={inner}
                label={`${name}: ${duration(spent)} Execute`}
              />
              <span class="label number">
                {!isKnown ? "–" : percent(spent / Math.max(1, lengthOf(stretches) - before), 0)}
              </span>
            </div>
          );
        })}
        <div class="lane">
          <span />
          <TimeAxis fromMs={fromMs} toMs={toMs} width={inner} zone={zone.value} />
          <span />
        </div>
      </div>
    </section>
  );
}
