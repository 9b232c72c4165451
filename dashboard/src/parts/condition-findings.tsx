import type { ConditionAnswer } from "../api/answers.ts";
import { plant, stepWords, tagLabel, zone } from "../api/plant.ts";
import { useQuery } from "../api/query.ts";
import { now } from "../app/clock.ts";
import { addressOf } from "../app/router.ts";
import { texts } from "../texts/en.ts";
import { Failed } from "./failed.tsx";
import { Scroll } from "./scroll.tsx";

const words = texts.condition;
type Finding = ConditionAnswer["findings"][number];

/** It looks at a day of every tag: dear, and slow to change, seconds. */
const EVERY_S = 60;

interface ConditionFindingsProps {
  /** `<site>/<line>/<step>/<machine>`, or nothing for the plant. */
  readonly machine?: string | undefined;
}

/** Which sensor can't be believed, and what wears: what no alarm says. */
export function ConditionFindings({ machine }: ConditionFindingsProps) {
  const [site, line, step, id] = machine?.split("/") ?? [];
  const of =
    machine === undefined
      ? ""
      : `?${new URLSearchParams({ site, line, step, machine: id } as Record<string, string>)}`;
  const { data, problem, reload } = useQuery<ConditionAnswer>(`/api/condition${of}`, [], EVERY_S);
  return (
    <section class="section">
      <h2>
        {words.title} <span class="label">{words.note}</span>
      </h2>
      {problem === undefined ? null : <Failed problem={problem} onRetry={reload} />}
      {data === undefined && problem === undefined ? <p class="empty">–</p> : null}
      {data?.findings.length === 0 ? (
        <p class="empty">{words.none(data.looked_at.reduce((sum, { tags }) => sum + tags, 0))}</p>
      ) : null}
      {data === undefined || data.findings.length === 0 ? null : (
        <Scroll label={words.title}>
          <table>
            <tbody>
              {data.findings.map((finding) => (
                <Row
                  key={`${finding.machine} ${finding.tag} ${finding.kind}`}
                  finding={finding}
                  alone={machine === undefined}
                />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </section>
  );
}

function Row({ finding, alone }: { readonly finding: Finding; readonly alone: boolean }) {
  const { machine, tag, kind, says, from } = finding;
  const [, , step = "", id = machine] = machine.split("/");
  const label = tagLabel(tag, plant.value?.machines.get(machine)?.definition.tags[tag]);
  const address = `${addressOf("machine", machine)}?${new URLSearchParams({ tags: tag, span: "24h" })}`;
  return (
    <tr>
      <th scope="row" class="nowrap">
        {alone ? (
          <>
            {stepWords(step).name} <span class="label">{id}</span>{" "}
          </>
        ) : null}
        <a href={address}>{label}</a>
      </th>
      <td class="strong nowrap">{words.kinds[kind]}</td>
      <td class="nowrap label">
        {words.since} {zone.value.near(Date.parse(from), now.value)}
      </td>
      <td>{says}</td>
    </tr>
  );
}
