import { ConcheError } from "../errors/conche-error.ts";

/** Live views are so many messages behind the log at most, when all is well. */
const LEVEL_MESSAGES = 1_000;

/** Whether what views answer is the present, with so many messages of the log not in them yet. */
export function isLevel(behind: number): boolean {
  return behind <= LEVEL_MESSAGES;
}

/**
 * What leaves the house as a table or a document of a standard has no place to say what it lacks.
 * @throws ConcheError CONCHE_VIEWS_BEHIND where views lack much of the log
 */
export function requireLevel(behind: number): void {
  if (isLevel(behind)) return;
  throw new ConcheError("CONCHE_VIEWS_BEHIND", {
    message: `${behind} messages of the log are not in the views yet: a table or document made now would lack what they say`,
  });
}
