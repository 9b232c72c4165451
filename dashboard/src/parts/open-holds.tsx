import { type Hold, putAt, type useOpenHolds } from "../api/holds.ts";
import { zone } from "../api/plant.ts";
import { now } from "../app/clock.ts";
import { number } from "../format/number.ts";
import { texts } from "../texts/en.ts";
import { Glyph } from "./glyph.tsx";
import { Section } from "./section.tsx";

const words = texts.holds;
/** Holds that are listed, and ids that a row names. */
const SHOWN = 8;
const NAMED = 2;

/** What may not be used, moved on or shipped: what, since when, why; nothing where nothing is on hold. */
export function OpenHolds({ holds }: { readonly holds: ReturnType<typeof useOpenHolds> }) {
  const { open, problem, reload } = holds;
  if (open.length === 0 && problem === undefined) return null;
  return (
    <Section title={words.title} note={words.note} of={{ problem, reload }}>
      <table>
        <tbody>
          {open.slice(0, SHOWN).map((hold) => (
            <Row key={hold.hold_id} hold={hold} />
          ))}
        </tbody>
      </table>
      {open.length <= SHOWN ? null : <p class="label">{words.more(number(open.length - SHOWN))}</p>}
    </Section>
  );
}

function Row({ hold }: { readonly hold: Hold }) {
  const [put] = hold.events;
  const held = hold.goods.filter(({ decision }) => decision === null);
  // Lots lead to everything that was made of them; goods that were held as they are, to themselves.
  const lots = held.filter(({ kind }) => kind === "lot");
  const ids = (lots.length === 0 ? held : lots).map(({ id }) => id);
  return (
    <tr>
      <td>
        <Glyph priority="hold" />
      </td>
      <td class="nowrap">{zone.value.near(putAt(hold), now.value)}</td>
      <th scope="row">
        {hold.hold_id}
        <br />
        <span class="label">{goodsWords(hold)}</span>
      </th>
      <td>{put?.reason}</td>
      <td class="label nowrap">{put?.by}</td>
      <td class="number nowrap">
        {ids.length === 0 ? null : (
          <a class="btn" href={`/recall?lots=${encodeURIComponent(ids.slice(0, 20).join(","))}`}>
            {texts.recall.whereItWent}
          </a>
        )}
      </td>
    </tr>
  );
}

/** "2 lots (a, b), 14 cases and pallets" */
function goodsWords(hold: Hold, named = NAMED): string {
  const { lots, units } = heldBy(hold);
  return words.goods(lots.slice(0, named), lots.length, units);
}

/** "2 lots, 14 cases and pallets": the list beside it has their names. */
function goodsCounted(hold: Hold): string {
  return goodsWords(hold, heldBy(hold).lots.length === 1 ? 1 : 0);
}

function heldBy({ goods }: Hold): { lots: string[]; units: number } {
  const held = goods.filter(({ decision }) => decision === null);
  const lots = held.filter(({ kind }) => kind === "lot").map(({ id }) => id);
  return { lots, units: held.length - lots.length };
}

/** A hold as a sentence. */
export function holdWords(hold: Hold): string {
  return words.sentence(
    goodsCounted(hold),
    zone.value.near(putAt(hold), now.value),
    hold.events[0]?.reason ?? "",
  );
}

/** A hold in a few words, where another sentence stands first. */
export function holdBriefly(hold: Hold): string {
  return words.short(goodsCounted(hold), zone.value.near(putAt(hold), now.value));
}
