import type { CapabilityAnswer } from "../../api/answers.ts";
import { useQuery } from "../../api/query.ts";
import { number, plain } from "../../format/number.ts";
import { IntervalBar } from "../../parts/interval-bar.tsx";
import { Section } from "../../parts/section.tsx";
import { Term } from "../../parts/term.tsx";
import { texts } from "../../texts/en.ts";

const words = texts.quality;

/** Does it fit between its limits, and how sure is that. */
export function Capability({ path, span }: { readonly path: string; readonly span: string }) {
  const { data, problem, reload } = useQuery<CapabilityAnswer>(`${path}/capability?${span}`, ["quality"]);
  const rows =
    data === undefined
      ? []
      : (["cp", "cpk", "pp", "ppk"] as const).map((name) => [name, data[name]] as const);
  return (
    <Section title={<Term of="capability" />} note={words.capabilityNote} of={{ problem, reload }}>
      {data === undefined ? null : data.why_none !== null ? (
        <p>
          <b>{words.notGiven}</b> <span class="label">{words.whyNot[data.why_none]}</span>
        </p>
      ) : null}
      {data === undefined || rows.every(([, index]) => index === null) ? null : (
        <table>
          <tbody>
            {rows.map(([name, index]) =>
              index === null ? null : (
                <tr key={name}>
                  <th scope="row">
                    <Term of={name} />
                  </th>
                  <td class="number strong">{number(index.value, 2)}</td>
                  <td class="number label">
                    {number(index.low, 2)}–{number(index.high, 2)}
                  </td>
                  <td>
                    <IntervalBar
                      value={index.value}
                      low={index.low}
                      high={index.high}
                      target={1.33}
                      from={0}
                      to={3}
                    />
                  </td>
                </tr>
              ),
            )}
          </tbody>
        </table>
      )}
      {data === undefined || (data.lower === null && data.upper === null) ? null : (
        <p class="label xs">
          {data.n === 0 ? null : words.basis(number(data.n), number(data.samples))}
          {words.specification(
            data.lower === null ? "" : plain(data.lower),
            data.upper === null ? "" : plain(data.upper),
            data.unit ?? "",
          )}
        </p>
      )}
    </Section>
  );
}
