import type { CompletenessAnswer, PlausibilityAnswer } from "../api/answers.ts";
import { placeName, plant, stepWords, zone } from "../api/plant.ts";
import { useQuery } from "../api/query.ts";
import { now } from "../app/clock.ts";
import { addressOf } from "../app/router.ts";
import { number, percent, rangesInWords } from "../format/number.ts";
import { duration } from "../format/time.ts";
import { Failed } from "../parts/failed.tsx";
import { Scroll } from "../parts/scroll.tsx";
import { Verdict } from "../parts/verdict.tsx";
import { texts } from "../texts/en.ts";
import { Coverage } from "./data/coverage.tsx";
import { Findings } from "./data/findings.tsx";
import { Notifications } from "./data/notifications.tsx";
import { CLOCK, Plausibility, usePlausibility } from "./data/plausibility.tsx";
import { Quarantine } from "./data/quarantine.tsx";
import { Views } from "./data/views.tsx";

const words = texts.data;
type Publisher = CompletenessAnswer["publishers"][number];

/** A clock is worth a word when it is off by more than this. */
const SKEW_MS = 2_000;
/** What was flagged so lately is so now. */
const RECENT_MS = 300_000;
/** Whoever says nothing for so long is silent. */
const SILENT_MS = 120_000;

/** Is the record whole? What is missing, what was put aside, and how far the views have come. */
export default function DataPage() {
  const { data, problem, reload } = useQuery<CompletenessAnswer>("/api/completeness", [], 5);
  return (
    <>
      {data === undefined ? (
        <Verdict sentence={texts.states.loading} />
      ) : (
        <Summary totals={data.totals} publishers={data.publishers} />
      )}
      <Failed problem={problem} onRetry={reload} />
      {data === undefined ? null : <Publishers publishers={data.publishers} totals={data.totals} />}
      <Coverage />
      <div class="columns even">
        <div class="stack">
          <Quarantine />
          <Plausibility anything={data === undefined || data.totals.seen + data.totals.unsequenced > 0} />
        </div>
        <div class="stack">
          <Views />
          <Findings />
          <Notifications />
        </div>
      </div>
    </>
  );
}

function Summary({ totals, publishers }: Pick<CompletenessAnswer, "totals" | "publishers">) {
  const { seen, missing, unsequenced } = totals;
  const flagged = usePlausibility().data?.flagged ?? [];
  const skewed = flagged.find(
    ({ flag, last_received_at }) => flag === CLOCK && now.value - Date.parse(last_received_at) < RECENT_MS,
  );
  const silent = publishers.filter((each) => now.value - Date.parse(each.last_seen_at) > SILENT_MS);
  const clock = skewed === undefined ? undefined : clockWords(skewed, publishers);
  const allSilent = seen > 0 && silent.length === publishers.length;
  const parts = [
    allSilent ? words.allSilent(lastHeard(publishers)) : undefined,
    missing === 0
      ? undefined
      : words.missing(
          number(missing),
          new Set(publishers.filter((each) => each.missing > 0).map(({ machine }) => machine)).size,
        ),
    clock,
    unsequenced > 0 ? words.unsequenced(number(unsequenced)) : undefined,
  ].filter((each) => each !== undefined);
  const [first, ...others] = parts;
  if (missing > 0 || clock !== undefined || allSilent) {
    const rest = missing === 0 ? [...others, words.whole(number(seen))] : others;
    return <Verdict priority="record" sentence={first ?? ""} rest={rest.join(" ") || undefined} />;
  }
  return (
    <Verdict
      sentence={seen === 0 ? words.nothing : words.whole(number(seen))}
      rest={parts.join(" ") || undefined}
    />
  );
}

/** Whose clock is off, by how much, since when. */
function clockWords(
  { machine, first_received_at }: PlausibilityAnswer["flagged"][number],
  publishers: readonly Publisher[],
): string {
  const [, , step = "", id = machine] = machine.split("/");
  const skew = publishers.find((each) => each.machine === machine)?.clock_skew_ms ?? 0;
  const since = zone.value.near(Date.parse(first_received_at), now.value);
  return words.clockOff(`${stepWords(step).name} ${id}`, duration(Math.abs(skew)), skew < 0, since);
}

function lastHeard(publishers: readonly Publisher[]): string {
  const last = Math.max(...publishers.map(({ last_seen_at }) => Date.parse(last_seen_at)));
  return zone.value.near(last, now.value);
}

