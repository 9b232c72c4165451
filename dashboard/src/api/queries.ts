import { useMemo } from "preact/hooks";
import type { Period } from "../app/period.ts";
import { addressOf } from "../app/router.ts";
import type { SeriesPoint } from "../format/series.ts";
import type { TracePoint } from "../format/trace.ts";
import type { StateStretch } from "../parts/state-lane.tsx";
import { texts } from "../texts/en.ts";
import type {
  AlarmHistoryAnswer,
  AlarmsAnswer,
  NowAnswer,
  SeriesAnswer,
  StatesAnswer,
  TagsAnswer,
} from "./answers.ts";
import type { PlantMachine } from "./plant.ts";
import type { AlarmPresent, MachinePresent, TagPresent } from "./present.ts";
import type { Problem } from "./problem.ts";
import { useQueries, useQuery } from "./query.ts";

/** What every part of a page knows about where its data comes from. */
interface Source {
  readonly problem: Problem | undefined;
  readonly reload: () => void;
}

/** The levels of a place (`<site>[/<line>[/<step>[/<machine>]]]`) as query parameters. */
function levelsOf(place: string | undefined): URLSearchParams {
  const names = ["site", "line", "step", "machine"];
  const levels = (place ?? "").split("/").filter(Boolean);
  return new URLSearchParams(levels.slice(0, 4).map((level, index) => [names[index] ?? "", level]));
}

/** The subject that changes with a place. */
function subjectOf(place: string | undefined): string {
  const levels = (place ?? "").split("/").filter(Boolean);
  return levels.length >= 4 ? `machine:${place}` : levels.length >= 2 ? `line:${place}` : "states";
}

const known = <Value>(value: Value | null | undefined): Value | undefined => value ?? undefined;
const ms = (iso: string | null | undefined): number | undefined =>
  iso === null || iso === undefined ? undefined : Date.parse(iso);

/** What machines do at present, of a line or of the whole plant. */
export function usePresent(line: string | undefined): Source & {
  readonly machines: ReadonlyMap<string, MachinePresent>;
  /** Messages of the log that are not in the answer yet: beyond a few, the present is not what is shown. */
  readonly behind: number;
} {
  const { data, problem, reload } = useQuery<NowAnswer>(`/api/now?${levelsOf(line)}`, [subjectOf(line)]);
  const machines = useMemo(
    () => new Map((data?.machines ?? []).map((each) => [each.machine, presentOf(each)])),
    [data],
  );
  const behind = Math.max(0, ...(data?.as_of.views ?? []).map((view) => view.behind));
  return { machines, behind, problem, reload };
}

function presentOf(now: NowAnswer["machines"][number]): MachinePresent {
  const { reason } = now;
  return {
    key: now.machine,
    state: now.state,
    sinceMs: ms(now.since),
    unknownWhy: known(now.unknown_why),
    reason: reasonOf(reason),
    product: known(now.product),
    batch: known(now.batch),
    connected: known(now.connected),
    lastHeardMs: ms(now.last_received),
  };
}

function reasonOf(reason: NowAnswer["machines"][number]["reason"]): MachinePresent["reason"] {
  if (reason === null) return undefined;
  const { code, category, message, caused_by } = reason;
  return { code, category, message: known(message), causedBy: known(caused_by) };
}

/** The newest values of a line's machines, by machine and tag. */
export function useValues(
  line: string,
): Source & { readonly values: ReadonlyMap<string, ReadonlyMap<string, TagPresent>> } {
  const { data, problem, reload } = useQuery<TagsAnswer>(`/api/tags?${levelsOf(line)}&limit=10000`, [
    subjectOf(line),
  ]);
  const values = useMemo(() => {
    const machines = new Map<string, Map<string, TagPresent>>();
    for (const { machine, tag, value, quality, at } of data?.values ?? []) {
      const own = machines.get(machine) ?? new Map();
      machines.set(machine, own);
      own.set(tag, { value, quality, atMs: Date.parse(at) });
    }
    return machines;
  }, [data]);
  return { values, problem, reload };
}

/** A tag's course over a span. */
export interface Course {
  readonly points: readonly SeriesPoint[];
  /** Share of the span that was measured, 0 to 1. */
  readonly coverage: number;
  /** How long the span is, ms. */
  readonly spanMs: number;
}

const SPARK_POINTS = 60;
const SERIES_POINTS = 700;

