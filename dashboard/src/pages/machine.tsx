import { useMemo, useRef, useState } from "preact/hooks";
import { useCondition } from "../api/condition.ts";
import { limitsOf, overviewTags, type PlantMachine, plant, stepWords, tagLabel, zone } from "../api/plant.ts";
import type { MachinePresent, TagPresent } from "../api/present.ts";
import {
  useAlarmHistory,
  useMachineStates,
  useOpenAlarms,
  usePresent,
  useSeries,
  useValues,
} from "../api/queries.ts";
import { now } from "../app/clock.ts";
import { periodOf, SPANS, type SpanName, showSpan, spanOf } from "../app/period.ts";
import { addressOf, choices, choose, type PageProps } from "../app/router.ts";
import { number, plain } from "../format/number.ts";
import { standing } from "../format/range.ts";
import { duration } from "../format/time.ts";
import { alarmWords } from "../parts/alarm-words.ts";
import { ConditionFindings } from "../parts/condition-findings.tsx";
import { Failed } from "../parts/failed.tsx";
import { presentFindings } from "../parts/finding-words.ts";
import { Segmented } from "../parts/segmented.tsx";
import { StateLane } from "../parts/state-lane.tsx";
import { LIMIT_ROOM } from "../parts/strip-chart.tsx";
import { freshness } from "../parts/tag-value.tsx";
import { TrendPanel, type TrendSeries } from "../parts/trend-panel.tsx";
import { useWidth } from "../parts/use-width.ts";
import { Verdict } from "../parts/verdict.tsx";
import { texts } from "../texts/en.ts";
import { reasonWords, stateWords } from "./line/machine-column.tsx";
import { MachineAlarms } from "./machine/machine-alarms.tsx";
import { MachineMessages } from "./machine/machine-messages.tsx";
import { MachineNow } from "./machine/machine-now.tsx";

const words = texts.machine;
const CHOICES = ["10m", "30m", "4h", "24h", "7d"] as const satisfies readonly SpanName[];
const BY_DEFAULT = "30m";
/** Tags drawn where the address names none. */
const DRAWN = 6;
const NO_POINTS: TrendSeries["points"] = [];

/** One machine: what moved first? */
export default function MachinePage({ levels }: PageProps) {
  const model = plant.value;
  if (model === undefined) return null;
  if (levels.length === 0) return <Machines />;
  const machine = model.machines.get(levels.slice(0, 4).join("/"));
  return machine === undefined ? (
    <p class="empty">{words.none}</p>
  ) : (
    <Machine key={machine.key} machine={machine} />
  );
}

