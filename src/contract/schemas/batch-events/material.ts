import { Type } from "typebox";
import { country, DUE_DILIGENCE } from "../due-diligence.ts";
import { calendarDay, eventName, text, timestamp } from "../envelope.ts";
import { allergens, LOT_ID, LOT_KIND, lotQuantities, lotQuantity, MATERIAL, mass, pieces } from "../lot.ts";

/** Where mass goes that is in no output lot. Without them no balance closes. */
const LOSS_CAUSES = ["water", "sample", "flush", "spill", "dust", "giveaway", "scrap", "unknown"] as const;

const LOSS = Type.Object(
  {
    cause: Type.Enum(LOSS_CAUSES, { description: "where it went" }),
    quantity_kg: mass("how much"),
  },
  { description: "mass that is in no output" },
);

const QUANTITY = { quantity_kg: Type.Optional(mass("how much")), pieces: Type.Optional(pieces("how many")) };
const vessel = (description: string) => text(`${description} (silo, tank, conche, line)`);

/** LOT_RECEIVED: a supplier's lot arrives, with its papers. */
export const lotReceived = Type.Object(
  {
    event: eventName("LOT_RECEIVED"),
    lot_id: LOT_ID,
    material: MATERIAL,
    kind: LOT_KIND,
    ...QUANTITY,
    supplier: text("the supplier"),
    supplier_lot: Type.Optional(text("the supplier's lot")),
    delivery_id: Type.Optional(text("delivery note or despatch advice")),
    certificate: Type.Optional(text("certificate of analysis")),
    country: Type.Optional(country("country of origin")),
    allergens: Type.Optional(allergens("allergens it contains, or that its label declares for packaging")),
    best_before: Type.Optional(calendarDay("last day it may be used")),
    due_diligence: Type.Optional(
      Type.Array(DUE_DILIGENCE, {
        minItems: 1,
        maxItems: 100,
        description: "due diligence statements that cover it",
      }),
    ),
  },
  {
    title: "Lot received",
    description: "A lot comes in from a supplier",
    anyOf: [{ required: ["quantity_kg"] }, { required: ["pieces"] }],
  },
);

/** LOT_CREATED: a lot comes into being without a transformation that says of what. */
export const lotCreated = Type.Object(
  {
    event: eventName("LOT_CREATED"),
    lot_id: LOT_ID,
    material: MATERIAL,
    kind: LOT_KIND,
    ...QUANTITY,
    location: Type.Optional(vessel("where it is")),
    allergens: Type.Optional(allergens("allergens it contains")),
    best_before: Type.Optional(calendarDay("best-before date printed on it")),
    pack_code: Type.Optional(text("code printed on the packs")),
  },
  { title: "Lot created", description: "A lot of our own comes into being; TRANSFORMED says from what" },
);

/** SILO_TOPPED_UP: a lot onto the heel of another; the two mix. */
export const siloToppedUp = Type.Object(
  {
    event: eventName("SILO_TOPPED_UP"),
    location: vessel("what was filled"),
    added: lotQuantity("what was added"),
    heel: Type.Optional(lotQuantity("what was still inside")),
    lot_id: text("the content from now on: a new version, so that the graph of lots has no cycle"),
  },
  { title: "Silo topped up", description: "A lot is added to what is left of earlier ones (heel); they mix" },
);

/** MATERIAL_LOADED: packaging is put onto a machine. */
export const materialLoaded = Type.Object(
  {
    event: eventName("MATERIAL_LOADED"),
    lot_id: LOT_ID,
    material: MATERIAL,
    position: text("where on the machine, for example the film unwinder"),
    ...QUANTITY,
    allergens: Type.Optional(allergens("allergens that the label of the packaging declares")),
    code_read: Type.Optional(text("the code read from it")),
    matches_order: Type.Optional(
      Type.Boolean({ description: "whether it is the material that the order asks for" }),
    ),
    by: Type.Optional(text("the person who loaded it")),
  },
  {
    title: "Material loaded",
    description: "A lot (a film reel, a pallet of cartons) is put on a machine and used from now on",
  },
);

/** TRANSFORMED: lots became other lots, with masses and losses (EPCIS TransformationEvent). */
export const transformed = Type.Object(
  {
    event: eventName("TRANSFORMED"),
    transformation_id: Type.Optional(
      text("joins the messages of one transformation that is reported in parts"),
    ),
    inputs: lotQuantities("what went in, rework included"),
    outputs: lotQuantities("what came out"),
    losses: Type.Optional(Type.Array(LOSS, { maxItems: 100, description: "what is in no output" })),
    started_at: Type.Optional(timestamp("when it began")),
    ended_at: Type.Optional(timestamp("when it ended")),
    energy_kwh: Type.Optional(
      Type.Number({ minimum: 0, description: "electrical energy used, kilowatt-hours" }),
    ),
  },
  { title: "Transformed", description: "Lots become other lots: mixed, conched, moulded, wrapped" },
);

/** TRANSFERRED: a lot moves from one vessel to another. */
export const transferred = Type.Object(
  {
    event: eventName("TRANSFERRED"),
    from: vessel("where it was"),
    to: vessel("where it is now"),
    moved: lotQuantity("what was moved"),
    heel: Type.Optional(lotQuantity("what was still inside")),
    lot_id: Type.Optional(text("the content of the target from now on, when it mixed with a heel")),
    losses: Type.Optional(Type.Array(LOSS, { maxItems: 100, description: "what was lost on the way" })),
  },
  {
    title: "Transferred",
    description: "A lot is moved; in the target it may meet what is left of an earlier one (heel)",
  },
);

/** LOT_BOUNDARY: one lot follows another through a machine, and they mix in between. */
export const lotBoundary = Type.Object(
  {
    event: eventName("LOT_BOUNDARY"),
    from_lot_id: text("the lot that ends"),
    to_lot_id: text("the lot that begins"),
    mixing_from: timestamp("when the first of the new lot came through"),
    mixing_until: timestamp("when the last of the old lot came through"),
    mixing_kg: Type.Optional(mass("mass of the mixing zone")),
  },
  {
    title: "Lot boundary",
    description: "On a continuous step one lot follows another; between them both are mixed",
  },
);

/** STOCK_COUNTED: what is in a vessel, against what the books say. */
export const stockCounted = Type.Object(
  {
    event: eventName("STOCK_COUNTED"),
    location: vessel("where it was counted"),
    contents: lotQuantities("what was found", 0),
    expected: Type.Optional(lotQuantities("what the books say", 0)),
    by: Type.Optional(text("the person or device that counted")),
  },
  { title: "Stock counted", description: "What is in a place, as found" },
);