function seriesPath(machine: string, tag: string, fromMs: number, toMs: number, points: number): string {
  const iso = (at: number) => new Date(at).toISOString();
  const query = new URLSearchParams({ from: iso(fromMs), to: iso(toMs), points: String(points) });
  return `/api${addressOf("series", machine, tag)}?${query}`;
}

/** The points of a series with a hole wherever nothing was measured. */
function courseOf(answer: SeriesAnswer): Course {
  const half = answer.width_ms / 2;
  const measured = answer.points.map(
    ({ at, min, max, mean }): SeriesPoint => ({ atMs: Date.parse(at) + half, min, max, mean }),
  );
  const holes = answer.gaps.map(
    ({ from, to }): SeriesPoint => ({
      atMs: (Date.parse(from) + Date.parse(to)) / 2,
      min: null,
      max: null,
      mean: null,
    }),
  );
  return {
    points: [...measured, ...holes].sort((a, b) => a.atMs - b.atMs),
    coverage: answer.coverage,
    spanMs: Date.parse(answer.to) - Date.parse(answer.from),
  };
}

/** The last hour of several tags of several machines, for sparklines. */
export function useTrends(
  wanted: readonly { readonly machine: string; readonly tag: string }[],
  fromMs: number,
  toMs: number,
): ReadonlyMap<string, ReadonlyMap<string, readonly TracePoint[]>> {
  const answers = useQueries<SeriesAnswer>(
    wanted.map(({ machine, tag }) => seriesPath(machine, tag, fromMs, toMs, SPARK_POINTS)),
  );
  return useMemo(() => {
    const machines = new Map<string, Map<string, readonly TracePoint[]>>();
    wanted.forEach(({ machine, tag }, index) => {
      const answer = answers.data[index];
      if (answer === undefined) return;
      const own = machines.get(machine) ?? new Map();
      machines.set(machine, own);
      own.set(
        tag,
        courseOf(answer).points.map(({ atMs, mean }) => [atMs, mean] as const),
      );
    });
    return machines;
  }, [answers.data, wanted]);
}

/**
 * Several tags of one machine over a period.
 * @param beyond whether a span before and after it is asked for, too
 */
export function useSeries(
  machine: string,
  tags: readonly string[],
  { fromMs, toMs }: Period,
  beyond = false,
): Source & { readonly series: ReadonlyMap<string, Course> } {
  const { data, problem, reload } = useQueries<SeriesAnswer>(
    tags.map((tag) => {
      const spanMs = beyond ? toMs - fromMs : 0;
      const points = SERIES_POINTS * (beyond ? 3 : 1);
      return seriesPath(machine, tag, fromMs - spanMs, toMs + spanMs, points);
    }),
  );
  const series = useMemo(
    () =>
      new Map(
        tags.flatMap((tag, index) =>
          data[index] === undefined ? [] : [[tag, courseOf(data[index])] as const],
        ),
      ),
    [data, tags],
  );
  return { series, problem, reload };
}

/** The states of a line's machines over a span that ends now. */
export interface LineStates extends Source {
  readonly fromMs: number;
  readonly machines: ReadonlyMap<string, readonly StateStretch[]>;
}

const STATES_MS = 8 * 3_600_000;
/** More stretches than these a lane can't show one by one. */
const STATES_POINTS = 1_000;

export function useLineStates(line: string, process: readonly PlantMachine[], toMs: number): LineStates {
  const fromMs = toMs - STATES_MS;
  const { data, problem, reload } = useQuery<StatesAnswer>(statesPath(line, fromMs, toMs), []);
  const machines = useMemo(
    () =>
      new Map(
        process.map(({ key }) => [
          key,
          (data?.intervals ?? []).filter(({ machine }) => machine === key).map(stretchOf),
        ]),
      ),
    [data, process],
  );
  return { fromMs, machines, problem, reload };
}

/** The states of one machine over a period. */
export function useMachineStates(
  machine: string,
  fromMs: number,
  toMs: number,
): Source & { readonly stretches: readonly StateStretch[] } {
  const { data, problem, reload } = useQuery<StatesAnswer>(statesPath(machine, fromMs, toMs), []);
  const stretches = useMemo(() => (data?.intervals ?? []).map(stretchOf), [data]);
  return { stretches, problem, reload };
}

function statesPath(place: string, fromMs: number, toMs: number): string {
  const query = levelsOf(place);
  query.set("from", new Date(fromMs).toISOString());
  query.set("to", new Date(toMs).toISOString());
  query.set("points", String(STATES_POINTS));
  return `/api/states?${query}`;
}

