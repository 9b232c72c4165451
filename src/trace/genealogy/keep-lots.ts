import type { BatchV2 } from "../../contract/schemas/batch-v2.ts";
import type { ViewStore } from "../../views/view.ts";
import { type EventFacts, factsOf, isMaking, type Mention } from "./event-facts.ts";
import { EVENTS, type EventRow, LOTS, type LotRow, MENTIONS } from "./genealogy-tables.ts";
import { emptyLot, lotFindings, type PlacedMention, withMention } from "./lot-row.ts";

/** Adds what an event says to the rows of its lots. */
export function keepLots(row: EventRow, event: BatchV2, facts: EventFacts, store: ViewStore): void {
  const lots = store.rows(LOTS);
  for (const [lot, mentions] of Map.groupBy(facts.mentions, ({ lot }) => lot)) {
    const before = lots.get(lot);
    let after = before ?? emptyLot(lot);
    for (const mention of mentions) after = withMention(after, placed(row, event, mention));
    put(before, after, store);
  }
}

/** Adds the lots of an event up again, after it was taken back. */
export function rebuildLots(facts: EventFacts, store: ViewStore): void {
  for (const lot of new Set(facts.mentions.map(({ lot }) => lot))) {
    const before = store.rows(LOTS).get(lot);
    let after: LotRow | undefined;
    const ids = new Set<number>();
    for (const { id } of store.rows(MENTIONS).range({ prefix: [lot] })) ids.add(id);
    for (const id of ids) {
      const row = store.rows(EVENTS).get(id);
      if (row === undefined) continue;
      const event = JSON.parse(row.body) as BatchV2;
      for (const mention of factsOf(event, row.at_ms).mentions) {
        if (mention.lot === lot) after = withMention(after ?? emptyLot(lot), placed(row, event, mention));
      }
    }
    put(before, after, store);
  }
}

function placed(row: EventRow, event: BatchV2, mention: Mention): PlacedMention {
  const makes = isMaking(mention.role);
  return {
    ...mention,
    atMs: row.at_ms,
    id: row.id,
    product: makes ? (event.product_type ?? null) : null,
    batch: makes ? row.batch : null,
  };
}

function put(before: LotRow | undefined, after: LotRow | undefined, store: ViewStore): void {
  const found = after === undefined ? [] : lotFindings(after);
  const keys = new Set(found.map(({ key }) => key));
  for (const { key } of before === undefined ? [] : lotFindings(before)) if (!keys.has(key)) store.heal(key);
  for (const finding of found) store.report(finding);
  if (after !== undefined) store.rows(LOTS).put(after);
  else if (before !== undefined) store.rows(LOTS).delete(before.lot);
}
