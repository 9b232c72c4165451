import { overviewTags, type PlantMachine, stepWords } from "../../api/plant.ts";
import type { AlarmPresent, MachinePresent, TagPresent } from "../../api/present.ts";
import { now } from "../../app/clock.ts";
import { addressOf } from "../../app/router.ts";
import { duration } from "../../format/time.ts";
import type { TracePoint } from "../../format/trace.ts";
import { Glyph, StateMark } from "../../parts/glyph.tsx";
import { MachineSymbol } from "../../parts/mimic/symbol.tsx";
import { symbolValues } from "../../parts/mimic/symbol-values.ts";
import { freshness, TagValue } from "../../parts/tag-value.tsx";
import { texts } from "../../texts/en.ts";

const words = texts.values;

interface MachineColumnProps {
  readonly machine: PlantMachine;
  readonly present: MachinePresent | undefined;
  /** Whether it was said of any machine what it does: before, "never heard" would be made up. */
  readonly told: boolean;
  readonly values: ReadonlyMap<string, TagPresent>;
  readonly trends: ReadonlyMap<string, readonly TracePoint[]>;
  readonly trendFromMs: number;
  /** The most urgent active alarm of the machine. */
  readonly alarm: AlarmPresent | undefined;
  readonly flowsIn: boolean;
  /** The only machine of its step: from four metres the step says enough. */
  readonly alone: boolean;
}

/** One machine: what it does and why, its drawing, and its values with their range and their last hour. */
export function MachineColumn(props: MachineColumnProps) {
  const { machine, present, told, values, trends, trendFromMs, alarm, flowsIn, alone } = props;
  const { definition, key, step } = machine;
  const { number: digit, name } = stepWords(step);
  const running = present?.state === "Execute";
  return (
    <a
      class={`column${alarm === undefined ? "" : ` column-${alarm.priority}`}`}
      href={addressOf("machine", key)}
    >
      <div class="column-head">
        <span class="label">{digit}</span> <b>{name}</b>
        <span class="space" />
        {alarm === undefined ? null : (
          <Glyph priority={alarm.priority} unacknowledged={!alarm.acknowledged} />
        )}
      </div>
      <div class={`label xs ellipsis${alone ? " desk-only" : ""}`}>{definition.id}</div>
      <div class="small ellipsis">
        {told ? <StateMark state={present?.state} /> : null} {told ? stateWords(present) : "–"}{" "}
        <span class="label">
          {present?.sinceMs === undefined ? "" : duration(Math.max(0, now.value - present.sinceMs))}
        </span>
      </div>
      <div class="column-why xs ellipsis" title={reasonWords(present)}>
        {reasonWords(present)}
      </div>
      <MachineSymbol
        symbol={definition.symbol}
        values={freshValues(machine, values)}
        flow={{ in: flowsIn, out: running }}
      />
      <div class="column-values">
        {overviewTags(definition).map((tag) => (
          <TagValue
            key={tag}
            name={tag}
            tag={definition.tags[tag]}
            value={values.get(tag)}
            trend={trends.get(tag) ?? []}
            trendFromMs={trendFromMs}
            product={present?.product}
            stands={present !== undefined && !running && present.state !== "unknown"}
            intervalS={definition.telemetry_interval_s}
          />
        ))}
      </div>
    </a>
  );
}

/** A state by its PackML name; unknown is a word, never the last one. */
export function stateWords(present: MachinePresent | undefined): string {
  if (present === undefined) return words.unheard;
  return present.state === "unknown" ? words.unknown : present.state;
}

/** Why it doesn't run, and by whom. */
export function reasonWords(present: MachinePresent | undefined): string {
  if (present === undefined) return "";
  if (present.state === "unknown") return words.unknownWhy[present.unknownWhy ?? ""] ?? "";
  const { reason } = present;
  if (reason === undefined || present.state === "Execute") return "";
  const by = reason.causedBy?.split("/").at(-1);
  const why = reason.message ?? reason.code.toLowerCase().replaceAll("_", " ");
  return by === undefined ? why : `${why} ‹ ${by}`;
}

function freshValues({ definition }: PlantMachine, values: ReadonlyMap<string, TagPresent>) {
  const newest = new Map<string, number>();
  for (const [tag, { value, quality, atMs }] of values) {
    const usable = typeof value === "number" && quality !== "bad";
    if (usable && freshness(atMs, now.value, definition.telemetry_interval_s) !== "stale")
      newest.set(tag, value);
  }
  const highest = new Map(
    Object.entries(definition.tags).flatMap(([tag, { max }]) =>
      max === undefined ? [] : [[tag, max] as const],
    ),
  );
  return symbolValues(newest, highest);
}
