import type { OeeAnswer, StopsAnswer } from "../api/answers.ts";
import { type PlantLine, plant, stepWords, zone } from "../api/plant.ts";
import { useQuery } from "../api/query.ts";
import { now } from "../app/clock.ts";
import { type Period, periodOf, type SpanName, showSpan, spanOf } from "../app/period.ts";
import { choices, choose } from "../app/router.ts";
import { number, percent } from "../format/number.ts";
import { duration } from "../format/time.ts";
import { Failed } from "../parts/failed.tsx";
import { Scroll } from "../parts/scroll.tsx";
import { Section } from "../parts/section.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { ShareBar } from "../parts/share-bar.tsx";
import { Heads } from "../parts/table.tsx";
import { Term } from "../parts/term.tsx";
import { useWidth } from "../parts/use-width.ts";
import { Verdict } from "../parts/verdict.tsx";
import { Waterfall, type WaterfallStep } from "../parts/waterfall.tsx";
import { texts } from "../texts/en.ts";

const words = texts.oee;
const BY_DEFAULT = "24h";
const CHOICES = ["8h", "24h", "3d", "7d"] as const satisfies readonly SpanName[];
const GROUPINGS = ["shift", "product", "order"] as const;
type Grouping = (typeof GROUPINGS)[number];
type Figures = OeeAnswer["figures"][number];

/** Where did the time go, and what would give most of it back? */
export default function OeePage() {
  const model = plant.value;
  if (model === undefined) return null;
  const wanted = choices.value.get("line");
  const line = model.lines.find(({ key }) => key === wanted) ?? model.lines[0];
  return line === undefined ? <p class="empty">{texts.line.noLine}</p> : <Oee key={line.key} line={line} />;
}

function Oee({ line }: { readonly line: PlantLine }) {
  const period = periodOf(BY_DEFAULT);
  const by = groupingOf(choices.value.get("by"));
  const query = spanQuery(line, period);
  const oee = useQuery<OeeAnswer>(`/api/oee?${query}&by=${by}`);
  const stops = useQuery<StopsAnswer>(`/api/stops?${query}`);
  const whole = oee.data?.figures.find(({ group }) => group === null);
  const groups = oee.data?.figures.filter((each) => each !== whole) ?? [];
  const lines = plant.value?.lines ?? [];
  return (
    <>
      <Verdict {...verdictOf(oee.data, whole)}>
        {lines.length < 2 ? null : (
          <Segmented
            label={texts.line.choose}
            options={lines.map((each) => [each.key, each.line.name ?? each.line.id] as const)}
            value={line.key}
            onChoose={(key) => choose({ line: key })}
          />
        )}
        <Segmented<SpanName>
          label={texts.machine.span}
          options={CHOICES.map((span) => [span, words.spans[span]] as const)}
          value={spanOf(BY_DEFAULT)}
          onChoose={showSpan}
        />
      </Verdict>
      <Failed problem={oee.problem} onRetry={oee.reload} />
      {oee.data?.not_rated.includes(line.key) ? <p class="empty">{words.notRated}</p> : null}
      {whole === undefined ? null : (
        <>
          <div class="columns wide-left">
            <Losses figures={whole} />
            <Stops answer={stops.data} known={(whole.known_share ?? 0) > 0} />
          </div>
          <Groups groups={groups} whole={whole} by={by} />
        </>
      )}
      <Failed problem={stops.problem} onRetry={stops.reload} />
    </>
  );
}

function groupingOf(word: string | null): Grouping {
  return GROUPINGS.find((each) => each === word) ?? "shift";
}

function spanQuery(line: PlantLine, { fromMs, toMs }: Period): string {
  // To the minute: a figure of hours does not change by the second, and the same question is asked once.
  const minute = (ms: number) => new Date(Math.floor(ms / 60_000) * 60_000).toISOString();
  return new URLSearchParams({
    site: line.site.id,
    line: line.line.id,
    from: minute(fromMs),
    to: minute(toMs),
  }).toString();
}

