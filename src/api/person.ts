import { Type } from "typebox";
import { NAME_PATTERN, WORDS_PATTERN } from "../contract/said-text.ts";
import type { ApiContext } from "./context.ts";
import { badRequest } from "./problem.ts";

/** Words of a person, not blank, and nothing in them that can't be seen. */
export function words(description: string, maxLength: number) {
  return Type.String({ minLength: 1, maxLength, pattern: WORDS_PATTERN, description });
}

/** A person's name. */
export function personName(description: string, maxLength: number) {
  return Type.String({ minLength: 1, maxLength, pattern: NAME_PATTERN, description });
}

/** Who does something with a thing that others may act on, too. */
export const BY = personName("The person who does it", 80);
/** Why somebody does it. */
export const REASON = words("Why", 500);

/**
 * Nobody can have seen what isn't in the log.
 * @throws ConcheError CONCHE_REQUEST_INVALID
 */
export function requireInLog(seen: number, { log }: ApiContext): void {
  const newest = log().end().id;
  if (seen <= newest) return;
  throw badRequest(
    `body.seen: the newest message of the log is ${newest}, so nobody can have seen message ${seen}`,
    "give the `version` that the answer had which the person has looked at",
  );
}
