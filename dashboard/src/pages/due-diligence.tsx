import type { CocoaLotsAnswer, DueDiligenceAnswer } from "../api/answers.ts";
import { saveCsv } from "../api/csv-export.ts";
import { zone } from "../api/plant.ts";
import { useQuery } from "../api/query.ts";
import { now } from "../app/clock.ts";
import { addressOf, choices, choose, go, type PageProps } from "../app/router.ts";
import { behindOf, isLevel } from "../format/level.ts";
import { number, percent } from "../format/number.ts";
import { NotAll, Stale } from "../parts/as-of.tsx";
import { AskFor } from "../parts/ask-for.tsx";
import { Failed } from "../parts/failed.tsx";
import { Scroll } from "../parts/scroll.tsx";
import { Section } from "../parts/section.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Verdict } from "../parts/verdict.tsx";
import { texts } from "../texts/en.ts";

const words = texts.dueDiligence;

/** Regulation (EU) 2023/1115: the cocoa that came in, or what is in a lot, pallet, batch or shipment. */
export default function DueDiligencePage({ levels }: PageProps) {
  const [goods] = levels;
  return goods === undefined ? <Received /> : <Goods key={goods} goods={goods} />;
}

function Find({ value = "" }: { readonly value?: string }) {
  return (
    <AskFor
      label={words.askFor}
      button={words.ask}
      value={value}
      onAsk={(typed) => go(addressOf("due-diligence", typed))}
    />
  );
}

function Received() {
  const only = choices.value.get("only") === "without" ? "without" : "all";
  const query = only === "without" ? "?limit=1000&without_reference=true" : "?limit=1000";
  const { data, problem, atMs, reload } = useQuery<CocoaLotsAnswer>(`/api/due-diligence${query}`, [], 60);
  const none = data?.without_reference ?? 0;
  return (
    <>
      <Verdict
        priority={none > 0 ? "high" : undefined}
        sentence={
          data === undefined
            ? texts.states.loading
            : data.all === 0
              ? words.nothing
              : none === 0
                ? words.covered(number(data.all))
                : words.uncovered(number(none), number(data.all))
        }
        rest={
          data === undefined || data.all === 0
            ? undefined
            : words.from(data.countries.map(({ country }) => country ?? words.nowhere))
        }
      >
        <Segmented<"all" | "without">
          label={words.lots}
          options={[
            ["all", words.all],
            ["without", words.without],
          ]}
          value={only}
          onChoose={(value) => choose({ only: value === "all" ? undefined : value })}
        />
        <button
          type="button"
          class="btn"
          disabled={data !== undefined && !isLevel(behindOf(data))}
          onClick={() => void saveCsv(`/api/due-diligence${query}`, "cocoa-lots.csv")}
        >
          {texts.alarms.csv}
        </button>
      </Verdict>
      <Find />
      <Failed problem={problem} onRetry={reload} />
      {data !== undefined && problem !== undefined ? <Stale atMs={atMs} /> : null}
      <NotAll data={data} />
      {data === undefined ? null : (
        <div class="columns wide-left">
          <Section title={words.lots} note={words.newestFirst}>
            {data.lots.length === 0 ? (
              <p class="empty">{only === "without" ? words.noneWithout : words.empty}</p>
            ) : (
              <Scroll label={words.lots}>
                <Table
                  rows={data.lots}
                  keyOf={({ lot }) => lot}
                  columns={[
                    ...aboutLot("due-diligence"),
                    {
                      head: words.receivedAt,
                      class: "nowrap",
                      cell: ({ received_at }) => zone.value.near(Date.parse(received_at), now.value),
                    },
                    { head: "kg", number: true, cell: ({ kg }) => number(kg, 1) },
                    ...COVERED,
                  ]}
                />
              </Scroll>
            )}
          </Section>
          <section class="section">
            <h2>{words.countries}</h2>
            <Table
              rows={data.countries}
              keyOf={({ country }) => country ?? ""}
              columns={[
                { head: words.country, cell: ({ country }) => country ?? words.nowhere },
                { head: words.lotsHead, number: true, cell: ({ lots }) => number(lots) },
                { head: "kg", number: true, cell: ({ kg }) => number(kg, 1) },
                { head: words.plots, number: true, cell: ({ plots }) => number(plots) },
              ]}
            />
          </section>
        </div>
      )}
    </>
  );
}

interface Lot {
  readonly lot: string;
  readonly supplier: string;
  readonly country: string | null;
  readonly references: readonly string[];
  readonly plots: number;
}

