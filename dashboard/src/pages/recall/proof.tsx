import type { CompletenessAnswer, RecallAnswer, ViewsAnswer } from "../../api/answers.ts";
import { zone } from "../../api/plant.ts";
import { useQuery } from "../../api/query.ts";
import { now } from "../../app/clock.ts";
import { addressOf } from "../../app/router.ts";
import { behindOf } from "../../format/level.ts";
import { number, percent } from "../../format/number.ts";
import { batchesIn } from "../../format/recall-words.ts";
import { Glyph } from "../../parts/glyph.tsx";
import { Scroll } from "../../parts/scroll.tsx";
import { Section } from "../../parts/section.tsx";
import { Table } from "../../parts/table.tsx";
import { texts } from "../../texts/en.ts";

const words = texts.recall;

/** What was packed in that time and has no path from what is suspected. */
export function Clear({ data }: { readonly data: RecallAnswer }) {
  const pallets = data.clear.reduce((sum, each) => sum + each.pallets, 0);
  const kg = data.clear.reduce((sum, each) => sum + each.kg, 0);
  return (
    <Section title={words.provably} note={words.provablyNote(number(pallets), number(kg, 0))}>
      {pallets === 0 ? (
        <p class="empty">{words.noneClear}</p>
      ) : (
        <Scroll label={words.provably} class="characteristics">
          <Table
            rows={data.clear}
            keyOf={({ lots }) => lots.join()}
            columns={[
              { head: words.batch, cell: ({ lots }) => batchesIn(lots) },
              { head: words.palletsHead, number: true, cell: ({ pallets: count }) => number(count) },
              { head: "kg", number: true, cell: ({ kg: mass }) => number(mass, 1) },
              {
                head: words.packedFrom,
                class: "nowrap",
                cell: ({ first_at, last_at }) =>
                  zone.value.span(Date.parse(first_at), Date.parse(last_at), now.value),
              },
              {
                head: words.evidence,
                cell: ({ lots }) => (
                  <a href={`${addressOf("genealogy", lots[0] ?? "")}?direction=up`}>{words.noPath}</a>
                ),
              },
            ]}
          />
        </Scroll>
      )}
    </Section>
  );
}

/** How far it spread: how many lots and pallets have a part, and the largest one. */
export function Dispersion({ data }: { readonly data: RecallAnswer }) {
  return (
    <section class="section">
      <h2>{words.dispersion}</h2>
      <Table
        rows={data.dispersion}
        keyOf={({ kind }) => kind}
        columns={[
          { head: words.isIn, cell: ({ kind }) => kind.replaceAll("_", " ") },
          { head: words.count, number: true, cell: ({ count }) => number(count) },
          { head: words.largest, number: true, cell: ({ largest_share }) => percent(largest_share, 2) },
        ]}
      />
    </section>
  );
}

/** What the answer rests on: is the record whole, are the views level, what could they not bring together. */
export function Trust({ data }: { readonly data: RecallAnswer }) {
  const totals = useQuery<CompletenessAnswer>("/api/completeness", [], 30).data?.totals;
  const views = useQuery<ViewsAnswer>("/api/views", [], 10).data?.views;
  const view = views?.find(({ name, standing }) => name === "genealogy" && standing === "answering");
  const behind = behindOf(data);
  const missing = totals?.missing ?? 0;
  const findings = view?.findings ?? 0;
  return (
    <section class="section">
      <h2>{words.trust}</h2>
      <ul class="plain small">
        {behind === 0 ? (
          <li>{words.level(number(data.as_of.log_position))}</li>
        ) : (
          <li class="record">
            <Glyph priority="record" size={12} /> {words.behind(number(behind))}
          </li>
        )}
        {totals === undefined ? null : missing === 0 ? (
          <li>{words.whole(number(totals.seen))}</li>
        ) : (
          <li class="record">
            <Glyph priority="record" size={12} /> <a href="/data">{words.holes(number(missing))}</a>
          </li>
        )}
        {view === undefined ? null : findings === 0 ? (
          <li>{words.noFindings}</li>
        ) : (
          <li class="record">
            <Glyph priority="record" size={12} /> <a href="/data">{words.findings(number(findings))}</a>
          </li>
        )}
        {data.unknown.length === 0 ? null : <li class="record">{words.unknown(data.unknown.join(", "))}</li>}
        {data.refused.length === 0 ? null : <li>{words.refused(number(data.refused.length))}</li>}
      </ul>
    </section>
  );
}
