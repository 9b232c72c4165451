import { unitSubject } from "../genealogy/event-facts.ts";
import { MENTIONS } from "../genealogy/genealogy-tables.ts";
import { kilograms } from "../genealogy/mass.ts";
import { MOVES } from "../genealogy/unit-tables.ts";
import { type Genealogy, isEvent, type SaidEvent } from "./genealogy.ts";
import type { Recall } from "./recall.ts";

/**
 * A critical tracking event with its key data elements, as 21 CFR 1.1455 lets a regulator ask for it: a sortable
 * spreadsheet, one row for each event and traceability lot.
 */
export type TrackingEvent = {
  readonly critical_tracking_event:
    | "receiving"
    | "transformation"
    | "packing"
    | "shipping"
    | "returning"
    | "disposal";
  readonly traceability_lot_code: string;
  readonly product_description: string;
  readonly quantity: number;
  readonly unit_of_measure: "KGM";
  readonly event_date: string;
  readonly event_time_utc: string;
  readonly location_description: string;
  readonly input_traceability_lot_codes: string;
  readonly previous_source: string;
  readonly subsequent_recipient: string;
  readonly reference_document_type: string;
  readonly reference_document_number: string;
  readonly message_id: number;
};

/** The tracking events of everything that a recall names, by time. */
export function trackingEvents(genealogy: Genealogy, { lots, units }: Recall): TrackingEvent[] {
  const rows: TrackingEvent[] = [];
  const seen = new Set<string>();
  const add = (
    event: SaidEvent | undefined,
    make: (event: SaidEvent) => TrackingEvent | undefined,
    key: string,
  ) => {
    if (event === undefined || seen.has(key)) return;
    seen.add(key);
    const row = make(event);
    if (row !== undefined) rows.push(row);
  };
  for (const { lot } of lots) {
    genealogy.spend();
    for (const { id, role, mg, n } of genealogy.reading.rows(MENTIONS).range({ prefix: [lot.lot] })) {
      if (!["received", "output", "mixed", "rework", "disposed"].includes(role)) continue;
      add(genealogy.event(id), (event) => ofLot(event, lot.lot, lot.material, mg), `${id} ${n} ${lot.lot}`);
    }
  }
  for (const unit of units) {
    const made = genealogy.unit(unit.unit);
    add(
      made === undefined ? undefined : genealogy.event(made.id),
      (event) => ({
        ...base(event, "packing", unit.unit, unit.mg),
        product_description: [unit.product, made?.item].filter((part) => part != null).join(" "),
        input_traceability_lot_codes: unit.lots.join(" "),
        reference_document_type: "SSCC",
        reference_document_number: unit.unit,
      }),
      `made ${unit.unit}`,
    );
    for (const { id } of genealogy.reading.rows(MOVES).range({ prefix: [unitSubject(unit.unit)] })) {
      add(
        genealogy.event(id),
        (event) => moved(event, unit.unit, unit.product, unit.mg),
        `${id} ${unit.unit}`,
      );
    }
  }
  return rows.sort((a, b) =>
    a.event_date + a.event_time_utc < b.event_date + b.event_time_utc
      ? -1
      : a.event_date + a.event_time_utc > b.event_date + b.event_time_utc
        ? 1
        : a.message_id - b.message_id,
  );
}

function base(
  { atMs, machine, id }: SaidEvent,
  critical_tracking_event: TrackingEvent["critical_tracking_event"],
  lot: string,
  mg: number,
): TrackingEvent {
  const time = new Date(atMs).toISOString();
  return {
    critical_tracking_event,
    traceability_lot_code: lot,
    product_description: "",
    quantity: kilograms(mg),
    unit_of_measure: "KGM",
    event_date: time.slice(0, 10),
    event_time_utc: time.slice(11, 19),
    location_description: machine,
    input_traceability_lot_codes: "",
    previous_source: "",
    subsequent_recipient: "",
    reference_document_type: "",
    reference_document_number: "",
    message_id: id,
  };
}

function ofLot(
  event: SaidEvent,
  lot: string,
  material: string | null,
  mg: number,
): TrackingEvent | undefined {
  const about = { product_description: material ?? "" };
  if (isEvent(event, "LOT_RECEIVED")) {
    const { supplier, supplier_lot = "", delivery_id = "" } = event.body;
    return {
      ...base(event, "receiving", lot, mg),
      ...about,
      input_traceability_lot_codes: supplier_lot,
      previous_source: supplier,
      reference_document_type: delivery_id === "" ? "" : "delivery note",
      reference_document_number: delivery_id,
    };
  }
  if (isEvent(event, "DISPOSED")) return { ...base(event, "disposal", lot, mg), ...about };
  const inputs = isEvent(event, "TRANSFORMED")
    ? event.body.inputs
    : isEvent(event, "REWORK_CREATED")
      ? event.body.sources
      : isEvent(event, "SILO_TOPPED_UP")
        ? [event.body.added, ...(event.body.heel === undefined ? [] : [event.body.heel])]
        : isEvent(event, "TRANSFERRED")
          ? [event.body.moved, ...(event.body.heel === undefined ? [] : [event.body.heel])]
          : [];
  return {
    ...base(event, "transformation", lot, mg),
    ...about,
    input_traceability_lot_codes: inputs.map(({ lot_id }) => lot_id).join(" "),
    reference_document_type: event.body.batch_id === undefined ? "" : "batch",
    reference_document_number: event.body.batch_id ?? "",
  };
}

function moved(
  event: SaidEvent,
  unit: string,
  product: string | null,
  mg: number,
): TrackingEvent | undefined {
  const about = { product_description: product ?? "" };
  if (isEvent(event, "SHIPPED")) {
    const { customer, shipment_id } = event.body;
    return {
      ...base(event, "shipping", unit, mg),
      ...about,
      subsequent_recipient: [customer.name ?? customer.party_id, customer.address]
        .filter((part) => part !== undefined)
        .join(", "),
      reference_document_type: "despatch advice",
      reference_document_number: shipment_id,
    };
  }
  if (isEvent(event, "RETURNED")) {
    const { customer, shipment_id = "" } = event.body;
    return {
      ...base(event, "returning", unit, mg),
      ...about,
      previous_source: customer.name ?? customer.party_id,
      reference_document_type: shipment_id === "" ? "" : "despatch advice",
      reference_document_number: shipment_id,
    };
  }
  return undefined;
}
