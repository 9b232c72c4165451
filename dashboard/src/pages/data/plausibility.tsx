import type { PlausibilityAnswer } from "../../api/answers.ts";
import { zone } from "../../api/plant.ts";
import { useQuery } from "../../api/query.ts";
import { now } from "../../app/clock.ts";
import { addressOf } from "../../app/router.ts";
import { number } from "../../format/number.ts";
import { Section } from "../../parts/section.tsx";
import { texts } from "../../texts/en.ts";

const words = texts.data;

/** The flag of messages whose time is far from that of their receipt. */
export const CLOCK = "clock_skew";

/** What was flagged: one question for all who show something of it. */
export function usePlausibility() {
  return useQuery<PlausibilityAnswer>("/api/plausibility?limit=50", [], 10);
}

/**
 * What machines say that doesn't fit the plant or the clock: stored all the same, and somebody should look.
 * `anything`: whether a message has come.
 */
export function Plausibility({ anything }: { readonly anything: boolean }) {
  const { data, problem, reload } = usePlausibility();
  return (
    <Section title={words.plausibility} note={words.plausibilityNote} of={{ problem, reload }}>
      {data?.flagged.length === 0 ? (
        <p class="empty">{anything ? words.plausibilityEmpty : words.plausibilityUnknown}</p>
      ) : null}
      <table>
        <tbody>
          {data?.flagged.map(({ machine, flag, messages, last_received_at, last_id }) => (
            <tr key={`${machine} ${flag}`}>
              <th scope="row">
                <a href={addressOf("machine", machine)}>{machine.split("/").slice(2).join("/")}</a>
              </th>
              <td>{words.flags[flag] ?? flag.replaceAll("_", " ")}</td>
              <td class="number">{number(messages)}</td>
              <td class="nowrap">
                {zone.value.near(Date.parse(last_received_at), now.value)}{" "}
                <a class="label" href={`/explore?message=${last_id}`}>
                  {words.message} {number(last_id)}
                </a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {data?.next == null ? null : <p class="label">{words.plausibilityMore}</p>}
    </Section>
  );
}
