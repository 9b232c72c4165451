import type { AlarmHistoryAnswer, BatchHoldsAnswer, MessagesAnswer } from "../../api/answers.ts";
import {
  limitsOf,
  overviewTags,
  type PlantLine,
  type PlantMachine,
  stepWords,
  tagLabel,
  zone,
} from "../../api/plant.ts";
import { useSeries } from "../../api/queries.ts";
import { useQuery } from "../../api/query.ts";
import { now } from "../../app/clock.ts";
import { addressOf } from "../../app/router.ts";
import type { BatchCourse, BatchStep } from "../../format/batches.ts";
import { number, percent, plain } from "../../format/number.ts";
import { standing } from "../../format/range.ts";
import { duration } from "../../format/time.ts";
import { linear } from "../../format/trace.ts";
import { Failed } from "../../parts/failed.tsx";
import { Glyph } from "../../parts/glyph.tsx";
import { Section } from "../../parts/section.tsx";
import { LIMIT_ROOM, StripChart } from "../../parts/strip-chart.tsx";
import { axisTicks, TimeAxis } from "../../parts/time-axis.tsx";
import { useWidth } from "../../parts/use-width.ts";
import { Verdict } from "../../parts/verdict.tsx";
import { texts } from "../../texts/en.ts";

const words = texts.batches;
const LANE = 24;

interface OneBatchProps {
  readonly batch: BatchCourse;
  readonly line: PlantLine;
  readonly alarms: AlarmHistoryAnswer["occurrences"];
}

/** One batch: exceptions first, its way along the line, its curves against their limits. */
export function OneBatch({ batch, line, alarms }: OneBatchProps) {
  const { id, product, fromMs, toMs, running, steps } = batch;
  const urgent = alarms.filter(({ priority }) => priority === "high" || priority === "critical");
  const quality = useQuery<MessagesAnswer>(
    `/api/messages?${new URLSearchParams({ batch: id, type: "quality", limit: "500" })}`,
  );
  const failed = failedResults(quality.data);
  const held = useQuery<BatchHoldsAnswer>(`/api${addressOf("batches", id)}/holds`, [], 30);
  const holds = held.data?.holds ?? [];
  const standing = holds.filter((hold) => hold.standing.length > 0);
  const exceptions = standing.length + urgent.length + failed.length;
  return (
    <>
      <Verdict
        priority={
          standing.length > 0 ? "hold" : urgent.length > 0 ? "high" : failed.length > 0 ? "medium" : undefined
        }
        sentence={
          exceptions === 0
            ? words.noException(id)
            : words.exceptions(id, standing.length, urgent.length, failed.length)
        }
        rest={`${product ?? ""}, ${zone.value.near(fromMs, now.value)} – ${running ? words.inWork : zone.value.near(toMs, now.value)}`}
      >
        <BatchLinks id={id} />
      </Verdict>
      <div class="columns wide-right">
        <Exceptions holds={holds} alarms={alarms} failed={failed} />
        <Course batch={batch} line={line} />
      </div>
      <Failed problem={held.problem} onRetry={held.reload} />
      <Failed problem={quality.problem} onRetry={quality.reload} />
      <Section title={words.curves} note={words.curvesNote}>
        {steps.map((step) => {
          const machine = line.process.find(({ key }) => key === step.machine);
          return machine === undefined ? null : (
            <Curves key={step.machine} step={step} machine={machine} product={product} />
          );
        })}
      </Section>
    </>
  );
}

/** Where a batch leads: its lots, its record, what a partner or an auditor takes away. */
export function BatchLinks({ id }: { readonly id: string }) {
  return (
    <>
      <a class="btn" href={addressOf("genealogy", id)}>
        {texts.pages.genealogy}
      </a>
      <a class="btn" href={`/api${addressOf("batches", id)}/record.pdf`} download={`${id}.pdf`}>
        {words.record}
      </a>
      <a class="btn" href={`/api${addressOf("epcis", id)}`} download={`${id}.epcis.jsonld`}>
        {words.epcis}
      </a>
      <a class="btn" href="/batches">
        {words.all}
      </a>
    </>
  );
}

interface FailedResult {
  readonly id: number;
  readonly atMs: number;
  readonly words: string;
}

