import type { ViewsAnswer } from "../../api/answers.ts";
import { useQuery } from "../../api/query.ts";
import { number } from "../../format/number.ts";
import { Failed } from "../../parts/failed.tsx";
import { texts } from "../../texts/en.ts";

const words = texts.data;

/** What is derived from the log, and how far each has come. */
export function Views() {
  const { data, problem, reload } = useQuery<ViewsAnswer>("/api/views", [], 2);
  return (
    <section class="section">
      <h2>
        {words.views} <span class="label">{words.viewsNote}</span>
      </h2>
      {problem === undefined ? null : <Failed problem={problem} onRetry={reload} />}
      <table>
        <thead>
          <tr>
            <th scope="col">{words.view}</th>
            <th scope="col" class="number">
              {words.position}
            </th>
            <th scope="col" class="number">
              {words.behind}
            </th>
          </tr>
        </thead>
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
    </section>
  );
}
