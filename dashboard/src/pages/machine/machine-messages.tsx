import type { MessagesAnswer } from "../../api/answers.ts";
import { type PlantMachine, tagLabel, zone } from "../../api/plant.ts";
import { useQuery } from "../../api/query.ts";
import { now } from "../../app/clock.ts";
import { messageWords } from "../../format/message-words.ts";
import { number } from "../../format/number.ts";
import { Section } from "../../parts/section.tsx";
import { texts } from "../../texts/en.ts";

const words = texts.machine;

/** The newest messages of a machine: what each says, and a link to it as it was received. */
export function MachineMessages({ machine }: { readonly machine: PlantMachine }) {
  const { key, definition } = machine;
  const [site = "", line = "", step = "", id = ""] = key.split("/");
  const labelOf = (name: string) => tagLabel(name, definition.tags[name]);
  const query = new URLSearchParams({ site, line, step, machine: id, limit: "10" });
  const { data, problem, reload } = useQuery<MessagesAnswer>(`/api/messages?${query}`, [`machine:${key}`]);
  return (
    <Section
      title={words.messages}
      note={words.newestFirst}
      aside={
        <>
          <span class="space" />
          <a class="label xs" href={`/explore?filter=${encodeURIComponent(key)}`}>
            {words.raw}
          </a>
        </>
      }
      of={{ problem, reload }}
    >
      <table>
        <tbody>
          {data?.messages.map(({ id: messageId, at, seq, type, payload }) => (
            <tr key={messageId}>
              <td class="number label">{seq === null ? "–" : number(seq)}</td>
              <td class="nowrap">{zone.value.near(Date.parse(at), now.value)}</td>
              <td>
                <a href={`/explore?message=${messageId}`}>{type}</a>
              </td>
              <td class="cut" title={payload}>
                {messageWords(payload, labelOf)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