/** Results that say of themselves that they did not pass. */
function failedResults(answer: MessagesAnswer | undefined): FailedResult[] {
  return (answer?.messages ?? []).flatMap(({ id, at, payload }) => {
    const results = (JSON.parse(payload) as { results?: unknown }).results;
    if (!Array.isArray(results)) return [];
    return results.flatMap(
      (each: { characteristic?: string; value?: unknown; unit?: string; pass?: boolean }) =>
        each.pass === false
          ? [
              {
                id,
                atMs: Date.parse(at),
                words: `${String(each.characteristic).replaceAll("_", " ")} ${typeof each.value === "number" ? plain(each.value) : String(each.value)} ${each.unit ?? ""}`,
              },
            ]
          : [],
    );
  });
}

const RANK = { critical: 0, high: 1, medium: 2, low: 3 } as const;

/** One row an alarm, the most urgent first: forty wrapper jams are one line. */
function groupedAlarms(alarms: OneBatchProps["alarms"]) {
  return [...Map.groupBy(alarms, ({ machine, alarm_id }) => `${machine} ${alarm_id}`).values()]
    .flatMap((own) => {
      const [newest] = own;
      const lasted = own.flatMap(({ duration_s }) => (duration_s === null ? [] : [duration_s]));
      return newest === undefined
        ? []
        : [{ newest, times: own.length, longestS: lasted.length === 0 ? undefined : Math.max(...lasted) }];
    })
    .sort((a, b) => RANK[a.newest.priority] - RANK[b.newest.priority] || b.times - a.times);
}

