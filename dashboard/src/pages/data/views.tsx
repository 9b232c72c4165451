import type { ViewsAnswer } from "../../api/answers.ts";
import { useQuery } from "../../api/query.ts";
import { number } from "../../format/number.ts";
import { Section } from "../../parts/section.tsx";
import { type Head, Heads } from "../../parts/table.tsx";
import { texts } from "../../texts/en.ts";

const words = texts.data;
const HEADS: readonly Head[] = [
  { head: words.view },
  { head: words.position, number: true },
  { head: words.behind, number: true },
];

/** What is derived from the log, and how far each has come. */
export function Views() {
  const { data, problem, reload } = useQuery<ViewsAnswer>("/api/views", [], 2);
  return (
    <Section title={words.views} note={words.viewsNote} of={{ problem, reload }}>
      <table>
        <Heads of={HEADS} />
        <tbody>
          {data?.views.map(({ name, version, standing, position, behind }) => (
            <tr key={`${name} ${version}`}>
              <th scope="row">
                {name}{" "}
                <span class="label">{`${version}${standing === "building" ? ", being made" : ""}`}</span>
              </th>
              <td class="number">{number(position)}</td>
              <td class={behind > 0 ? "number strong" : "number"}>{number(behind)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
