import { useMemo } from "preact/hooks";
import type { AlarmHistoryAnswer, MessagesAnswer, StatesAnswer } from "../api/answers.ts";
import { type PlantLine, plant, stepWords, zone } from "../api/plant.ts";
import { useQuery } from "../api/query.ts";
import { type UnverifiedClean, useUnverifiedCleans } from "../api/unverified-cleans.ts";
import { now } from "../app/clock.ts";
import { addressOf, choices, choose, type PageProps } from "../app/router.ts";
import { type BatchCourse, batchesOf, silentMachines } from "../format/batches.ts";
import { duration } from "../format/time.ts";
import { Failed } from "../parts/failed.tsx";
import { Glyph } from "../parts/glyph.tsx";
import { Scroll } from "../parts/scroll.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { Verdict } from "../parts/verdict.tsx";
import { texts } from "../texts/en.ts";
import { BatchLinks, OneBatch } from "./batches/one-batch.tsx";

const words = texts.batches;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How far back the list looks; the address can ask for up to a month. */
const SPANS = ["3", "7", "30"] as const;

/** What was made: which batch, when, by which machines; and one of them as a whole. */
export default function BatchesPage({ levels }: PageProps) {
  const model = plant.value;
  const days = SPANS.find((each) => each === choices.value.get("days")) ?? "3";
  const line = model?.lines.find(({ key }) => key === choices.value.get("line")) ?? model?.lines[0];
  const [wanted] = levels;
  if (model === undefined) return null;
  if (line === undefined) return <p class="empty">{texts.line.noLine}</p>;
  return <Batches line={line} lines={model.lines} days={days} wanted={wanted} />;
}

interface BatchesProps {
  readonly line: PlantLine;
  readonly lines: readonly PlantLine[];
  readonly days: (typeof SPANS)[number];
  readonly wanted: string | undefined;
}

function Batches({ line, lines, days, wanted }: BatchesProps) {
  // To the minute, so that the same question is asked once.
  const nowMs = Math.ceil(now.value / 60_000) * 60_000;
  const about = useBatchTime(wanted, nowMs);
  const { fromMs, toMs } = about.span ?? { fromMs: nowMs - Number(days) * DAY_MS, toMs: nowMs };
  const span = new URLSearchParams({
    site: line.site.id,
    line: line.line.id,
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
  });
  const states = useQuery<StatesAnswer>(`/api/states?${span}`);
  const alarms = useQuery<AlarmHistoryAnswer>(`/api/alarms/history?${span}&limit=10000`, ["alarms"]);
  const [unclean] = useUnverifiedCleans(fromMs, toMs).filter(({ machine }) =>
    machine.startsWith(`${line.key}/`),
  );
  const batches = useMemo(
    () => batchesOf(states.data?.machines ?? [], silentMachines(states.data?.intervals ?? [])),
    [states.data],
  );
  const doubtful = unclean === undefined ? [] : batches.filter((batch) => isInDoubt(batch, unclean));
  const chosen = batches.find(({ id }) => id === wanted);
  const inWork = batches.filter(({ running }) => running);
  const counts = useMemo(
    () => Map.groupBy(alarms.data?.occurrences ?? [], ({ batch_id }) => batch_id ?? ""),
    [alarms.data],
  );
  const choice = (
    <>
      {lines.length < 2 ? null : (
        <Segmented
          label={texts.line.choose}
          options={lines.map((each) => [each.key, each.line.name ?? each.line.id] as const)}
          value={line.key}
          onChoose={(key) => choose({ line: key })}
        />
      )}
      <Segmented<(typeof SPANS)[number]>
        label={texts.machine.span}
        options={SPANS.map((each) => [each, words.days(each)] as const)}
        value={days}
        onChoose={(value) => choose({ days: value })}
      />
    </>
  );
  if (wanted !== undefined && about.isKnown && states.data !== undefined) {
    return chosen === undefined ? (
      <>
        <Verdict sentence={words.notFound(wanted, days)}>
          <BatchLinks id={wanted} />
          {choice}
        </Verdict>
        <BatchList batches={batches} counts={counts} doubtful={doubtful} />
      </>
    ) : (
      <OneBatch batch={chosen} line={line} alarms={counts.get(chosen.id) ?? []} />
    );
  }
  return (
    <>
      <Verdict
        priority={unclean === undefined ? undefined : "hold"}
        sentence={
          unclean !== undefined
            ? uncleanWords(unclean)
            : states.data === undefined
              ? texts.states.loading
              : words.title(batches.length, inWork.length)
        }
        rest={
          unclean !== undefined && states.data !== undefined
            ? [
                doubtful.length > 0 ? words.inDoubt(doubtful.map(({ id }) => id)) : "",
                words.title(batches.length, inWork.length),
              ]
                .join(" ")
                .trim()
            : inWork.map(({ id }) => id).join(", ") || undefined
        }
      >
        {choice}
      </Verdict>
      <Failed problem={states.problem} onRetry={states.reload} />
      <Failed problem={alarms.problem} onRetry={alarms.reload} />
      {states.data !== undefined && batches.length === 0 ? (
        <p class="empty">{words.none}</p>
      ) : (
        <BatchList batches={batches} counts={counts} doubtful={doubtful} />
      )}
    </>
  );
}