function verdictOf(answer: OeeAnswer | undefined, whole: Figures | undefined) {
  if (answer === undefined) return { sentence: texts.states.loading };
  if (whole === undefined || whole.oee === null) return { sentence: words.notGiven, rest: words.why };
  const [largest] = whole.losses.stops;
  const cost =
    largest === undefined
      ? words.noStop
      : words.cost(
          largest.code === null ? categoryWords(largest.category) : codeWords(largest.code),
          percent(largest.lost_ms / whole.planned_busy_ms),
        );
  const unknown =
    whole.known_share !== null && whole.known_share < 0.995
      ? ` ${words.known(percent(whole.known_share))}`
      : "";
  if (whole.implausible !== null)
    return {
      sentence: words.cantBe(percent(whole.oee)),
      rest: words.fasterThanRated(percent(whole.effectiveness), machineWords(whole.measured_at)),
    };
  return {
    sentence: `${words.is(percent(whole.oee))} ${cost}`,
    rest: `${words.parts(percent(whole.availability), percent(whole.effectiveness), percent(whole.quality_ratio, 2))}${unknown}`,
  };
}

function categoryWords(category: string): string {
  return category.replaceAll("_", " ");
}

function codeWords(code: string): string {
  return code.toLowerCase().replaceAll("_", " ");
}

function machineWords(key: string): string {
  const [, , step = "", id = key] = key.split("/");
  return `${stepWords(step).name} ${id}`;
}

/** Of the losses, the largest few by name; the rest together, so that the picture stays readable and still sums. */
const NAMED = 7;

function Losses({ figures }: { readonly figures: Figures }) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const { losses, planned_busy_ms: busy, measured_at, unit } = figures;
  const share = (lost: number) => `${duration(Math.abs(lost))}  ${percent(Math.abs(lost) / busy)}`;
  const named = losses.stops.slice(0, NAMED);
  const others = losses.stops.slice(NAMED).reduce((sum, { lost_ms }) => sum + lost_ms, 0);
  const steps: WaterfallStep[] = [
    ...named.map(({ category, code, lost_ms }) => ({
      name: code === null ? categoryWords(category) : codeWords(code),
      detail: code === null ? undefined : categoryWords(category),
      size: lost_ms,
      words: share(lost_ms),
    })),
    ...(others > 0 ? [{ name: words.others, size: others, words: share(others) }] : []),
    ...(losses.not_counted_ms > 0
      ? [{ name: words.notCounted, size: losses.not_counted_ms, words: share(losses.not_counted_ms) }]
      : []),
    ...(Math.abs(losses.speed_ms) > 0
      ? [
          {
            name: losses.speed_ms > 0 ? words.slower : words.faster,
            size: losses.speed_ms,
            words: `${losses.speed_ms < 0 ? "+ " : ""}${share(losses.speed_ms)}`,
          },
        ]
      : []),
    ...(losses.rejected_ms > 0
      ? [{ name: words.rejected, size: losses.rejected_ms, words: share(losses.rejected_ms) }]
      : []),
  ];
  return (
    <Section
      title={words.where}
      note={
        <>
          {words.measured(machineWords(measured_at))}; <Term of="busy">{words.busy.toLowerCase()}</Term>
        </>
      }
    >
      <div ref={ref}>
        <Waterfall
          whole={{ name: words.busy, size: busy, words: duration(busy) }}
          steps={steps}
          rest={{
            name: words.good(number(figures.good), figures.good_unit ?? unit ?? ""),
            size: losses.good_ms,
            words: `${duration(losses.good_ms)}, OEE ${percent(figures.oee)}`,
          }}
          width={width}
        />
      </div>
    </Section>
  );
}

interface StopsProps {
  readonly answer: StopsAnswer | undefined;
  /** Whether anything is known of the time. */
  readonly known: boolean;
}

function Stops({ answer, known }: StopsProps) {
  const [total] = answer?.totals ?? [];
  return (
    <Section
      title={words.stops}
      note={
        total === undefined || !known ? (
          ""
        ) : (
          <>
            {words.stopsNote(number(total.stops), duration(total.lost_ms), number(total.minor_stops))}{" "}
            <Term of="minor" />
          </>
        )
      }
    >
      {answer?.stops.length === 0 ? (
        <p class="empty">{known ? words.noStops : words.noneKnown}</p>
      ) : (
        <StopsTable answer={answer} />
      )}
    </Section>
  );
}