function stretchOf({
  from,
  to,
  state,
  reason,
  unknown_why,
  joined,
}: StatesAnswer["intervals"][number]): StateStretch {
  const isUnknown = state === "unknown";
  const why = reason?.message ?? reason?.code.toLowerCase().replaceAll("_", " ");
  return {
    fromMs: Date.parse(from),
    toMs: Date.parse(to),
    state: isUnknown ? null : state,
    reason: isUnknown ? texts.values.unknownWhy[unknown_why ?? ""] : why,
    unsaid: unknown_why === "not_said",
    joined,
  };
}

/** The alarms that aren't simply normal, most urgent first. */
export interface OpenAlarms extends Source {
  /** Whether an answer has come: without one, no alarm does not mean that there is none. */
  readonly known: boolean;
  /** Messages of the log that are not in it yet. */
  readonly behind: number;
  readonly alarms: readonly AlarmPresent[];
}

export function useOpenAlarms(place: string | undefined): OpenAlarms {
  const { data, problem, reload } = useQuery<AlarmsAnswer>(`/api/alarms?${levelsOf(place)}`, ["alarms"]);
  const alarms = useMemo(() => (data?.alarms ?? []).flatMap(alarmOf), [data]);
  const behind = Math.max(0, ...(data?.as_of.views ?? []).map((view) => view.behind));
  return { alarms, known: data !== undefined, behind, problem, reload };
}

function alarmOf(alarm: AlarmsAnswer["alarms"][number]): AlarmPresent[] {
  const { newest, silence, state } = alarm;
  if (newest === null) return [];
  return [
    {
      ...occurrenceOf(newest),
      state,
      active: state === "unack" || state === "ack",
      acknowledged: alarm.unacknowledged === 0,
      times: Math.max(1, alarm.unacknowledged),
      version: alarm.version,
      silencedBy: known(silence?.by),
      silencedUntilMs: ms(silence?.until),
      silencedWhy: known(silence?.reason),
    },
  ];
}

/** Every coming of an alarm, with what became of it. */
export type Occurrence = AlarmPresent & {
  readonly acknowledgedBy: string | undefined;
  readonly messageId: number;
};

/** What there was of alarms in a period, newest first. */
export interface AlarmHistory extends Source {
  readonly occurrences: readonly Occurrence[];
  /** Whether there was an answer: before it, that none came would be made up. */
  readonly known: boolean;
  /** Whether there are more than were asked for. */
  readonly more: boolean;
}

export function useAlarmHistory(
  place: string | undefined,
  fromMs: number,
  toMs: number,
  limit = 200,
): AlarmHistory {
  const query = historyQuery(place, fromMs, toMs, limit);
  const { data, problem, reload } = useQuery<AlarmHistoryAnswer>(`/api/alarms/history?${query}`, ["alarms"]);
  const occurrences = useMemo(() => (data?.occurrences ?? []).map(occurrenceOf), [data]);
  const known = data !== undefined;
  return { occurrences, known, more: known && data.next !== null, problem, reload };
}

/** What asks for the alarms of a place in a period. */
export function historyQuery(
  place: string | undefined,
  fromMs: number,
  toMs: number,
  limit: number,
): URLSearchParams {
  const query = levelsOf(place);
  query.set("from", new Date(fromMs).toISOString());
  query.set("to", new Date(toMs).toISOString());
  query.set("limit", String(limit));
  return query;
}

function occurrenceOf(one: AlarmHistoryAnswer["occurrences"][number]): Occurrence {
  return {
    machine: one.machine,
    alarmId: one.alarm_id,
    code: one.code,
    message: one.message,
    priority: one.priority,
    state: "",
    active: one.cleared_at === null && one.end === "stands",
    acknowledged: one.acknowledged_at !== null,
    acknowledgedBy: known(one.acknowledged_by),
    raisedMs: Date.parse(one.raised_at),
    clearedMs: ms(one.cleared_at),
    durationMs: one.duration_s === null ? undefined : one.duration_s * 1000,
    times: 1,
    tag: known(one.tag),
    value: known(one.value),
    limit: known(one.limit),
    limitKind: known(one.limit_kind),
    unit: known(one.unit),
    version: 0,
    messageId: one.message_id,
    silencedBy: undefined,
    silencedUntilMs: undefined,
    silencedWhy: undefined,
  };
}
