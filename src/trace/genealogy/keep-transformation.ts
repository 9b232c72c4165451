import type { ViewStore } from "../../views/view.ts";
import type { EventFacts } from "./event-facts.ts";
import type { EventRow } from "./genealogy-tables.ts";
import { kilograms } from "./mass.ts";
import { TRANSFORMATIONS } from "./unit-tables.ts";

/** What a transformation may miss, as a share of what went in: question 10 asks for 1 %. */
const ALLOWED_SHARE = 0.01;
/** Rounding to grams, some parts. */
const ALLOWED_MG = 50_000;

/** Adds up a transformation over its messages, and holds in against out. Masses that nobody gave are no imbalance. */
export function keepTransformation(
  { id, at_ms }: EventRow,
  { balance }: EventFacts,
  put: boolean,
  store: ViewStore,
): void {
  if (balance === undefined) return;
  const rows = store.rows(TRANSFORMATIONS);
  const transformation = balance.transformation ?? `#${id}`;
  const { inMg, outMg, lostMg } = balance;
  if (put) rows.put({ transformation, at_ms, id, in_mg: inMg, out_mg: outMg, lost_mg: lostMg });
  else rows.delete(transformation, at_ms, id);
  const parts = [...rows.range({ prefix: [transformation] })];
  const sum = (of: "in_mg" | "out_mg" | "lost_mg") => parts.reduce((total, part) => total + part[of], 0);
  const [inAll, outAll, lost] = [sum("in_mg"), sum("out_mg"), sum("lost_mg")];
  const missing = inAll - outAll - lost;
  const key = `balance ${transformation}`;
  const [first] = parts;
  const open = Math.abs(missing) > ALLOWED_MG && Math.abs(missing) > inAll * ALLOWED_SHARE;
  if (first === undefined || inAll === 0 || outAll === 0 || !open) {
    store.heal(key);
    return;
  }
  store.report({
    key,
    reason: "mass_does_not_balance",
    detail: `${transformation}: ${kilograms(inAll)} kg went in, ${kilograms(outAll)} kg came out and ${kilograms(lost)} kg were lost; ${kilograms(missing)} kg are not accounted for`,
    subject: transformation,
    atMs: first.at_ms,
    messageId: first.id,
  });
}
