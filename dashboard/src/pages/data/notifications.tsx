import type { NotificationsAnswer } from "../../api/answers.ts";
import { zone } from "../../api/plant.ts";
import { useQuery } from "../../api/query.ts";
import { now } from "../../app/clock.ts";
import { number } from "../../format/number.ts";
import { Scroll } from "../../parts/scroll.tsx";
import { Section } from "../../parts/section.tsx";
import { type Head, Heads } from "../../parts/table.tsx";
import { texts } from "../../texts/en.ts";

const words = texts.data.notifications;
const HEADS: readonly Head[] = [
  { head: words.channel },
  { head: words.sent, number: true },
  { head: words.failed, number: true },
  { head: words.waiting, number: true },
  { head: words.held, number: true },
];
type Delivery = NotificationsAnswer["deliveries"][number];

/** Messages that are listed; the API has more. */
const MOST_SHOWN = 20;

/** Who was told of what, and whether it arrived. */
export function Notifications() {
  const { data, problem, reload } = useQuery<NotificationsAnswer>("/api/notifications", [], 5);
  return (
    <Section title={words.title} note={words.note} of={{ problem, reload }}>
      {data?.configured === false ? <p class="empty">{words.off}</p> : null}
      {data === undefined || data.channels.length === 0 ? null : <Channels channels={data.channels} />}
      {data?.configured && data.deliveries.length === 0 ? <p class="empty">{words.none}</p> : null}
      {data === undefined || data.deliveries.length === 0 ? null : (
        <Scroll label={words.title}>
          <table>
            <tbody>
              {data.deliveries.slice(0, MOST_SHOWN).map((delivery) => (
                <DeliveryRow key={delivery.id} delivery={delivery} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </Section>
  );
}

function Channels({ channels }: Pick<NotificationsAnswer, "channels">) {
  return (
    <table>
      <Heads of={HEADS} />
      <tbody>
        {channels.map(({ channel, sent, failed, waiting, held }) => (
          <tr key={channel}>
            <th scope="row">{channel}</th>
            <td class="number">{number(sent)}</td>
            <td class={failed > 0 ? "number strong" : "number"}>{number(failed)}</td>
            <td class="number">{number(waiting)}</td>
            <td class="number">{number(held)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function DeliveryRow({ delivery }: { readonly delivery: Delivery }) {
  const { channel, state, made_at, attempts, next_at, error, news, more } = delivery;
  const [first] = news;
  const others = news.length - 1 + more;
  const at = (time: string) => zone.value.near(Date.parse(time), now.value);
  return (
    <tr>
      <td class="nowrap">{at(made_at)}</td>
      <td class="nowrap">{channel}</td>
      <td>
        {first === undefined ? null : (
          <>
            <span class="label">
              {[words.events[first.event], first.place.split("/").at(-1)].filter(Boolean).join(" ")}
            </span>{" "}
            {first.sentence} {others > 0 ? <span class="label">{words.others(others)}</span> : null}
          </>
        )}
      </td>
      <td class={state === "sent" ? "nowrap label" : "strong"}>
        {state === "waiting"
          ? words.next(attempts, next_at === null ? "–" : at(next_at))
          : words.states[state]}
        {error === null ? null : <span class="label"> {error}</span>}
      </td>
    </tr>
  );
}
