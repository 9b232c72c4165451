import type { TSchema } from "typebox";
import { UP_CATALOGUE } from "./catalogue.ts";
import type { MessageType } from "./topic.ts";
import { DETAIL_LIMIT, validationDetail } from "./validation-detail.ts";
import { compileForEveryFault } from "./validator.ts";

/** More faults than this are not listed: they follow from one another. */
const MOST_FAULTS = 50;

/**
 * Everything that is wrong with a payload, a line each, for a person who mends it; for a verdict, readPayload stops at
 * the first. Empty where the payload fits, or has no known version.
 */
function explainPayload(type: MessageType, value: unknown): string[] {
  const version = typeof value === "object" && value !== null && "v" in value ? value.v : 1;
  const entry = UP_CATALOGUE.find((candidate) => candidate.type === type && candidate.version === version);
  if (entry === undefined) return [];
  return faultsOf(entry.schema, value);
}

/**
 * All faults in a line, the one that decided first; where they are too many for a line, how many more there are.
 * @param first what readPayload says
 */
export function faultsInALine(type: MessageType, value: unknown, first: string): string {
  const faults = allFaults(type, value, first);
  let line = first;
  for (const [index, fault] of faults.entries()) {
    if (index === 0) continue;
    const longer = `${line}; ${fault}`;
    const rest = `; and ${faults.length - index} more`;
    if (longer.length + rest.length > DETAIL_LIMIT) return `${line}${rest}`.slice(0, DETAIL_LIMIT);
    line = longer;
  }
  return line;
}

/** Every fault of a payload, a line each, the one that decided first. */
export function allFaults(type: MessageType, value: unknown, first: string): string[] {
  return [first, ...explainPayload(type, value).filter((fault) => fault !== first)];
}

function faultsOf(schema: TSchema, value: unknown): string[] {
  const errors = compileForEveryFault(schema)(value);
  const byPlace = Map.groupBy(
    errors,
    ({ instancePath, params }) => `${instancePath} ${params.missingProperty ?? ""}`,
  );
  const faults = [...byPlace.values()].map((group) => validationDetail(group, schema).slice(0, DETAIL_LIMIT));
  return [...new Set(faults)].slice(0, MOST_FAULTS);
}