/** What both lists say of a lot: it leads to a page of its own. */
function aboutLot(page: "due-diligence" | "genealogy"): readonly Column<Lot>[] {
  return [
    { head: words.lot, class: "anywhere", cell: ({ lot }) => <a href={addressOf(page, lot)}>{lot}</a> },
    { head: words.supplier, cell: ({ supplier }) => supplier },
    { head: words.country, cell: ({ country }) => country ?? words.nowhere },
  ];
}

const COVERED: readonly Column<Lot>[] = [
  { head: words.references, cell: ({ references }) => <References references={references} /> },
  { head: words.plots, number: true, cell: ({ lot, plots }) => <Plots lot={lot} plots={plots} /> },
];

function References({ references }: { readonly references: readonly string[] }) {
  return references.length === 0 ? (
    <b class="high">{words.noReference}</b>
  ) : (
    <span class="mono">
      {references.map((reference) => (
        <span key={reference} class="nowrap">
          {reference}{" "}
        </span>
      ))}
    </span>
  );
}

function Plots({ lot, plots }: { readonly lot: string; readonly plots: number }) {
  return plots === 0 ? (
    <>0</>
  ) : (
    <a
      href={`/api${addressOf("due-diligence", lot)}/plots`}
      download={`${lot}.geojson`}
      aria-label={words.plotsOf(plots, lot)}
    >
      {plots}
    </a>
  );
}

/** What is in goods, carried from the bean lots: for a customer's question, and its export. */
function Goods({ goods }: { readonly goods: string }) {
  const path = `/api${addressOf("due-diligence", goods)}`;
  const { data, problem, atMs, reload } = useQuery<DueDiligenceAnswer>(path, [], 60);
  const none = data?.uncovered.length ?? 0;
  const unknown = data?.unknown_origin.length ?? 0;
  const level = data === undefined || isLevel(behindOf(data));
  const notPassed =
    data === undefined || data.passed_on === null
      ? []
      : data.references.filter((each) => data.passed_on?.includes(each) === false);
  return (
    <>
      <Verdict
        priority={none > 0 ? "high" : unknown + notPassed.length > 0 ? "record" : undefined}
        sentence={
          data === undefined
            ? goods
            : none > 0
              ? words.goodsUncovered(goods, number(none), number(data.lots.length))
              : words.goodsCovered(goods, number(data.lots.length), number(data.references.length))
        }
        rest={
          data === undefined
            ? texts.states.loading
            : unknown > 0
              ? words.unknownOrigin(number(unknown))
              : undefined
        }
      >
        <a class="btn" href="/due-diligence">
          {words.allLots}
        </a>
        <a class="btn" href={addressOf("genealogy", goods)}>
          {texts.pages.genealogy}
        </a>
        {level ? (
          <a class="btn" href={`${path}/plots`} download={`${goods}.geojson`}>
            {words.geojson}
          </a>
        ) : (
          <button type="button" class="btn" disabled>
            {words.geojson}
          </button>
        )}
        <button
          type="button"
          class="btn"
          disabled={!level}
          onClick={() => void saveCsv(path, `${goods}-due-diligence.csv`)}
        >
          {texts.alarms.csv}
        </button>
      </Verdict>
      <Find value={goods} />
      <Failed problem={problem} onRetry={reload} />
      {data !== undefined && problem !== undefined ? <Stale atMs={atMs} /> : null}
      <NotAll data={data} />
      {notPassed.length === 0 ? null : <p class="record">{words.notPassed(notPassed.join(", "))}</p>}
      {data === undefined ? null : (
        <Section title={words.lotsIn} note={words.lotsInNote}>
          {data.lots.length === 0 ? <p class="empty">{words.noCocoa}</p> : null}
          <Scroll label={words.lotsIn}>
            <Table
              rows={data.lots}
              keyOf={({ lot }) => lot}
              columns={[
                ...aboutLot("genealogy"),
                { head: words.share, number: true, cell: ({ share }) => percent(share, 2) },
                ...COVERED,
              ]}
            />
          </Scroll>
          {unknown === 0 ? null : (
            <details>
              <summary>{words.unknownOrigin(number(unknown))}</summary>
              <ul class="plain small">
                {data.unknown_origin.slice(0, 200).map((lot) => (
                  <li key={lot}>
                    <a href={addressOf("genealogy", lot)}>{lot}</a>
                  </li>
                ))}
              </ul>
            </details>
          )}
        </Section>
      )}
    </>
  );
}
