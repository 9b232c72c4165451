import { lotSubject } from "../genealogy/event-facts.ts";
import { ABOUTS, MOVES } from "../genealogy/unit-tables.ts";
import { lotsIn } from "../questions/find-subject.ts";
import { type Genealogy, isEvent } from "../questions/genealogy.ts";
import { holdsOn, holdsOnLot } from "../questions/where-units-are.ts";

/** A hold over goods of the batch or over what it was made of, and what became of it. */
export interface RecordedHold {
  readonly holdId: string;
  readonly sinceMs: number;
  readonly by: string;
  readonly reason: string;
  /** Lots, pallets and cases of this batch, or lots in it, that were put on this hold. */
  readonly goods: readonly string[];
  /** Of those, on it still. */
  readonly standing: readonly string[];
  /** `released by Nadia Ferjani: within limits`, in order of time. */
  readonly decisions: readonly string[];
  readonly messageId: number;
}

/**
 * Every hold that ever stood over a batch: whoever signs sees also those that are over.
 * @param made what the batch made: cases and pallets with any of it are goods of the batch
 * @param from the lots it was made of
 */
export function recordedHolds(
  genealogy: Genealogy,
  made: readonly string[],
  from: readonly string[],
): RecordedHold[] {
  const bars = new Set(made);
  const own = new Set([...made, ...from]);
  const isOwn = (unit: string) => lotsIn(genealogy, unit).some((lot) => bars.has(lot));
  const ids = new Set<number>();
  for (const lot of own)
    for (const { event, id } of genealogy.reading.rows(MOVES).range({ prefix: [lotSubject(lot)] }))
      if (event === "HOLD") ids.add(id);
  // Cases are too many to be asked one by one; holds are few.
  const bornMs = made.flatMap((lot) => genealogy.lot(lot)?.first_ms ?? []).sort((a, b) => a - b)[0];
  if (bornMs !== undefined)
    for (const { id, body } of genealogy.events("HOLD", { fromMs: bornMs }))
      if ((body.units ?? []).some(isOwn)) ids.add(id);
  const goodsOf = ({ lots = [], units = [] }: Goods): string[] => [
    ...lots.filter((lot) => own.has(lot)),
    ...units.filter(isOwn),
  ];
  return [...ids].sort((a, b) => a - b).flatMap((id) => holdOf(genealogy, id, goodsOf) ?? []);
}

interface Goods {
  readonly lots?: readonly string[];
  readonly units?: readonly string[];
}

function holdOf(
  genealogy: Genealogy,
  id: number,
  goodsOf: (named: Goods) => string[],
): RecordedHold | undefined {
  const said = genealogy.event(id);
  if (!isEvent(said, "HOLD")) return undefined;
  const { hold_id: holdId, by, reason } = said.body;
  const goods = goodsOf(said.body);
  const decisions: string[] = [];
  for (const about of genealogy.reading.rows(ABOUTS).range({ prefix: [holdId] })) {
    const decided = about.event === "RELEASE" ? genealogy.event(about.id) : undefined;
    if (isEvent(decided, "RELEASE") && goodsOf(decided.body).length > 0)
      decisions.push(`${decided.body.decision} by ${decided.body.by}: ${decided.body.reason}`);
  }
  const stands = (each: string) =>
    holdsOnLot(genealogy, each).includes(holdId) || holdsOn(genealogy, each).includes(holdId);
  return {
    holdId,
    sinceMs: said.atMs,
    by,
    reason,
    goods,
    standing: goods.filter(stands),
    decisions,
    messageId: id,
  };
}
