import { parseTimestamp } from "../../contract/timestamp.ts";
import { isEvent, type SaidEvent } from "../questions/genealogy.ts";
import type { EpcisEvent, QuantityElement, SensorElement, UnnamedEvent } from "./epcis-event.ts";
import { eventId } from "./event-hash.ts";
import type { Identifiers } from "./identifiers.ts";

/** What a translation needs beside the event. */
export interface EpcisDependencies {
  readonly ids: Identifiers;
  /** Hexadecimal SHA-256 of a text. */
  readonly sha256: (text: string) => string;
  /** The offset of the plant's clocks at a time, as `+01:00`. */
  readonly offsetAt: (ms: number) => string;
  /** The trade item of a lot, where its cases say one. */
  readonly gtinOf?: (lot: string) => string | null;
  /** What a machine measured over a time, summed up. */
  readonly sensors?: (machine: string, fromMs: number, toMs: number) => readonly SensorElement[];
}

/** The kinds of batch events that have a counterpart in EPCIS. */
export const EPCIS_KINDS = [
  "LOT_RECEIVED",
  "SILO_TOPPED_UP",
  "TRANSFORMED",
  "TRANSFERRED",
  "REWORK_CREATED",
  "AGGREGATED",
  "DISAGGREGATED",
  "HOLD",
  "RELEASE",
  "SHIPPED",
  "RETURNED",
  "DISPOSED",
] as const;

interface Quantity {
  readonly lot_id: string;
  readonly quantity_kg?: number;
  readonly pieces?: number;
}

/** An event as EPCIS 2.0 has it; undefined for what EPCIS has no word for (a move that mixes nothing). */
export function toEpcis(event: SaidEvent, dependencies: EpcisDependencies): EpcisEvent | undefined {
  const unnamed = translated(event, dependencies);
  if (unnamed === undefined) return undefined;
  return { ...unnamed, eventID: eventId(unnamed, dependencies.sha256) } as EpcisEvent;
}

