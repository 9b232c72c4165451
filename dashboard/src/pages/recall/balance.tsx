import type { RecallAnswer } from "../../api/answers.ts";
import { number, percent } from "../../format/number.ts";
import { segments } from "../../format/recall-words.ts";
import { Section } from "../../parts/section.tsx";
import { useWidth } from "../../parts/use-width.ts";
import { texts } from "../../texts/en.ts";

const words = texts.recall;
const BAR = 20;

/** What would be held without genealogy and what with it; and where the suspected mass went. */
export function Balance({ data }: { readonly data: RecallAnswer }) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const { without_genealogy: all, with_genealogy: known, balance } = data;
  const whole = Math.max(1, all.pallets);
  const parts = segments(
    [
      { name: words.parts.packed, kind: "hold", kg: balance.packed_kg },
      { name: words.parts.store, kind: "store", kg: balance.in_store_kg },
      { name: words.parts.lost, kind: "lost", kg: balance.lost_kg },
    ],
    Math.max(balance.in_kg, balance.packed_kg + balance.in_store_kg),
  );
  const missing = balance.in_kg === 0 ? 0 : Math.abs(balance.missing_kg) / balance.in_kg;
  return (
    <>
      <Section title={words.mustHold} note={words.ofPallets(number(all.pallets))}>
        <div ref={ref} />
        <dl class="bars">
          <dt>
            {words.without} <span class="label xs">{words.withoutNote}</span>
          </dt>
          <dd>
            <svg width={width} height={BAR} aria-hidden="true">
              <rect class="d-mass" width={width} height={BAR} />
            </svg>
            <span>{words.palletsShare(number(all.pallets), number(all.kg, 0), "100 %")}</span>
          </dd>
          <dt>
            {words.with} <span class="label xs">{words.withNote}</span>
          </dt>
          <dd>
            <svg width={width} height={BAR} aria-hidden="true">
              <rect class="d-outline" x=".5" y=".5" width={Math.max(0, width - 1)} height={BAR - 1} />
              <rect class="pallet-hold" width={(width * known.pallets) / whole} height={BAR} />
            </svg>
            <b>
              {words.palletsShare(
                number(known.pallets),
                number(known.kg, 0),
                percent(known.pallets / whole, 0),
              )}
            </b>
          </dd>
        </dl>
        <p class="small">
          {words.kept(number(all.pallets - known.pallets), number(Math.max(0, all.kg - known.kg), 0))}
        </p>
      </Section>
      {balance.in_kg === 0 ? null : (
        <Section title={words.balance(number(balance.in_kg, 0))} note={words.balanceNote}>
          <svg width={width} height={BAR} aria-hidden="true">
            {parts.map(({ name, kind, from, width: part }) => (
              <rect
                key={name}
                class={`balance-${kind}`}
                x={from * width}
                width={Math.max(0, part * width)}
                height={BAR}
              />
            ))}
          </svg>
          <p class="small legend">
            {parts.map(({ name, kind, kg }) => (
              <span key={name}>
                <svg class="swatch" width="12" height="12" aria-hidden="true">
                  <rect class={`balance-${kind}`} x=".5" y=".5" width="11" height="11" />
                </svg>{" "}
                {name} <b>{number(kg, 1)} kg</b>
              </span>
            ))}
            <span>
              {words.missing} <b>{`${number(Math.abs(balance.missing_kg), 1)} kg, ${percent(missing, 2)}`}</b>
            </span>
          </p>
        </Section>
      )}
    </>
  );
}
