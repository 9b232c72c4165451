import { Type } from "typebox";
import { eventName, text, timestamp } from "../envelope.ts";
import { LOT_ID, LOTS_OR_UNITS, mass, pieces, SSCC, TARGET_FIELDS } from "../lot.ts";

const CONTENT = Type.Object(
  {
    lot_id: LOT_ID,
    pieces: pieces("how many of the lot"),
    quantity_kg: Type.Optional(mass("how much of the lot")),
    packed_from: Type.Optional(timestamp("when the first of them was packed")),
    packed_until: Type.Optional(timestamp("when the last of them was packed")),
    pack_code: Type.Optional(text("code printed on them")),
  },
  { description: "pieces of one lot in a case or on a pallet" },
);

const CHILDREN = Type.Array(text("case id or SSCC"), {
  minItems: 1,
  maxItems: 10_000,
  description: "the units inside",
});

/** AGGREGATED: packs into a case, or cases onto a pallet (EPCIS AggregationEvent, ADD). */
export const aggregated = Type.Object(
  {
    event: eventName("AGGREGATED"),
    unit_kind: Type.Enum(["case", "pallet"], { description: "what was made up" }),
    unit_id: text("the case or pallet; for a pallet its SSCC"),
    sscc: Type.Optional(SSCC),
    item: Type.Optional(text("trade item number (GTIN) or article")),
    children: Type.Optional(CHILDREN),
    contents: Type.Optional(
      Type.Array(CONTENT, {
        minItems: 1,
        maxItems: 1000,
        description: "the lots inside; more than one where a lot boundary fell into it",
      }),
    ),
  },
  {
    title: "Aggregated",
    description: "Packs make up a case, or cases a pallet",
    anyOf: [{ required: ["children"] }, { required: ["contents"] }],
    if: { type: "object", properties: { unit_kind: { const: "pallet" } } },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
    then: { type: "object", required: ["sscc"] },
  },
);

/** DISAGGREGATED: a case or pallet is opened (EPCIS AggregationEvent, DELETE). */
export const disaggregated = Type.Object(
  {
    event: eventName("DISAGGREGATED"),
    unit_id: text("the case or pallet that was opened"),
    children: Type.Optional(CHILDREN),
    reason: Type.Optional(text("why", 500)),
  },
  { title: "Disaggregated", description: "Units leave a case or pallet; all of them where none is named" },
);

const PARTY = Type.Object(
  {
    party_id: text("customer number or global location number (GLN)"),
    name: Type.Optional(text("name", 200)),
    address: Type.Optional(text("address", 500)),
  },
  { description: "the customer" },
);

/** SHIPPED: lots or units leave for a customer. */
export const shipped = Type.Object(
  {
    event: eventName("SHIPPED"),
    shipment_id: text("the shipment: despatch advice or delivery note"),
    customer: PARTY,
    ...TARGET_FIELDS,
    carrier: Type.Optional(text("who carries it")),
    due_diligence_references: Type.Optional(
      Type.Array(text("reference number"), {
        maxItems: 1000,
        description: "due diligence references passed on (EUDR)",
      }),
    ),
  },
  { title: "Shipped", description: "Goods leave for a customer", ...LOTS_OR_UNITS },
);

/** RETURNED: lots or units come back from a customer. */
export const returned = Type.Object(
  {
    event: eventName("RETURNED"),
    shipment_id: Type.Optional(text("the shipment it left with")),
    customer: PARTY,
    ...TARGET_FIELDS,
    reason: text("why", 500),
  },
  { title: "Returned", description: "Goods come back from a customer", ...LOTS_OR_UNITS },
);