function translated(event: SaidEvent, dependencies: EpcisDependencies): UnnamedEvent | undefined {
  const { ids } = dependencies;
  const { machine, atMs } = event;
  const site = machine.split("/", 1)[0] ?? machine;
  const where = {
    eventTime: new Date(atMs).toISOString(),
    eventTimeZoneOffset: dependencies.offsetAt(atMs),
    readPoint: { id: ids.location(machine) },
    bizLocation: { id: ids.location(site) },
  };
  const amount = (lot: Quantity): QuantityElement => quantity(lot, dependencies);
  const transformation = (
    inputs: readonly (Quantity | undefined)[],
    outputs: readonly Quantity[],
    id?: string,
  ) => ({
    type: "TransformationEvent" as const,
    ...where,
    inputQuantityList: inputs.filter((each) => each !== undefined).map(amount),
    outputQuantityList: outputs.map(amount),
    ...(id === undefined ? {} : { transformationID: ids.transformation(id) }),
    bizStep: "commissioning",
    disposition: "in_progress",
  });

  if (isEvent(event, "LOT_RECEIVED")) {
    const { supplier, delivery_id } = event.body;
    return {
      type: "ObjectEvent",
      ...where,
      action: "OBSERVE",
      quantityList: [amount(event.body)],
      bizStep: "receiving",
      disposition: "in_progress",
      sourceList: [{ type: "possessing_party", source: ids.party(supplier) }],
      ...(delivery_id === undefined
        ? {}
        : { bizTransactionList: [{ type: "desadv", bizTransaction: ids.transaction(delivery_id) }] }),
    };
  }
  if (isEvent(event, "SILO_TOPPED_UP")) {
    const { added, heel, lot_id } = event.body;
    return transformation([added, heel], [{ lot_id, ...mixed([added, heel]) }]);
  }
  if (isEvent(event, "TRANSFERRED")) {
    const { moved, heel, lot_id } = event.body;
    if (lot_id === undefined || lot_id === moved.lot_id) return undefined;
    return transformation([moved, heel], [{ lot_id, ...mixed([moved, heel]) }]);
  }
  if (isEvent(event, "TRANSFORMED")) {
    const { inputs, outputs, transformation_id, started_at, ended_at } = event.body;
    const fromMs = started_at === undefined ? null : parseTimestamp(started_at);
    const toMs = (ended_at === undefined ? null : parseTimestamp(ended_at)) ?? atMs;
    const sensors = fromMs === null ? [] : (dependencies.sensors?.(machine, fromMs, toMs) ?? []);
    return {
      ...transformation(inputs, outputs, transformation_id),
      ...(sensors.length === 0 ? {} : { sensorElementList: sensors }),
    };
  }
  if (isEvent(event, "REWORK_CREATED")) {
    const { sources, lot_id, quantity_kg } = event.body;
    return transformation(sources, [{ lot_id, quantity_kg }]);
  }
  if (isEvent(event, "AGGREGATED")) {
    const { unit_id, children = [], contents = [] } = event.body;
    return {
      type: "AggregationEvent",
      ...where,
      action: "ADD",
      parentID: ids.unit(unit_id),
      ...(children.length === 0
        ? { childQuantityList: contents.map(amount) }
        : { childEPCs: children.map((child) => ids.unit(child)) }),
      bizStep: "packing",
      disposition: "in_progress",
    };
  }
  if (isEvent(event, "DISAGGREGATED")) {
    const { unit_id, children } = event.body;
    return {
      type: "AggregationEvent",
      ...where,
      action: "DELETE",
      parentID: ids.unit(unit_id),
      // None named: all of them (EPCIS 7.4.3).
      ...(children === undefined ? {} : { childEPCs: children.map((child) => ids.unit(child)) }),
      bizStep: "unpacking",
      disposition: "in_progress",
    };
  }
  if (isEvent(event, "DISPOSED")) {
    return {
      type: "ObjectEvent",
      ...where,
      action: "DELETE",
      quantityList: event.body.lots.map(amount),
      bizStep: "destroying",
      disposition: "destroyed",
    };
  }
  if (isEvent(event, "SHIPPED")) {
    const { customer, shipment_id } = event.body;
    return {
      ...observed(event.body, where, dependencies),
      bizStep: "shipping",
      disposition: "in_transit",
      bizTransactionList: [{ type: "desadv", bizTransaction: ids.transaction(shipment_id) }],
      destinationList: [{ type: "possessing_party", destination: ids.party(customer.party_id) }],
    };
  }
  if (isEvent(event, "RETURNED")) {
    const { customer, shipment_id } = event.body;
    return {
      ...observed(event.body, where, dependencies),
      bizStep: "receiving",
      disposition: "returned",
      ...(shipment_id === undefined
        ? {}
        : { bizTransactionList: [{ type: "desadv", bizTransaction: ids.transaction(shipment_id) }] }),
      sourceList: [{ type: "possessing_party", source: ids.party(customer.party_id) }],
    };
  }
  if (isEvent(event, "HOLD")) {
    return {
      ...observed(event.body, where, dependencies),
      bizStep: "holding",
      disposition: "non_sellable_other",
    };
  }
  if (isEvent(event, "RELEASE")) {
    const disposition = event.body.decision === "released" ? "conformant" : "non_conformant";
    return { ...observed(event.body, where, dependencies), bizStep: "inspecting", disposition };
  }
  return undefined;
}

function observed<Where extends object>(
  { lots = [], units = [] }: { readonly lots?: readonly string[]; readonly units?: readonly string[] },
  where: Where,
  dependencies: EpcisDependencies,
) {
  return {
    type: "ObjectEvent" as const,
    ...where,
    action: "OBSERVE" as const,
    ...(units.length === 0 ? {} : { epcList: units.map((unit) => dependencies.ids.unit(unit)) }),
    ...(lots.length === 0 ? {} : { quantityList: lots.map((lot_id) => quantity({ lot_id }, dependencies)) }),
  };
}

/** Kilograms where there are any, else a count. */
function quantity(
  { lot_id, quantity_kg, pieces }: Quantity,
  { ids, gtinOf }: EpcisDependencies,
): QuantityElement {
  const epcClass = ids.lot(lot_id, gtinOf?.(lot_id));
  if (quantity_kg !== undefined) return { epcClass, quantity: quantity_kg, uom: "KGM" };
  return pieces === undefined ? { epcClass } : { epcClass, quantity: pieces };
}

/** What meets in one place adds up, to the gram. */
function mixed(lots: readonly (Quantity | undefined)[]): { quantity_kg?: number } {
  const known = lots.flatMap((lot) => lot?.quantity_kg ?? []);
  return known.length === 0
    ? {}
    : { quantity_kg: Math.round(1e6 * known.reduce((sum, kg) => sum + kg, 0)) / 1e6 };
}