/** Whether the batch went over the machine after its change without a verified clean. */
function isInDoubt({ product, steps }: BatchCourse, { machine, atMs, to }: UnverifiedClean): boolean {
  return product === to && steps.some((step) => step.machine === machine && step.toMs > atMs);
}

/** An hour before the first message that names a batch, and after the last: however long ago it was made. */
function useBatchTime(batch: string | undefined, nowMs: number) {
  const at = (order: "asc" | "desc") =>
    batch === undefined ? undefined : `/api/messages?${new URLSearchParams({ batch, order, limit: "1" })}`;
  const oldest = useQuery<MessagesAnswer>(at("asc"));
  const newest = useQuery<MessagesAnswer>(at("desc"));
  const isKnown = [oldest, newest].every(({ data, problem }) => (data ?? problem) !== undefined);
  const times = [oldest, newest].flatMap(
    ({ data }) => data?.messages.map((each) => Date.parse(each.at)) ?? [],
  );
  if (times.length < 2) return { isKnown, span: undefined };
  const span = {
    fromMs: Math.min(...times) - HOUR_MS,
    toMs: Math.min(nowMs, Math.max(...times) + HOUR_MS),
  };
  return { isKnown, span };
}

/** "Tempering temper-01 went from white to dark at 19:00 without a verified clean …" */
function uncleanWords({ machine, atMs, from, to, method }: UnverifiedClean): string {
  const [, , step = "", id = machine] = machine.split("/");
  const at = zone.value.near(atMs, now.value);
  return words.unclean(`${stepWords(step).name} ${id}`, from, to, at, method.replaceAll("_", " "));
}

interface BatchListProps {
  readonly batches: readonly BatchCourse[];
  readonly counts: ReadonlyMap<string, AlarmHistoryAnswer["occurrences"]>;
  readonly doubtful: readonly BatchCourse[];
}

function BatchList({ batches, counts, doubtful }: BatchListProps) {
  return (
    <Scroll label={words.list}>
      <table>
        <thead>
          <tr>
            <th scope="col">{words.batch}</th>
            <th scope="col">{words.product}</th>
            <th scope="col">{words.begun}</th>
            <th scope="col">{words.ended}</th>
            <th scope="col" class="number">
              {words.took}
            </th>
            <th scope="col">{words.machines}</th>
            <th scope="col" class="number">
              {words.alarms}
            </th>
          </tr>
        </thead>
        <tbody>
          {batches.map((batch) => {
            const { id, product, fromMs, toMs, running, unheard, steps } = batch;
            const alarms = counts.get(id) ?? [];
            const urgent = alarms.filter(
              ({ priority }) => priority === "high" || priority === "critical",
            ).length;
            return (
              <tr key={id}>
                <th scope="row">
                  <a href={addressOf("batches", id)}>{id}</a>
                  {doubtful.includes(batch) ? (
                    <span class="high nowrap">
                      {" "}
                      <Glyph priority="hold" size={12} /> {words.mayContainMilk}
                    </span>
                  ) : null}
                </th>
                <td>
                  <span class={`product product-${product ?? "none"}`}>{product ?? "–"}</span>
                </td>
                <td class="nowrap">{zone.value.near(fromMs, now.value)}</td>
                <td class="nowrap">
                  {running ? <b>{words.inWork}</b> : zone.value.near(toMs, now.value)}
                  {unheard && !running ? <span class="label"> {words.unheard}</span> : null}
                </td>
                <td class="number nowrap">
                  {running ? words.soFar(duration(toMs - fromMs)) : duration(toMs - fromMs)}
                </td>
                <td class="label">{steps.map(({ machine }) => machine.split("/").at(-1)).join(", ")}</td>
                <td class="number">
                  {alarms.length}
                  {urgent > 0 ? <b>{` ${words.urgent(urgent)}`}</b> : null}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroll>
  );
}
