import type { ConditionAnswer } from "../api/answers.ts";
import type { ConditionFinding } from "../api/condition.ts";
import { plant, stepWords, tagLabel, zone } from "../api/plant.ts";
import type { Query } from "../api/query.ts";
import { now } from "../app/clock.ts";
import { addressOf } from "../app/router.ts";
import { texts } from "../texts/en.ts";
import { stillHolds } from "./finding-words.ts";
import { Scroll } from "./scroll.tsx";
import { Section } from "./section.tsx";

const words = texts.condition;

interface ConditionFindingsProps {
  readonly condition: Query<ConditionAnswer>;
  /** Of a machine, on its own page; of the plant otherwise. */
  readonly ofMachine?: boolean;
  /** The plant is too large to look at as a whole. */
  readonly tooMany?: boolean;
}

/** Which sensor can't be believed, and what wears: what no alarm says. */
export function ConditionFindings({ condition, ofMachine = false, tooMany = false }: ConditionFindingsProps) {
  const { data, problem, reload } = condition;
  return (
    <Section title={words.title} note={words.note} of={{ problem, reload }}>
      {data === undefined && problem === undefined ? (
        <p class="empty">{tooMany ? words.tooMany : texts.states.loading}</p>
      ) : null}
      {data?.findings.length === 0 ? (
        <p class="empty">{words.none(data.looked_at.reduce((sum, { tags }) => sum + tags, 0))}</p>
      ) : null}
      {data === undefined || data.findings.length === 0 ? null : (
        <Scroll label={words.title}>
          <table>
            <tbody>
              {inOrder(data.findings).map((finding) => (
                <Row
                  key={`${finding.machine} ${finding.tag} ${finding.kind} ${finding.from}`}
                  finding={finding}
                  alone={!ofMachine}
                />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </Section>
  );
}

/** What still holds first; each part the surest first. */
function inOrder(findings: readonly ConditionFinding[]): readonly ConditionFinding[] {
  return [...findings.filter(stillHolds), ...findings.filter((finding) => !stillHolds(finding))];
}

function Row({ finding, alone }: { readonly finding: ConditionFinding; readonly alone: boolean }) {
  const { machine, tag, kind, says, from, to } = finding;
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
      <td class={stillHolds(finding) ? "strong nowrap" : "nowrap label"}>{words.kinds[kind]}</td>
      {/* Beside a machine's trends there is less room: there the time wraps before what was found does. */}
      <td class={alone ? "nowrap label" : "label"}>
        {stillHolds(finding)
          ? `${words.since} ${zone.value.near(Date.parse(from), now.value)}`
          : zone.value.span(Date.parse(from), Date.parse(to), now.value)}
      </td>
      <td>{says}</td>
    </tr>
  );
}
