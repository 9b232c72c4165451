import { useMemo } from "preact/hooks";
import { limitsOf, overviewTags, type PlantLine, plant, stepWords, tagLabel, zone } from "../api/plant.ts";
import type { AlarmPresent, TagPresent } from "../api/present.ts";
import { useLineStates, useOpenAlarms, usePresent, useTrends, useValues } from "../api/queries.ts";
import { now } from "../app/clock.ts";
import { addressOf, type PageProps } from "../app/router.ts";
import { lineVerdict, type OutOfRange } from "../format/line-verdict.ts";
import { number, plain } from "../format/number.ts";
import { standing } from "../format/range.ts";
import { duration } from "../format/time.ts";
import type { TracePoint } from "../format/trace.ts";
import { alarmWords } from "../parts/alarm-words.ts";
import { Failed } from "../parts/failed.tsx";
import { freshness } from "../parts/tag-value.tsx";
import { Verdict } from "../parts/verdict.tsx";
import { texts } from "../texts/en.ts";
import { LineAlarms } from "./line/line-alarms.tsx";
import { LineStates } from "./line/line-states.tsx";
import { MachineColumn } from "./line/machine-column.tsx";
import { OwnerBar } from "./line/owner-bar.tsx";

const words = texts.line;
const TREND_MS = 3_600_000;
/** Trends of an hour move by a pixel a minute: they are asked for so often. */
const TREND_STEP_MS = 60_000;

/** The line: is anything wrong, where, and does it reach the product? */
export default function LinePage({ levels }: PageProps) {
  const model = plant.value;
  if (model === undefined) return null;
  const key = levels.slice(0, 2).join("/");
  const line = levels.length === 0 ? model.lines[0] : model.lines.find((each) => each.key === key);
  if (line === undefined) return <p class="empty">{words.noLine}</p>;
  return <Line line={line} lines={model.lines} />;
}

function Line({ line, lines }: { readonly line: PlantLine; readonly lines: readonly PlantLine[] }) {
  const present = usePresent(line.key);
  const values = useValues(line.key);
  const alarms = useOpenAlarms(line.key);
  const toMs = Math.floor(now.value / TREND_STEP_MS) * TREND_STEP_MS + TREND_STEP_MS;
  // Asked for once a tag has a value: of others there is no course.
  const heard = [...values.values].map(([machine, tags]) => `${machine} ${tags.size}`).join();
  const wanted = useMemo(
    () =>
      line.process.flatMap(({ key, definition }) =>
        overviewTags(definition)
          .filter((tag) => values.values.get(key)?.has(tag))
          .map((tag) => ({ machine: key, tag })),
      ),
    [line, heard],
  );
  const trends = useTrends(wanted, toMs - TREND_MS, toMs);
  const states = useLineStates(line.key, line.process, toMs);
  const machines = line.process.map(({ key }) => present.machines.get(key));
  const out = outOfRange(line, values.values, present.machines);
  const nameOf = (machine: string) => stepWords(machine.split("/")[2] ?? machine).name;
  const verdict = lineVerdict({
    machines: alarms.known ? machines.filter((machine) => machine !== undefined) : [],
    alarms: alarms.alarms,
    out,
    behind: present.behind,
    nowMs: now.value,
    nameOf,
    describe: (alarm) =>
      alarmWords(alarm, plant.value, values.values.get(alarm.machine)?.get(alarm.tag ?? "")?.value),
    duration,
    clock: (atMs) => zone.value.near(atMs, now.value),
  });
  const worst = worstByMachine(alarms.alarms);
  return (
    <>
      <Verdict {...verdict}>
        {lines.length < 2 ? null : (
          <nav class="segmented" aria-label={words.choose}>
            {lines.map((each) => (
              <a
                key={each.key}
                class="btn"
                href={addressOf("line", each.key)}
                aria-current={each.key === line.key ? "page" : undefined}
              >
                {each.line.name ?? each.line.id}
              </a>
            ))}
          </nav>
        )}
      </Verdict>
      <Failed problem={present.problem} onRetry={present.reload} />
      <OwnerBar machines={machines} />
      <div class="columns-of-process" style={{ "--columns": String(line.process.length) }}>
        {line.process.map((machine, index) => (
          <MachineColumn
            key={machine.key}
            machine={machine}
            present={machines[index]}
            told={present.machines.size > 0}
            values={values.values.get(machine.key) ?? NO_VALUES}
            trends={trends.get(machine.key) ?? NO_TRENDS}
            trendFromMs={now.value - TREND_MS}
            alarm={worst.get(machine.key)}
            flowsIn={machines[index - 1]?.state === "Execute"}
            alone={line.process.every((other) => other === machine || other.step !== machine.step)}
          />
        ))}
      </div>
      <div class="columns wide-right">
        <LineAlarms
          alarms={alarms}
          out={out}
          line={line.key}
          heard={machines.some((machine) => machine !== undefined && machine.state !== "unknown")}
        />
        <LineStates process={line.process} states={states} toMs={toMs} />
      </div>
    </>
  );
}

const NO_VALUES: ReadonlyMap<string, TagPresent> = new Map();
const NO_TRENDS: ReadonlyMap<string, readonly TracePoint[]> = new Map();
const RANK = { critical: 0, high: 1, medium: 2, low: 3 } as const;

function worstByMachine(alarms: readonly AlarmPresent[]): Map<string, AlarmPresent> {
  const worst = new Map<string, AlarmPresent>();
  for (const alarm of alarms) {
    const known = worst.get(alarm.machine);
    if (alarm.active && (known === undefined || RANK[alarm.priority] < RANK[known.priority]))
      worst.set(alarm.machine, alarm);
  }
  return worst;
}

/** What is outside its normal range on a machine that runs, without having crossed an alarm limit. */
function outOfRange(
  line: PlantLine,
  values: ReadonlyMap<string, ReadonlyMap<string, TagPresent>>,
  present: ReturnType<typeof usePresent>["machines"],
): OutOfRange[] {
  return line.process.flatMap(({ key, step, definition }) => {
    const machine = present.get(key);
    if (machine?.state !== "Execute") return [];
    return [...(values.get(key) ?? [])].flatMap(([tag, { value, quality, atMs }]) => {
      const known = definition.tags[tag];
      if (typeof value !== "number" || quality === "bad" || known === undefined) return [];
      if (freshness(atMs, now.value, definition.telemetry_interval_s) !== "fresh") return [];
      const limits = limitsOf(known, machine.product);
      if (standing(value, limits) !== "out") return [];
      const range = `${limits.min === undefined ? "" : plain(limits.min)}–${limits.max === undefined ? "" : plain(limits.max)}`;
      const digits = known.decimals === undefined ? plain(value) : number(value, known.decimals);
      const unit = known.unit === undefined ? "" : ` ${known.unit}`;
      return [
        {
          machine: key,
          words: `${stepWords(step).name} ${tagLabel(tag, known)} ${digits}${unit}, ${words.normal} ${range}`,
        },
      ];
    });
  });
}