function Exceptions({
  holds,
  alarms,
  failed,
}: {
  readonly holds: BatchHoldsAnswer["holds"];
  readonly alarms: OneBatchProps["alarms"];
  readonly failed: readonly FailedResult[];
}) {
  return (
    <Section
      title={words.exceptionsHead}
      note={words.exceptionsNote(holds.length, alarms.length, failed.length)}
    >
      {holds.length + alarms.length + failed.length === 0 ? <p class="empty">{words.clean}</p> : null}
      <table>
        <tbody>
          {holds.map(({ hold_id, since, by, reason, goods, standing, message_id }) => (
            <tr key={hold_id}>
              <td>{standing.length > 0 ? <Glyph priority="hold" /> : null}</td>
              <td class="nowrap">{zone.value.near(Date.parse(since), now.value)}</td>
              <td>
                <b>{standing.length > 0 ? words.onHold : words.wasOnHold}</b>{" "}
                <a href={`/explore?message=${message_id}`}>
                  {words.holdWords(by, reason, words.goods(standing.length > 0 ? standing : goods))}
                </a>
              </td>
            </tr>
          ))}
          {failed.map(({ id, atMs, words: text }) => (
            <tr key={`${id} ${text}`}>
              <td>
                <Glyph priority="medium" cleared />
              </td>
              <td class="nowrap">{zone.value.near(atMs, now.value)}</td>
              <td>
                <a href={`/explore?message=${id}`}>{text}</a> <b>{words.notPassed}</b>
              </td>
            </tr>
          ))}
          {groupedAlarms(alarms).map(({ newest, times, longestS }) => (
            <tr key={`${newest.machine} ${newest.alarm_id}`}>
              <td>
                <Glyph priority={newest.priority} cleared />
              </td>
              <td class="nowrap">{zone.value.near(Date.parse(newest.raised_at), now.value)}</td>
              <td>
                <b>{newest.machine.split("/").at(-1)}</b>{" "}
                <a href={`/explore?message=${newest.message_id}`}>{newest.message}</a>{" "}
                <span class="label">
                  {[
                    times > 1 ? words.timesLongest(times) : "",
                    longestS === undefined ? "" : duration(longestS * 1000),
                  ]
                    .filter(Boolean)
                    .join(" ")}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function Course({ batch, line }: { readonly batch: BatchCourse; readonly line: PlantLine }) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const { fromMs, toMs, steps } = batch;
  const inner = Math.max(0, width - 20);
  const x = linear(fromMs, toMs, 0, inner);
  const machines = line.process.filter(({ key }) => steps.some(({ machine }) => machine === key));
  const ticks = axisTicks({ fromMs, toMs, width: inner, zone: zone.value });
  return (
    <Section title={words.course} note={duration(toMs - fromMs)}>
      <div class="trends">
        <div>
          {machines.map(({ key, step }) => (
            <div key={key} class="timeline-name small ellipsis">
              {stepWords(step).number} {stepWords(step).name}{" "}
              <a
                class="label"
                href={`${addressOf("machine", key)}?from=${new Date(fromMs).toISOString()}&to=${new Date(toMs).toISOString()}`}
              >
                {key.split("/").at(-1)}
              </a>
            </div>
          ))}
        </div>
        <div ref={ref}>
          <svg width={width} height={machines.length * LANE} role="img" aria-label={words.course}>
            {ticks.map((tick) => (
              <path key={tick} class="d-axis" d={`M${x(tick)} 0v${machines.length * LANE}`} />
            ))}
            {machines.map(({ key }, index) =>
              steps
                .filter(({ machine }) => machine === key)
                .map((step) => (
                  <rect
                    key={step.fromMs}
                    class="d-mass"
                    x={x(step.fromMs)}
                    y={index * LANE + 6}
                    width={Math.max(2, x(step.toMs) - x(step.fromMs))}
                    height="11"
                  >
                    <title>{`${zone.value.full(step.fromMs)}, ${duration(step.toMs - step.fromMs)}`}</title>
                  </rect>
                )),
            )}
          </svg>
          <TimeAxis fromMs={fromMs} toMs={toMs} width={inner} zone={zone.value} />
        </div>
      </div>
    </Section>
  );
}

interface CurvesProps {
  readonly step: BatchStep;
  readonly machine: PlantMachine;
  readonly product: string | undefined;
}

/** The machine's telling tags while it worked on the batch, against the product's limits, with how much was measured. */
function Curves({ step, machine, product }: CurvesProps) {
  const tags = overviewTags(machine.definition);
  const { series, problem, reload } = useSeries(machine.key, tags, {
    fromMs: step.fromMs,
    toMs: step.toMs,
    live: false,
  });
  const [ref, width] = useWidth<HTMLDivElement>();
  const ticks = axisTicks({
    fromMs: step.fromMs,
    toMs: step.toMs,
    width: Math.max(1, width - LIMIT_ROOM),
    zone: zone.value,
  });
  return (
    <div class="curves">
      <h3 class="small">
        {stepWords(machine.step).name}{" "}
        <span class="label">
          {machine.definition.id}, {duration(step.toMs - step.fromMs)}
        </span>
      </h3>
      <Failed problem={problem} onRetry={reload} />
      <div class="trends">
        <div>
          {tags.map((tag) => {
            const known = machine.definition.tags[tag];
            const course = series.get(tag);
            const limits = limitsOf(known, product);
            const lows = course?.points.flatMap(({ min }) => (min === null ? [] : [min])) ?? [];
            const highs = course?.points.flatMap(({ max }) => (max === null ? [] : [max])) ?? [];
            const show = (value: number) =>
              known?.decimals === undefined ? plain(value) : number(value, known.decimals);
            const [low, high] = [Math.min(...lows), Math.max(...highs)];
            const crossed =
              lows.length > 0 && (standing(low, limits) === "alarm" || standing(high, limits) === "alarm");
            return (
              <div key={tag} class="curve-label">
                <span class="small">{tagLabel(tag, known)}</span>
                <span class={`xs ${crossed ? "high strong" : "label"}`}>
                  {lows.length === 0
                    ? texts.trend.nothing
                    : `${show(low)} – ${show(high)} ${known?.unit ?? ""}`}
                </span>
                {course === undefined || course.coverage > 0.995 ? null : (
                  <span class="xs record">{texts.trend.measured(percent(course.coverage, 0))}</span>
                )}
              </div>
            );
          })}
        </div>
        <div ref={ref}>
          {tags.map((tag) => (
            <StripChart
              key={tag}
              points={series.get(tag)?.points ?? []}
              fromMs={step.fromMs}
              toMs={step.toMs}
              width={width}
              height={50}
              limits={limitsOf(machine.definition.tags[tag], product)}
              ticks={ticks}
              label={tagLabel(tag, machine.definition.tags[tag])}
            />
          ))}
          <TimeAxis
            fromMs={step.fromMs}
            toMs={step.toMs}
            width={Math.max(1, width - LIMIT_ROOM)}
            zone={zone.value}
          />
        </div>
      </div>
    </div>
  );
}
