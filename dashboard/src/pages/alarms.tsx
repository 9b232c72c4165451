import { useState } from "preact/hooks";
import type { AlarmPerformanceAnswer } from "../api/answers.ts";
import { saveCsv } from "../api/csv-export.ts";
import { plant, stepWords, zone } from "../api/plant.ts";
import type { AlarmPresent, MachinePresent } from "../api/present.ts";
import { historyQuery, useAlarmHistory, useOpenAlarms, usePresent } from "../api/queries.ts";
import { useQuery } from "../api/query.ts";
import { now } from "../app/clock.ts";
import { type Period, periodOf, type SpanName, showSpan, spanOf } from "../app/period.ts";
import { choices, choose } from "../app/router.ts";
import { number } from "../format/number.ts";
import { duration } from "../format/time.ts";
import { AcknowledgeButton, ShelveButton } from "../parts/alarm-actions.tsx";
import { AlarmStoryButton } from "../parts/alarm-story.tsx";
import { alarmWords } from "../parts/alarm-words.ts";
import { Failed } from "../parts/failed.tsx";
import { Glyph } from "../parts/glyph.tsx";
import { GoodsConcerned } from "../parts/goods-concerned.tsx";
import { MachinePlace } from "../parts/machine-place.tsx";
import { Scroll } from "../parts/scroll.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { type Head, Heads } from "../parts/table.tsx";
import { Verdict } from "../parts/verdict.tsx";
import { texts } from "../texts/en.ts";
import { AlarmTimeline } from "./alarms/alarm-timeline.tsx";
import { FloodGroups } from "./alarms/flood-groups.tsx";
import { Performance } from "./alarms/performance.tsx";

const words = texts.alarms;
const OPEN_HEADS: readonly Head[] = [
  { head: words.priority, unseen: true },
  { head: words.lastRaised },
  { head: words.machine },
  { head: words.alarm },
  { head: words.times, number: true },
  { head: words.state },
  { head: words.duration, number: true },
  { head: words.actions, unseen: true },
];
const HISTORY_HEADS: readonly Head[] = [
  { head: words.priority, unseen: true },
  { head: words.raised },
  { head: words.cleared },
  { head: words.duration, number: true },
  { head: words.machine },
  { head: words.alarm },
  { head: words.acknowledgedBy },
];
const LISTS = ["open", "active", "shelved", "suppressed", "history"] as const;
type List = (typeof LISTS)[number];
const SPAN_CHOICES = ["8h", "24h", "7d", "30d"] as const satisfies readonly SpanName[];
const BY_DEFAULT = "24h";
/** So many messages behind, the list is one of the past. */
const FAR_BEHIND = 500;

