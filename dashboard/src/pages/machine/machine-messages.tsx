import type { MessagesAnswer } from "../../api/answers.ts";
import { zone } from "../../api/plant.ts";
import { useQuery } from "../../api/query.ts";
import { now } from "../../app/clock.ts";
import { number } from "../../format/number.ts";
import { Failed } from "../../parts/failed.tsx";
import { texts } from "../../texts/en.ts";

const words = texts.machine;

/** The newest messages of a machine as they were received. */
export function MachineMessages({ machine }: { readonly machine: string }) {
  const [site = "", line = "", step = "", id = ""] = machine.split("/");
  const query = new URLSearchParams({ site, line, step, machine: id, limit: "10" });
  const { data, problem, reload } = useQuery<MessagesAnswer>(`/api/messages?${query}`, [
    `machine:${machine}`,
  ]);
  return (
    <section class="section">
      <h2>
        {words.messages} <span class="label">{words.newestFirst}</span>
        <span class="space" />
        <a class="label xs" href={`/explore?filter=${encodeURIComponent(machine)}`}>
          {words.raw}
        </a>
      </h2>
      {problem === undefined ? null : <Failed problem={problem} onRetry={reload} />}
      <table>
        <tbody>
          {data?.messages.map(({ id: messageId, at, seq, type, payload }) => (
            <tr key={messageId}>
              <td class="number label">{seq === null ? "–" : number(seq)}</td>
              <td class="nowrap">{zone.value.near(Date.parse(at), now.value)}</td>
              <td>
                <a href={`/explore?message=${messageId}`}>{type}</a>
              </td>
              <td class="mono cut">{payload}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
