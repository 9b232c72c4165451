import { type Finding, Findings } from "../finding.ts";
import { findingsBy } from "../schema-findings.ts";
import { type ScenarioDocument, ScenarioDocumentSchema } from "./scenario-document.ts";

/** A scenario, or everything that is wrong with its document. */
export type ScenarioReading =
  | { readonly kind: "scenario"; readonly scenario: ScenarioDocument }
  | { readonly kind: "invalid"; readonly findings: readonly Finding[] };

const schemaFindings = findingsBy(ScenarioDocumentSchema);

/** Checks what a scenario file says by itself, form and meaning; whether it fits a plant is {@link checkScenario}. */
export function readScenario(document: unknown): ScenarioReading {
  const findings = new Findings();
  for (const finding of schemaFindings(document)) findings.add(finding.path, finding.problem);
  // Meaning is looked at only where the form is right: most of it is about times that stand in several places.
  if (findings.list.length === 0) checkTimes(document as ScenarioDocument, findings);
  if (findings.list.length > 0) return { kind: "invalid", findings: findings.list };
  return { kind: "scenario", scenario: document as ScenarioDocument };
}

function checkTimes({ hours, disturbances, expect }: ScenarioDocument, findings: Findings): void {
  for (const [index, { at_h }] of disturbances.entries()) {
    if (at_h >= hours)
      findings.add(
        ["disturbances", index, "at_h"],
        `must be before the end of the scenario (hours: ${hours})`,
      );
  }
  const names = new Map<string, number>();
  for (const [index, { finding, from_h, until_h, alarms, evidence }] of expect.entries()) {
    const place = ["expect", index] as const;
    if (alarms === undefined && evidence === undefined)
      findings.add(place, "needs alarms, evidence or both: how is it to be seen?");
    const earlier = names.get(finding);
    if (earlier === undefined) names.set(finding, index);
    else
      findings.add(
        [...place, "finding"],
        `${JSON.stringify(finding)} stands twice; the first is at [${earlier}]`,
      );
    if (until_h > hours)
      findings.add([...place, "until_h"], `must be at most the scenario's hours (${hours})`);
    if (from_h >= until_h) findings.add([...place, "from_h"], `must be less than until_h (${until_h})`);
  }
}
