import { type ConditionFinding, placeOf } from "../api/condition.ts";
import { zone } from "../api/plant.ts";
import { now } from "../app/clock.ts";
import { texts } from "../texts/en.ts";

const words = texts.condition;

/** A finding as a sentence: "Molding molder-01: nozzles has a frozen reading since 10:00:00: exactly 1.67 bar …" */
function findingWords(finding: ConditionFinding): string {
  const { place, label } = placeOf(finding);
  const since = zone.value.near(Date.parse(finding.from), now.value);
  const [shown = ""] = finding.says.split(";");
  return words.sentence(place, label, words.is[finding.kind], since, shown);
}

/** What was odd so lately is so now, ms: findings are of whole minutes, and asked for once in one. */
const LATELY_MS = 10 * 60_000;

/** The findings that still hold, as sentences. */
export function presentFindings(findings: readonly ConditionFinding[] | undefined): string[] {
  return (findings ?? []).filter(stillHolds).map((finding) => findingWords(finding));
}

/** Whether what was found is so to the present, as far as anybody has looked. */
export function stillHolds({ to }: ConditionFinding): boolean {
  return now.value - Date.parse(to) < LATELY_MS;
}
