import { lotSubject } from "../genealogy/event-facts.ts";
import { ABOUTS, MOVES } from "../genealogy/unit-tables.ts";
import { lotsIn } from "../questions/find-subject.ts";
import { type Genealogy, isEvent } from "../questions/genealogy.ts";
import { holdsOn, holdsOnLot } from "../questions/where-units-are.ts";
import { type LeftOut, listed } from "./left-out.ts";

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
): { rows: readonly RecordedHold[]; left: readonly LeftOut[] } {
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
  // Of what is said of one lot or one hold thousands of times, nothing is read for each of them again.
  const standing = kept((each) => new Set([...holdsOnLot(genealogy, each), ...holdsOn(genealogy, each)]));
  const decisions = kept((holdId) => decisionsOver(genealogy, holdId, goodsOf));
  const { rows, left } = listed(
    "holds",
    [...ids].sort((a, b) => a - b),
    "conche holds lists those that stand",
  );
  return {
    rows: rows.flatMap((id): RecordedHold[] => {
      const said = genealogy.event(id);
      if (!isEvent(said, "HOLD")) return [];
      const { hold_id: holdId, by, reason } = said.body;
      const goods = goodsOf(said.body);
      return [
        {
          ...{ holdId, sinceMs: said.atMs, by, reason, goods },
          standing: goods.filter((each) => standing(each).has(holdId)),
          decisions: decisions(holdId),
          messageId: id,
        },
      ];
    }),
    left,
  };
}

interface Goods {
  readonly lots?: readonly string[];
  readonly units?: readonly string[];
}

function decisionsOver(
  genealogy: Genealogy,
  holdId: string,
  goodsOf: (named: Goods) => readonly string[],
): string[] {
  const decisions: string[] = [];
  for (const about of genealogy.reading.rows(ABOUTS).range({ prefix: [holdId] })) {
    const decided = about.event === "RELEASE" ? genealogy.event(about.id) : undefined;
    if (isEvent(decided, "RELEASE") && goodsOf(decided.body).length > 0)
      decisions.push(`${decided.body.decision} by ${decided.body.by}: ${decided.body.reason}`);
  }
  return decisions;
}

function kept<Found>(find: (key: string) => Found): (key: string) => Found {
  const known = new Map<string, Found>();
  return (key) => {
    const found = known.get(key) ?? find(key);
    known.set(key, found);
    return found;
  };
}
