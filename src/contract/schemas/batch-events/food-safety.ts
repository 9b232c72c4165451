import { Type } from "typebox";
import { calendarDay, eventName, text, timestamp } from "../envelope.ts";
import { lotQuantity, mass } from "../lot.ts";
import { PRODUCT_TYPE } from "../product.ts";
import { PLAIN_VALUE, UNIT } from "../value-quality.ts";

const ASSAY = Type.Object(
  {
    analyte: text("what was looked for, for example milk"),
    basis: Type.Enum(
      ["milk", "casein", "milk_protein", "whole_milk_powder", "hazelnut_protein", "peanut_protein", "other"],
      {
        description: "what the figure counts: 20 mg/kg of milk protein is not 20 mg/kg of milk powder",
      },
    ),
    value_mg_per_kg: Type.Number({
      minimum: 0,
      description: "result, milligrams per kilogram, 0 below the limit of detection",
    }),
    detection_limit_mg_per_kg: Type.Optional(
      Type.Number({ minimum: 0, description: "limit of detection, milligrams per kilogram" }),
    ),
    action_limit_mg_per_kg: Type.Optional(
      Type.Number({ minimum: 0, description: "limit it was judged by, milligrams per kilogram" }),
    ),
    method: Type.Optional(text("how, for example ELISA")),
    sample_id: Type.Optional(text("the sample")),
    pass: Type.Boolean({ description: "whether it is within the limit" }),
  },
  { description: "a measurement of what was left" },
);

/** CLEANED: a cleaning between two products or after use, with its verification. */
export const cleaned = Type.Object(
  {
    event: eventName("CLEANED"),
    equipment: text("what was cleaned"),
    method: Type.Enum(["dry", "wet", "flush", "push_through", "dismantled"], {
      description: "how it was cleaned",
    }),
    emptied: Type.Boolean({
      description: "whether nothing was left inside; only then does the chain of lots end",
    }),
    from_product: Type.Optional(PRODUCT_TYPE),
    to_product: Type.Optional(PRODUCT_TYPE),
    flush: Type.Optional(lotQuantity("what it was flushed with")),
    residue_kg: Type.Optional(mass("what was left inside, estimated")),
    started_at: Type.Optional(timestamp("when it began")),
    ended_at: Type.Optional(timestamp("when it ended")),
    verification: Type.Enum(["none", "visual", "swab", "assay"], { description: "how it was checked" }),
    verified: Type.Boolean({ description: "whether the check was passed" }),
    verified_by: Type.Optional(text("the person who checked")),
    assays: Type.Optional(
      Type.Array(ASSAY, { minItems: 1, maxItems: 100, description: "what was measured" }),
    ),
    validation: Type.Optional(text("the study that shows that the method works")),
    by: text("the person who cleaned"),
  },
  { title: "Cleaned", description: "Equipment was cleaned, with the evidence" },
);

const TEST_PIECE = Type.Object(
  {
    material: Type.Enum(["ferrous", "non_ferrous", "stainless", "glass", "other"], {
      description: "what it is made of",
    }),
    size_mm: Type.Number({ exclusiveMinimum: 0, description: "diameter, millimetres" }),
    position: Type.Optional(text("where in the product or the aperture")),
    detected: Type.Boolean({ description: "whether it was detected" }),
    rejected: Type.Boolean({ description: "whether it was rejected into the bin" }),
  },
  { description: "one test piece" },
);

/** DETECTOR_TEST: test pieces sent through a metal or X-ray detector. */
export const detectorTest = Type.Object(
  {
    event: eventName("DETECTOR_TEST"),
    detector: text("the detector"),
    detector_kind: Type.Enum(["metal", "x_ray"], { description: "what it works with" }),
    occasion: Type.Enum(["shift_start", "product_change", "periodic", "after_repair", "shift_end"], {
      description: "why it was tested now",
    }),
    aperture_mm: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: "height of the aperture, millimetres" }),
    ),
    pieces: Type.Array(TEST_PIECE, { minItems: 1, maxItems: 100, description: "the test pieces" }),
    pass: Type.Boolean({ description: "whether all of them were detected and rejected" }),
    last_pass_at: Type.Optional(
      timestamp("the last test that was passed: what was made since is in doubt after a failure"),
    ),
    by: text("the person who tested"),
  },
  {
    title: "Detector test",
    description: "A metal detector or X-ray was tested with test pieces (critical control point)",
  },
);

/** DEVIATION: a critical limit was not kept (HACCP), what was affected, what was done. */
export const deviation = Type.Object(
  {
    event: eventName("DEVIATION"),
    deviation_id: text("the deviation"),
    control_point: text("the critical control point or prerequisite"),
    limit: text("the critical limit"),
    limit_version: text("the version of the limit"),
    reading: PLAIN_VALUE,
    unit: Type.Optional(UNIT),
    read_at: timestamp("when it was read"),
    hold_id: Type.Optional(text("the hold that the product was put on")),
    correction: Type.Optional(text("what was done", 1000)),
    verification: Type.Optional(text("how it was shown to work", 1000)),
    verified_by: Type.Optional(text("the person who verified it")),
    status: Type.Enum(["open", "corrected", "closed"], { description: "how far it has come" }),
    by: text("the person or device that noticed or worked on it"),
  },
  { title: "Deviation", description: "A critical limit was not kept: what was found, done and verified" },
);

/** CALIBRATED: an instrument compared with a reference. */
export const calibrated = Type.Object(
  {
    event: eventName("CALIBRATED"),
    instrument: text("the instrument"),
    tag: Type.Optional(text("the tag it measures")),
    reference: Type.Optional(Type.Number({ description: "value of the reference, in the given unit" })),
    as_found: Type.Optional(Type.Number({ description: "reading before adjustment, in the given unit" })),
    as_left: Type.Optional(Type.Number({ description: "reading after adjustment, in the given unit" })),
    tolerance: Type.Optional(Type.Number({ minimum: 0, description: "permitted error, in the given unit" })),
    unit: Type.Optional(UNIT),
    pass: Type.Boolean({ description: "whether it was within tolerance as found" }),
    certificate: Type.Optional(text("the certificate")),
    due: Type.Optional(calendarDay("day of the next calibration")),
    by: text("the person or laboratory"),
  },
  { title: "Calibrated", description: "An instrument was compared with a reference" },
);
