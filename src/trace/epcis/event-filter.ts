import type { EpcisEvent } from "./epcis-event.ts";

/** Filters of the EPCIS 2.0 query interface; each a list of which one has to fit, all of them together. */
export interface EventFilter {
  readonly eventType?: readonly string[];
  readonly EQ_action?: readonly string[];
  readonly EQ_bizStep?: readonly string[];
  readonly EQ_disposition?: readonly string[];
  readonly EQ_readPoint?: readonly string[];
  readonly EQ_bizLocation?: readonly string[];
  /** Identifiers anywhere in the event; `*` at the end stands for any end. */
  readonly MATCH_anyEPC?: readonly string[];
  /** The same for classes: lots. */
  readonly MATCH_anyEPCClass?: readonly string[];
}

/** Whether an event is asked for. */
export function fitsFilter(event: EpcisEvent, filter: EventFilter): boolean {
  const is = (asked: readonly string[] | undefined, value: string | undefined) =>
    asked === undefined || (value !== undefined && asked.includes(value));
  const matches = (asked: readonly string[] | undefined, ids: readonly string[]) =>
    asked === undefined || asked.some((pattern) => ids.some((id) => fits(id, pattern)));
  return (
    is(filter.eventType, event.type) &&
    is(filter.EQ_action, event.type === "TransformationEvent" ? undefined : event.action) &&
    is(filter.EQ_bizStep, event.bizStep) &&
    is(filter.EQ_disposition, event.disposition) &&
    is(filter.EQ_readPoint, event.readPoint.id) &&
    is(filter.EQ_bizLocation, event.bizLocation?.id) &&
    matches(filter.MATCH_anyEPC, epcsOf(event)) &&
    matches(filter.MATCH_anyEPCClass, classesOf(event))
  );
}

function fits(id: string, pattern: string): boolean {
  return pattern.endsWith("*") ? id.startsWith(pattern.slice(0, -1)) : id === pattern;
}

function epcsOf(event: EpcisEvent): readonly string[] {
  if (event.type === "ObjectEvent") return event.epcList ?? [];
  if (event.type === "AggregationEvent") return [event.parentID, ...(event.childEPCs ?? [])];
  return [];
}

function classesOf(event: EpcisEvent): string[] {
  const quantities =
    event.type === "ObjectEvent"
      ? (event.quantityList ?? [])
      : event.type === "AggregationEvent"
        ? (event.childQuantityList ?? [])
        : [...event.inputQuantityList, ...event.outputQuantityList];
  return quantities.map(({ epcClass }) => epcClass);
}
