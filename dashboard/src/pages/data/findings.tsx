import type { FindingsAnswer } from "../../api/answers.ts";
import { zone } from "../../api/plant.ts";
import { useQuery } from "../../api/query.ts";
import { now } from "../../app/clock.ts";
import { Section } from "../../parts/section.tsx";
import { texts } from "../../texts/en.ts";

const words = texts.data;

/** What the views could not use, or could not bring together with the rest. */
export function Findings() {
  const { data, problem, reload } = useQuery<FindingsAnswer>("/api/findings?limit=50", [], 10);
  return (
    <Section title={words.findings} note={words.findingsNote} of={{ problem, reload }}>
      {data?.findings.length === 0 ? <p class="empty">{words.findingsEmpty}</p> : null}
      <table>
        <tbody>
          {data?.findings.map(({ view, key, detail, subject, at, message_id }) => (
            <tr key={`${view} ${key}`}>
              <td class="nowrap">{zone.value.near(Date.parse(at), now.value)}</td>
              <th scope="row">{subject}</th>
              <td>
                {detail}{" "}
                <a class="label" href={`/explore?message=${message_id}`}>
                  {words.message} {message_id}
                </a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