/** What must I do now, and is the alarm system bearable? */
export default function AlarmsPage() {
  const under = choices.value.get("under") ?? undefined;
  const list = LISTS.find((each) => each === choices.value.get("list")) ?? "open";
  const open = useOpenAlarms(under);
  const period = periodOf(BY_DEFAULT);
  const history = useAlarmHistory(under, period.fromMs, period.toMs, 1000);
  const query = new URLSearchParams({
    from: new Date(period.fromMs).toISOString(),
    to: new Date(period.toMs).toISOString(),
  });
  const [site, line] = (under ?? "").split("/");
  if (site) query.set("site", site);
  if (line) query.set("line", line);
  const performance = useQuery<AlarmPerformanceAnswer>(`/api/alarms/performance?${query}`, []);
  const members: Readonly<Record<Exclude<List, "history">, (alarm: AlarmPresent) => boolean>> = {
    open: ({ state }) => state === "unack" || state === "ack" || state === "rtn_unack",
    active: ({ active }) => active,
    shelved: ({ state }) => state === "shelved",
    suppressed: ({ state }) => state === "suppressed" || state === "out_of_service",
  };
  const count = (each: List) => (each === "history" ? "" : ` ${open.alarms.filter(members[each]).length}`);
  const flood = performance.data?.floods.find(({ until }) => until === null);
  const active = open.alarms.filter(({ active }) => active);
  const unacknowledged = active.filter(({ acknowledged }) => !acknowledged);
  const silent = silentUnder(under, usePresent(undefined).machines);
  const [worst] = unacknowledged.length > 0 ? unacknowledged : active;
  const began =
    flood === undefined
      ? undefined
      : active
          .filter(({ raisedMs }) => raisedMs >= Date.parse(flood.from))
          .reduce<AlarmPresent | undefined>(
            (a, b) => (a === undefined || b.raisedMs < a.raisedMs ? b : a),
            undefined,
          );
  const standing = words.active(
    active.length,
    unacknowledged.length,
    duration(now.value - Math.min(...active.map(({ raisedMs }) => raisedMs))),
  );
  const [only] = active.length === 1 ? active : [];
  const grouped = flood !== undefined && list !== "history" && choices.value.get("each") === null;
  const before =
    flood === undefined || list === "history"
      ? []
      : open.alarms.filter((alarm) => members[list](alarm) && alarm.raisedMs < Date.parse(flood.from));
  return (
    <>
      <Verdict
        priority={worst?.priority ?? (open.behind > FAR_BEHIND || silent.all ? "record" : undefined)}
        unacknowledged={unacknowledged.length > 0}
        sentence={
          !open.known
            ? texts.line.noAlarmData
            : worst === undefined
              ? open.behind > FAR_BEHIND
                ? words.catchingUp(number(open.behind))
                : silent.all
                  ? words.notHeard
                  : words.none
              : flood === undefined || began === undefined
                ? only === undefined
                  ? standing
                  : words.only(
                      placeWords(only),
                      alarmWords(only, plant.value),
                      only.acknowledged,
                      zone.value.near(only.raisedMs, now.value),
                      duration(now.value - only.raisedMs),
                    )
                : floodWords(flood, active, began)
        }
        rest={
          flood === undefined
            ? silent.all || performance.data === undefined
              ? undefined
              : [words.noFlood, silent.count > 0 ? words.someSilent(silent.count) : ""].join(" ").trim()
            : began === undefined
              ? words.flood(flood.alarms, zone.value.minute(Date.parse(flood.from)))
              : standing
        }
      >
        <Segmented<List>
          label={words.list}
          options={LISTS.map((each) => [each, `${words.lists[each]}${count(each)}`] as const)}
          value={list}
          onChoose={(value) => choose({ list: value })}
        />
      </Verdict>
      <Failed problem={open.problem} onRetry={open.reload} />
      {list === "history" ? (
        <HistoryTable history={history} under={under} period={period} />
      ) : (
        <>
          {flood === undefined ? null : (
            <p class="label small">
              {grouped ? words.grouped : words.ungrouped}{" "}
              <button type="button" class="btn" onClick={() => choose({ each: grouped ? "1" : undefined })}>
                {grouped ? words.showEach : words.showGroups}
              </button>
            </p>
          )}
          {grouped ? (
            <FloodGroups alarms={open.alarms.filter(members[list])} fromMs={Date.parse(flood.from)} />
          ) : null}
          {grouped && before.length === 0 ? null : (
            <OpenTable
              alarms={grouped ? before : open.alarms.filter(members[list])}
              empty={
                !open.known ? texts.line.noAlarmData : silent.all ? words.unheardList : words.empty[list]
              }
            />
          )}
        </>
      )}
      <Performance
        answer={performance.data}
        unheard={silent.all}
        problem={performance.problem}
        reload={performance.reload}
      >
        <Segmented<SpanName>
          label={texts.machine.span}
          options={SPAN_CHOICES.map((span) => [span, words.spans[span]] as const)}
          value={spanOf(BY_DEFAULT)}
          onChoose={showSpan}
        />
      </Performance>
      <AlarmTimeline history={history} performance={performance.data} period={period} />
    </>
  );
}

/** What a flood began with. Where all machines begin with the same, it came from none of them. */
function floodWords(
  flood: AlarmPerformanceAnswer["floods"][number],
  active: readonly AlarmPresent[],
  began: AlarmPresent,
): string {
  const firsts = new Map<string, AlarmPresent>();
  for (const alarm of active) {
    const first = firsts.get(alarm.machine);
    if (alarm.raisedMs >= began.raisedMs && (first === undefined || alarm.raisedMs < first.raisedMs))
      firsts.set(alarm.machine, alarm);
  }
  const machines = new Set(active.map(({ machine }) => machine)).size;
  const what = alarmWords(began, plant.value);
  const at = zone.value.clock(began.raisedMs);
  return machines > 1 &&
    firsts.size === machines &&
    [...firsts.values()].every(({ code }) => code === began.code)
    ? words.floodAlike(flood.alarms, machines, at, what)
    : words.floodBegan(flood.alarms, machines, at, placeWords(began), what);
}

/** "Tempering temper-01" */
function placeWords({ machine }: AlarmPresent): string {
  const [, , step = "", id = machine] = machine.split("/");
  return `${stepWords(step).name} ${id}`;
}

/** Machines of which nothing is heard: whether they have an alarm, nobody knows. */
function silentUnder(
  under: string | undefined,
  present: ReadonlyMap<string, MachinePresent>,
): { readonly count: number; readonly all: boolean } {
  const process = plant.value?.lines.flatMap((line) => line.process.map(({ key }) => key)) ?? [];
  const own = process.filter((key) => under === undefined || key === under || key.startsWith(`${under}/`));
  const count = own.filter((key) => (present.get(key)?.state ?? "unknown") === "unknown").length;
  return { count, all: present.size > 0 && count === own.length && count > 0 };
}

