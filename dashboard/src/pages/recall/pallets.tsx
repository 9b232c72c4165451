import type { RecallAnswer } from "../../api/answers.ts";
import { addressOf } from "../../app/router.ts";
import { number, percent } from "../../format/number.ts";
import { batchesIn, type PalletRow, palletRows } from "../../format/recall-words.ts";
import { Scroll } from "../../parts/scroll.tsx";
import { Section } from "../../parts/section.tsx";
import { texts } from "../../texts/en.ts";

const words = texts.recall;
const SIDE = 12;
const PITCH = 15;
/** Squares of one row; more than that are said as a number. */
const MOST_SQUARES = 16;
/** Rows that are drawn: the table of goods (CSV) has all of them. */
const MOST_ROWS = 60;

/** Every pallet of the time as a square, by the lots that are in it: what comes back, is held, is clear. */
export function Pallets({ data }: { readonly data: RecallAnswer }) {
  const rows = palletRows(data);
  const cases = data.units.filter(({ unit_kind }) => unit_kind === "case").length;
  return (
    <Section title={words.pallets} note={words.packed(number(data.without_genealogy.pallets))}>
      <p class="legend xs">
        <Square kind="back" /> {words.legend.back} <Square kind="hold" /> {words.legend.hold}{" "}
        <Square kind="clear" /> {words.legend.clear}
      </p>
      {rows.length === 0 ? <p class="empty">{words.noPallets}</p> : null}
      <Scroll label={words.pallets}>
        <table>
          <thead>
            <tr>
              <th scope="col">{words.batch}</th>
              <th scope="col">{words.inOrder}</th>
              <th scope="col" class="number">
                kg
              </th>
              <th scope="col" class="number">
                {words.share}
              </th>
              <th scope="col" class="number">
                {words.decision}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, MOST_ROWS).map((row) => (
              <Row key={`${row.clear} ${row.lots.join()}`} row={row} />
            ))}
          </tbody>
        </table>
      </Scroll>
      {rows.length > MOST_ROWS ? <p class="note">{words.moreRows(number(rows.length - MOST_ROWS))}</p> : null}
      {cases === 0 ? null : <p class="note">{words.cases(number(cases))}</p>}
    </Section>
  );
}

function Row({ row }: { readonly row: PalletRow }) {
  const { lots, product, kg, share, units, clear } = row;
  const back = units.filter(({ decision }) => decision === "call_back").length;
  const hold = units.filter(({ decision }) => decision === "hold").length;
  const squares =
    clear > 0
      ? Array.from({ length: Math.min(clear, MOST_SQUARES) }, (_, index) => ({
          key: String(index),
          kind: "clear" as const,
          title: "",
        }))
      : units.slice(0, MOST_SQUARES).map(({ unit, decision, kg: mass, packed_at }) => ({
          key: unit,
          kind:
            decision === "call_back"
              ? ("back" as const)
              : decision === "hold"
                ? ("hold" as const)
                : ("clear" as const),
          title: `${unit}, ${number(mass, 1)} kg, ${packed_at}`,
        }));
  const [lot = ""] = lots;
  const more = (clear > 0 ? clear : units.length) - squares.length;
  return (
    <tr>
      <th scope="row" class="nowrap">
        <span class={`product product-${product ?? "none"}`}>
          <a href={addressOf("genealogy", lot)}>{batchesIn(lots)}</a>
        </span>
      </th>
      <td>
        <span class="squares">
          <svg
            width={Math.max(1, squares.length) * PITCH}
            height={SIDE + 2}
            role="img"
            aria-label={clear > 0 ? words.clearCount(clear) : words.counts(back, hold)}
          >
            {squares.map(({ key, kind, title }, index) => (
              <g key={key} transform={`translate(${index * PITCH + 1} 1)`}>
                <rect class={`pallet-${kind}`} width={SIDE} height={SIDE}>
                  <title>{title}</title>
                </rect>
                {lots.length > 1 ? <path class="pallet-two" d={`M0 ${SIDE}L${SIDE} 0`} /> : null}
              </g>
            ))}
          </svg>
          {more > 0 ? <span class="label xs">+{number(more)}</span> : null}
        </span>
      </td>
      <td class="number">{number(kg, 1)}</td>
      <td class="number">{clear > 0 ? "0" : percent(share, 2)}</td>
      <td class="number">
        {clear > 0 ? words.clear : <b class={back + hold > 0 ? "high" : ""}>{words.counts(back, hold)}</b>}
      </td>
    </tr>
  );
}

function Square({ kind }: { readonly kind: "back" | "hold" | "clear" }) {
  return (
    <svg class="swatch" width={SIDE} height={SIDE} aria-hidden="true">
      <rect class={`pallet-${kind}`} x="1" y="1" width={SIDE - 2} height={SIDE - 2} />
    </svg>
  );
}
