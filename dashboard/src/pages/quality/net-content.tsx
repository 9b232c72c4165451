import type { NetContentAnswer } from "../../api/answers.ts";
import { useQuery } from "../../api/query.ts";
import { number } from "../../format/number.ts";
import { Section } from "../../parts/section.tsx";
import { Heads } from "../../parts/table.tsx";
import { Term } from "../../parts/term.tsx";
import { texts } from "../../texts/en.ts";

const words = texts.quality;

/** Is it lawful: net content by batch against 76/211/EEC. Nothing where the characteristic is no net content. */
export function NetContent({ path }: { readonly path: string }) {
  const { data } = useQuery<NetContentAnswer>(`${path}/net-content`, ["quality"]);
  const [first] = data?.batches ?? [];
  if (data === undefined || first === undefined) return null;
  return (
    <Section title={<Term of="netContent" />} note={words.netContentNote(number(first.nominal_g))}>
      <table class="tight">
        <Heads
          of={[
            { head: words.batch },
            { head: words.packs, number: true },
            { head: words.mean, number: true },
            { head: "s", number: true, shown: <Term of="spread" /> },
            { head: "T1", number: true, shown: <Term of="t1">{`< T1 ${number(first.t1_g, 1)}`}</Term> },
            { head: "T2", number: true, shown: <Term of="t2">{`< T2 ${number(first.t2_g, 1)}`}</Term> },
            { head: words.lawful },
          ]}
        />
        <tbody>
          {data.batches.map((each) => (
            <tr key={`${each.batch_id} ${each.from}`}>
              <th scope="row" class="nowrap">
                <span class={`product product-${each.product ?? "none"}`}>{each.batch_id ?? "–"}</span>
              </th>
              <td class="number">{number(each.n)}</td>
              <td class="number strong">{number(each.mean_g, 2)}</td>
              <td class="number">{number(each.deviation_g, 2)}</td>
              <td class="number">{number(each.below_t1)}</td>
              <td class={each.below_t2 > 0 ? "number strong" : "number"}>{number(each.below_t2)}</td>
              <td class={each.lawful ? "label" : "strong"}>{each.lawful ? words.yes : words.no}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="label xs">{words.law}</p>
    </Section>
  );
}