function OpenTable({ alarms, empty }: { readonly alarms: readonly AlarmPresent[]; readonly empty: string }) {
  if (alarms.length === 0) return <p class="empty">{empty}</p>;
  return (
    <Scroll label={words.list}>
      <table>
        <Heads of={OPEN_HEADS} />
        <tbody>
          {alarms.map((alarm) => (
            <OpenRow key={`${alarm.machine} ${alarm.alarmId}`} alarm={alarm} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function OpenRow({ alarm }: { readonly alarm: AlarmPresent }) {
  const { machine, priority, active, acknowledged, raisedMs, durationMs, times, message, state } = alarm;
  const text = alarmWords(alarm, plant.value);
  const urgent = active && !acknowledged && (priority === "high" || priority === "critical");
  const silenced =
    alarm.silencedWhy === undefined
      ? ""
      : `: ${alarm.silencedWhy}${alarm.silencedBy === undefined ? "" : `, ${alarm.silencedBy}`}`;
  return (
    <tr class={urgent ? "abnormal" : ""}>
      <td>
        <Glyph priority={priority} cleared={!active} unacknowledged={active && !acknowledged} />
      </td>
      <td class="nowrap">{zone.value.near(raisedMs, now.value)}</td>
      <td class="nowrap">
        <MachinePlace machine={machine} />
      </td>
      <td class="alarm-text">
        <span class={urgent ? "high strong" : active ? "strong" : ""}>{text}</span>
        {active && message.toLowerCase() !== text.toLowerCase() ? (
          <>
            <br />
            <span class="label">{message}</span>
          </>
        ) : null}
        <GoodsConcerned alarm={alarm} />
      </td>
      <td class="number">{times > 1 ? `${times} ×` : ""}</td>
      <td class={active ? "strong" : "label"}>
        {words.states[state as keyof typeof words.states] ?? state}
        {silenced}
        {alarm.silencedUntilMs === undefined
          ? ""
          : ` ${words.until} ${zone.value.near(alarm.silencedUntilMs, now.value)}`}
      </td>
      <td class="number nowrap">
        {active ? duration(now.value - raisedMs) : durationMs === undefined ? "–" : duration(durationMs)}
      </td>
      <td class="number alarm-actions">
        {acknowledged ? null : <AcknowledgeButton alarms={[alarm]} primary={urgent} />}{" "}
        <ShelveButton alarm={alarm} /> <AlarmStoryButton alarm={alarm} />
      </td>
    </tr>
  );
}

interface HistoryTableProps {
  readonly history: ReturnType<typeof useAlarmHistory>;
  readonly under: string | undefined;
  readonly period: Period;
}

function HistoryTable({ history, under, period }: HistoryTableProps) {
  const [refused, setRefused] = useState<string>();
  const save = async (): Promise<void> => {
    const from = new Date(period.fromMs).toISOString();
    const query = historyQuery(under, period.fromMs, period.toMs, 1000);
    try {
      await saveCsv(`/api/alarms/history?${query}`, `alarms-${from.slice(0, 10)}.csv`);
      setRefused(undefined);
    } catch (error) {
      setRefused(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <section>
      <p class="label small">
        {words.found(history.occurrences.length, history.more)}{" "}
        <button type="button" class="btn" onClick={() => print()}>
          {words.print}
        </button>{" "}
        <button type="button" class="btn" onClick={() => void save()}>
          {words.csv}
        </button>
        {refused === undefined ? null : (
          <span class="high" role="alert">
            {refused}
          </span>
        )}
      </p>
      <Failed problem={history.problem} onRetry={history.reload} />
      <Scroll label={words.lists.history}>
        <table>
          <Heads of={HISTORY_HEADS} />
          <tbody>
            {history.occurrences.slice(0, 300).map((each) => (
              <tr key={`${each.machine} ${each.alarmId} ${each.raisedMs}`}>
                <td>
                  <Glyph priority={each.priority} cleared={!each.active} />
                </td>
                <td class="nowrap">
                  <a href={`/explore?message=${each.messageId}`}>
                    {zone.value.near(each.raisedMs, now.value)}
                  </a>
                </td>
                <td class="nowrap">
                  {each.clearedMs === undefined
                    ? each.active
                      ? words.stands
                      : words.endUnknown
                    : zone.value.near(each.clearedMs, now.value)}
                </td>
                <td class="number nowrap">
                  {each.durationMs === undefined ? "–" : duration(each.durationMs)}
                </td>
                <td class="nowrap">
                  <MachinePlace machine={each.machine} />
                </td>
                <td>{alarmWords(each, plant.value)}</td>
                <td class="label">{each.acknowledgedBy ?? "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}
