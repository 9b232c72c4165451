import type { CompletenessAnswer, RecallAnswer, ViewsAnswer } from "../../api/answers.ts";
import { zone } from "../../api/plant.ts";
import { useQuery } from "../../api/query.ts";
import { now } from "../../app/clock.ts";
import { addressOf } from "../../app/router.ts";
import { number, percent } from "../../format/number.ts";
import { batchesIn } from "../../format/recall-words.ts";
import { Glyph } from "../../parts/glyph.tsx";
import { Scroll } from "../../parts/scroll.tsx";
import { texts } from "../../texts/en.ts";

const words = texts.recall;

/** What was packed in that time and has no path from what is suspected. */
export function Clear({ data }: { readonly data: RecallAnswer }) {
  const pallets = data.clear.reduce((sum, each) => sum + each.pallets, 0);
  const kg = data.clear.reduce((sum, each) => sum + each.kg, 0);
  return (
    <section class="section">
      <h2>
        {words.provably} <span class="label">{words.provablyNote(number(pallets), number(kg, 0))}</span>
      </h2>
      {pallets === 0 ? (
        <p class="empty">{words.noneClear}</p>
      ) : (
        <Scroll label={words.provably} class="characteristics">
          <table>
            <thead>
              <tr>
                <th scope="col">{words.batch}</th>
                <th scope="col" class="number">
                  {words.palletsHead}
                </th>
                <th scope="col" class="number">
                  kg
                </th>
                <th scope="col">{words.packedFrom}</th>
                <th scope="col">{words.evidence}</th>
              </tr>
            </thead>
            <tbody>
              {data.clear.map(({ lots, pallets: count, kg: mass, first_at, last_at }) => (
                <tr key={lots.join()}>
                  <th scope="row">{batchesIn(lots)}</th>
                  <td class="number">{number(count)}</td>
                  <td class="number">{number(mass, 1)}</td>
                  <td class="nowrap">
                    {zone.value.span(Date.parse(first_at), Date.parse(last_at), now.value)}
                  </td>
                  <td>
                    <a href={`${addressOf("genealogy", lots[0] ?? "")}?direction=up`}>{words.noPath}</a>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </section>
  );
}

/** How far it spread: how many lots and pallets have a part, and the largest one. */
export function Dispersion({ data }: { readonly data: RecallAnswer }) {
  return (
    <section class="section">
      <h2>{words.dispersion}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{words.isIn}</th>
            <th scope="col" class="number">
              {words.count}
            </th>
            <th scope="col" class="number">
              {words.largest}
            </th>
          </tr>
        </thead>
        <tbody>
          {data.dispersion.map(({ kind, count, largest_share }) => (
            <tr key={kind}>
              <th scope="row">{kind.replaceAll("_", " ")}</th>
              <td class="number">{number(count)}</td>
              <td class="number">{percent(largest_share, 2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What the answer rests on: is the record whole, are the views level, what could they not bring together. */
export function Trust({ data }: { readonly data: RecallAnswer }) {
  const totals = useQuery<CompletenessAnswer>("/api/completeness", [], 30).data?.totals;
  const views = useQuery<ViewsAnswer>("/api/views", [], 10).data?.views;
  const view = views?.find(({ name, standing }) => name === "genealogy" && standing === "answering");
  const behind = Math.max(0, ...data.as_of.views.map((each) => each.behind));
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