/** All machines, for whoever comes without one. */
function Machines() {
  const present = usePresent(undefined);
  return (
    <>
      <Verdict sentence={words.choose} />
      {plant.value?.lines.map(({ key, site, line, process, beside }) => (
        <section key={key} class="section">
          <h2>
            {site.name ?? site.id} <span class="label">{line.name ?? line.id}</span>
          </h2>
          <ul class="machines">
            {[...process, ...beside].map((machine) => (
              <li key={machine.key}>
                <a href={addressOf("machine", machine.key)}>
                  {stepWords(machine.step).name} <span class="label">{machine.definition.id}</span>
                </a>{" "}
                <span class="label xs">{stateWords(present.machines.get(machine.key))}</span>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

function Machine({ machine }: { readonly machine: PlantMachine }) {
  const { key, definition, step } = machine;
  const period = periodOf(BY_DEFAULT);
  const named = choices.value.get("tags");
  const tags = useMemo(() => drawnTags(machine, named), [machine, named]);
  const [panning, setPanning] = useState(false);
  // Asked first: of all that the page shows it is what people came for, and one question is answered after the other.
  const series = useSeries(key, tags, period, panning);
  const present = usePresent(machine.line).machines.get(key);
  const values = useValues(machine.line).values.get(key) ?? new Map();
  const open = useOpenAlarms(key);
  const history = useAlarmHistory(key, period.fromMs, period.toMs);
  const states = useMachineStates(key, period.fromMs, period.toMs);
  const drawn = useMemo(
    () =>
      tags.map((tag): TrendSeries => {
        const known = definition.tags[tag];
        const found = series.series.get(tag);
        return {
          name: tag,
          label: tagLabel(tag, known),
          unit: known?.unit,
          decimals: known?.decimals,
          limits: limitsOf(known, present?.product),
          points: found?.points ?? NO_POINTS,
          // While it is panned, what was answered is more than what is shown.
          coverage:
            found !== undefined && found.spanMs < (period.toMs - period.fromMs) * 1.5
              ? found.coverage
              : undefined,
        };
      }),
    [tags, series.series, present?.product, definition, period.toMs - period.fromMs],
  );
  const untilMs = period.live ? period.toMs : Math.min(period.toMs, now.value);
  const tinted = useMemo(
    () =>
      history.occurrences
        .filter(({ tag }) => tag !== undefined)
        .map(({ raisedMs, clearedMs, priority }) => ({
          fromMs: raisedMs,
          toMs: clearedMs ?? untilMs,
          priority,
        })),
    [history.occurrences, untilMs],
  );
  const root = useRef<HTMLElement>(null);
  const [ref, width] = useWidth<HTMLDivElement>();
  const condition = useCondition(key, open.known);
  const odd = presentFindings(condition.data?.findings);
  const worst = open.alarms.find(({ active }) => active);
  const { name } = stepWords(step);
  const reason = reasonWords(present);
  const inState =
    present?.sinceMs === undefined
      ? stateWords(present)
      : `${stateWords(present)} ${texts.machine.since(duration(now.value - present.sinceMs))}`;
  const state = [inState, reason].filter(Boolean).join(": ");
  const alarmed =
    worst === undefined
      ? undefined
      : words.alarmSince(zone.value.near(worst.raisedMs, now.value), duration(now.value - worst.raisedMs));
  const beside =
    present?.sinceMs === undefined
      ? state
      : words.stateSince(
          [stateWords(present), reason].filter(Boolean).join(", "),
          zone.value.near(present.sinceMs, now.value),
          duration(now.value - present.sinceMs),
        );
  return (
    <>
      <Verdict
        priority={worst?.priority ?? (present?.state === "unknown" ? "record" : undefined)}
        unacknowledged={worst !== undefined && !worst.acknowledged}
        sentence={
          worst === undefined
            ? (odd[0] ?? `${name} ${definition.id}: ${state}`)
            : `${name} ${definition.id}: ${alarmWords(worst, plant.value, values.get(worst.tag ?? "")?.value)}, ${alarmed}.`
        }
        rest={
          worst === undefined
            ? odd.length === 0
              ? definition.name
              : state
            : `${[beside, ...outWords(machine, present, values), ...odd.slice(0, 1)].map(asSentence).join(" ")}`
        }
      >
        <Segmented<SpanName>
          label={words.span}
          options={CHOICES.map((span) => [span, words.spans[span]] as const)}
          value={period.live ? spanOf(BY_DEFAULT) : ("" as SpanName)}
          onChoose={showSpan}
        />
      </Verdict>
      <div class="columns wide-left">
        <section ref={root} class={panning ? "panned" : ""}>
          <div class="trends">
            <span class="label small">{words.state}</span>
            <div ref={ref}>
              <div class="pan-window" style={{ width: `${Math.max(0, width - LIMIT_ROOM)}px` }}>
                <StateLane
                  stretches={states.stretches}
                  fromMs={period.fromMs}
                  toMs={period.toMs}
                  width={Math.max(0, width - LIMIT_ROOM)}
                  label={words.state}
                />
              </div>
            </div>
          </div>
          <Failed problem={series.problem} onRetry={series.reload} />
          <TrendPanel
            series={drawn}
            period={period}
            zone={zone.value}
            tinted={tinted}
            root={root}
            onPan={setPanning}
            onLive={() => showSpan(nearestSpan(period.toMs - period.fromMs))}
          />
          <p class="label xs">
            {words.legend}{" "}
            {period.live ? "" : `${zone.value.full(period.fromMs)} – ${zone.value.full(period.toMs)}`}
          </p>
        </section>
        <div class="stack">
          <MachineNow
            machine={machine}
            present={present}
            values={values}
            drawn={tags}
            onDraw={(list) => choose({ tags: list.join(",") })}
          />
          <MachineAlarms open={open} history={history} />
          <ConditionFindings condition={condition} ofMachine />
          <MachineMessages machine={machine} />
        </div>
      </div>
    </>
  );
}

/** Parts become sentences: each with its capital and its end. */
function asSentence(part: string): string {
  return `${part.charAt(0).toUpperCase()}${part.slice(1)}${part.endsWith(".") ? "" : "."}`;
}

/** What is outside its normal range, without having crossed an alarm limit, while the machine runs. */
function outWords(
  { definition }: PlantMachine,
  present: MachinePresent | undefined,
  values: ReadonlyMap<string, TagPresent>,
): string[] {
  if (present?.state !== "Execute") return [];
  return [...values].flatMap(([name, { value, quality, atMs }]) => {
    const tag = definition.tags[name];
    if (typeof value !== "number" || quality === "bad" || tag === undefined) return [];
    if (freshness(atMs, now.value, definition.telemetry_interval_s) !== "fresh") return [];
    const limits = limitsOf(tag, present.product);
    if (standing(value, limits) !== "out") return [];
    const digits = tag.decimals === undefined ? plain(value) : number(value, tag.decimals);
    const range = [limits.min, limits.max]
      .map((limit) => (limit === undefined ? "" : plain(limit)))
      .join("–");
    return [`${tagLabel(name, tag)} ${digits} ${tag.unit ?? ""}, ${texts.line.normal} ${range}`];
  });
}

/** The tags that the address names, or those that say at a glance how it does and the next ones with limits. */
function drawnTags({ definition }: PlantMachine, named: string | null): string[] {
  const known = (named ?? "").split(",").filter((tag) => Object.hasOwn(definition.tags, tag));
  if (known.length > 0) return known;
  const others = Object.entries(definition.tags)
    .filter(([, tag]) => tag.values === undefined && (tag.min !== undefined || tag.max !== undefined))
    .map(([tag]) => tag);
  return [...new Set([...overviewTags(definition), ...others])].slice(0, DRAWN);
}

function nearestSpan(ms: number): SpanName {
  const names = Object.keys(SPANS) as SpanName[];
  return names.find((name) => SPANS[name] >= ms) ?? "30d";
}