function StopsTable({ answer }: { readonly answer: StopsAnswer | undefined }) {
  return (
    <table>
      <Heads
        of={[
          { head: words.reason },
          { head: words.times, number: true },
          { head: words.lost, number: true },
          { head: words.longest, number: true },
          { head: words.share, shown: <Term of="others">{words.share}</Term> },
        ]}
      />
      <tbody>
        {answer?.stops
          .slice(0, 12)
          .map(({ category, code, message, count, lost_ms, longest_ms, share, cumulative, causes }) => (
            <tr key={`${category} ${code}`}>
              <td>
                <b>{message ?? (code === null ? categoryWords(category) : codeWords(code))}</b>
                <br />
                <span class="label xs">{causeWords(causes[0])}</span>
              </td>
              <td class="number">{number(count)}</td>
              <td class="number nowrap strong">{duration(lost_ms)}</td>
              <td class="number nowrap">{duration(longest_ms)}</td>
              <td>
                <ShareBar share={share} mark={cumulative} strong={share > 0.3} />
              </td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}

function causeWords(cause: StopsAnswer["stops"][number]["causes"][number] | undefined): string {
  if (cause === undefined || cause.chain.length === 0) return words.own;
  const chain = cause.chain.map((key) => `‹ ${key.split("/").at(-1)}`).join(" ");
  const root =
    cause.root_message ?? (cause.root_code === null ? cause.root_state : codeWords(cause.root_code));
  return `${chain}: ${root}${cause.inferred ? ` ${words.inferred}` : ""}`;
}

function Groups({
  groups,
  whole,
  by,
}: {
  readonly groups: readonly Figures[];
  readonly whole: Figures;
  readonly by: Grouping;
}) {
  return (
    <section class="section">
      <h2>
        {words.by}{" "}
        <Segmented<Grouping>
          label={words.by}
          options={GROUPINGS.map((each) => [each, words.groupings[each]] as const)}
          value={by}
          onChoose={(value) => choose({ by: value })}
        />
      </h2>
      <Scroll label={words.by}>
        <table>
          <Heads
            of={[
              { head: words.groupings[by] },
              ...(["oee", "availability", "effectiveness", "quality"] as const).map((name) => ({
                head: name,
                number: true as const,
                shown: <Term of={name} />,
              })),
              { head: words.goodHead, number: true },
              { head: words.shareHead },
            ]}
          />
          <tbody>
            {groups.map((each) => (
              <GroupRow key={`${each.group} ${each.from}`} figures={each} name={each.group ?? words.none} />
            ))}
          </tbody>
          <tfoot>
            <GroupRow figures={whole} name={words.whole} />
          </tfoot>
        </table>
      </Scroll>
    </section>
  );
}

function GroupRow({ figures, name }: { readonly figures: Figures; readonly name: string }) {
  const {
    from,
    to,
    oee,
    availability,
    effectiveness,
    implausible,
    quality_ratio,
    good,
    good_unit,
    losses,
    planned_busy_ms: busy,
  } = figures;
  const stopped = losses.stops.reduce((sum, { lost_ms }) => sum + lost_ms, 0);
  return (
    <tr>
      <th scope="row" class="nowrap">
        {name} <span class="label">{zone.value.span(Date.parse(from), Date.parse(to), now.value)}</span>
      </th>
      <td class="number strong">{percent(oee)}</td>
      <td class="number">{percent(availability)}</td>
      <td class={implausible === null ? "number" : "number strong"}>
        {implausible === null ? null : (
          <abbr title={words.fasterThanRated(percent(effectiveness), machineWords(figures.measured_at))}>
            !
          </abbr>
        )}{" "}
        {percent(effectiveness)}
      </td>
      <td class="number">{percent(quality_ratio, 2)}</td>
      <td class="number nowrap">
        {number(good)} <span class="unit">{good_unit ?? ""}</span>
      </td>
      <td>
        <svg width="240" height="12" aria-hidden="true">
          <rect
            class="d-mass"
            x="0"
            y="1"
            width={busy > 0 ? Math.max(0, (losses.good_ms / busy) * 240) : 0}
            height="10"
          />
          <rect
            class="d-bars-strong"
            x={busy > 0 ? Math.max(0, ((busy - stopped) / busy) * 240) : 0}
            y="1"
            width={busy > 0 ? (stopped / busy) * 240 : 0}
            height="10"
          />
        </svg>
      </td>
    </tr>
  );
}