function Publishers({ publishers, totals }: Pick<CompletenessAnswer, "totals" | "publishers">) {
  const { seen, stored, missing, quarantined_unsequenced: apart } = totals;
  const quarantined = totals.quarantined - apart;
  const closes = seen === stored + quarantined + missing;
  return (
    <section>
      <p class="sum">
        <span class="label">{words.numbered}</span> <b>{number(seen)}</b> <span class="label">=</span>{" "}
        <b>{number(stored)}</b> <span class="label">{words.stored} +</span>{" "}
        <b class={missing > 0 ? "record" : ""}>{number(missing)}</b>{" "}
        <span class="label">{words.missingWord} +</span>{" "}
        <b class={quarantined > 0 ? "record" : ""}>{number(quarantined)}</b>{" "}
        <span class="label">{words.inQuarantine}</span>
        {apart === 0 ? null : <span class="record">{words.quarantinedApart(number(apart))}</span>}
        <span class={closes ? "label" : "high strong"}>{closes ? words.closes : words.doesNotClose}</span>
      </p>
      <Scroll label={words.machine}>
        <table>
          <thead>
            <tr>
              <th scope="col">{words.machine}</th>
              <th scope="col">{words.start}</th>
              <th scope="col" class="number">
                {words.seen}
              </th>
              <th scope="col" class="number">
                {words.stored}
              </th>
              <th scope="col" class="number">
                {words.missingWord}
              </th>
              <th scope="col" class="number">
                {words.share}
              </th>
              <th scope="col" class="number">
                {words.late}
              </th>
              <th scope="col" class="number">
                {words.repeated}
              </th>
              <th scope="col" class="number">
                {words.inQuarantine}
              </th>
              <th scope="col" class="number">
                {words.skew}
              </th>
              <th scope="col">{words.lastHeard}</th>
              {totals.missing === 0 ? null : <th scope="col">{words.missingNumbers}</th>}
            </tr>
          </thead>
          <tbody>
            {publishers.map((publisher) => (
              <PublisherRow
                key={`${publisher.machine} ${publisher.boot}`}
                publisher={publisher}
                ranged={totals.missing > 0}
              />
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

interface PublisherRowProps {
  readonly publisher: Publisher;
  /** Whether which numbers are missing has a column: where none is, it would be empty. */
  readonly ranged: boolean;
}

function PublisherRow({ publisher, ranged }: PublisherRowProps) {
  const {
    machine,
    boot,
    highest,
    stored,
    missing,
    refilled,
    duplicates,
    quarantined,
    clock_skew_ms: skew,
  } = publisher;
  const id = machine.split("/").at(-1) ?? machine;
  const silentMs = now.value - Date.parse(publisher.last_seen_at);
  const ranges = rangesInWords(publisher.missing_ranges);
  const violet = (count: number) => (count > 0 ? "number record strong" : "number");
  return (
    <tr>
      <th scope="row" class="nowrap">
        {placeName(machine)}{" "}
        {plant.value?.machines.has(machine) ? (
          <a class="label" href={addressOf("machine", machine)}>
            {id}
          </a>
        ) : (
          <span class="label">{id}</span>
        )}
      </th>
      <td class="nowrap">
        {boot === null ? (
          <span class="label">{words.noIdentity}</span>
        ) : (
          zone.value.near(Date.parse(publisher.first_seen_at), now.value)
        )}
      </td>
      <td class="number">{highest === null ? "–" : number(highest)}</td>
      <td class="number">{number(stored)}</td>
      <td class={violet(missing)}>{boot === null ? "–" : number(missing)}</td>
      <td class="number">{highest === null || highest === 0 ? "–" : percent(missing / highest)}</td>
      <td class="number">{number(refilled)}</td>
      <td class="number">{number(duplicates)}</td>
      <td class={violet(quarantined)}>{number(quarantined)}</td>
      <td class={`number nowrap ${Math.abs(skew ?? 0) > SKEW_MS ? "strong" : "label"}`}>
        {skew === null ? "–" : duration(skew)}
      </td>
      <td class={`nowrap ${silentMs > 60_000 ? "strong" : ""}`}>{duration(Math.max(0, silentMs))}</td>
      {ranged ? (
        <td class="mono nowrap">
          {ranges.words} {ranges.more > 0 ? <span class="label">{words.more(ranges.more)}</span> : null}
        </td>
      ) : null}
    </tr>
  );
}
