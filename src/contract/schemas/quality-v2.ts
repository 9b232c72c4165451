import { type Static, Type } from "typebox";
import { pair } from "./combinators.ts";
import { CORRECTS, TS, text, timestamp, V2_ENVELOPE, V2_RULES, V2_VERSION } from "./envelope.ts";
import { BATCH_ID, PRODUCT_TYPE } from "./product.ts";
import { DEVICE_STATUS, type PlainValue, UNIT, VALUE_QUALITY } from "./value-quality.ts";

const limit = (description: string) =>
  Type.Optional(Type.Number({ description: `${description}, in the given unit` }));

const CURVE = Type.Object(
  {
    x: text("what the first number of a point is, with its unit: shear rate 1/s"),
    y: text("what the second number of a point is, with its unit: shear stress Pa"),
    points: Type.Array(pair(Type.Number(), Type.Number()), {
      minItems: 1,
      maxItems: 1000,
      description: "the points [x, y] as measured",
    }),
  },
  {
    description:
      "the raw curve behind the result, for example a flow curve (laboratories differ in its evaluation)",
  },
);

const RESULT = Type.Object(
  {
    characteristic: text("what was examined, for example weight_g, d90_um, temper_index, label_check"),
    value: Type.Unsafe<PlainValue | null>({
      type: ["number", "string", "boolean", "null"],
      description: "the result in the given unit; null when there is none",
    }),
    unit: Type.Optional(UNIT),
    lower: limit("lower specification limit"),
    upper: limit("upper specification limit"),
    target: limit("target"),
    limit_version: Type.Optional(text("the version of the limits that were in force")),
    pass: Type.Optional(Type.Boolean({ description: "whether it is within specification" })),
    method: Type.Optional(text("how it was examined, for example ISO 23275 or laser diffraction")),
    instrument: Type.Optional(text("the instrument, for its calibration record")),
    nozzle: Type.Optional(Type.Integer({ minimum: 1, description: "depositor nozzle, counted from 1" })),
    lane: Type.Optional(Type.Integer({ minimum: 1, description: "lane of the belt, counted from 1" })),
    piece: Type.Optional(
      Type.Integer({ minimum: 1, description: "piece within the sample, counted from 1" }),
    ),
    readings: Type.Optional(
      Type.Array(Type.Number(), {
        maxItems: 1000,
        description: "the single readings that the value is made of, in the given unit",
      }),
    ),
    curve: Type.Optional(CURVE),
    quality: Type.Optional(VALUE_QUALITY),
    status: Type.Optional(DEVICE_STATUS),
  },
  { description: "one result" },
);

const SAMPLE = Type.Object(
  {
    sample_id: text("the sample"),
    taken_at: Type.Optional(timestamp("when it was taken")),
    size: Type.Optional(Type.Integer({ minimum: 1, description: "pieces in the sample" })),
    taken_from: Type.Optional(text("where it was taken: a tank, a nozzle, a belt, a pallet")),
  },
  { description: "what was examined" },
);

/** The payload of a `quality` message of version 2. */
export const QualityV2Schema = Type.Object(
  {
    v: V2_VERSION,
    ts: TS,
    ...V2_ENVELOPE,
    product_type: Type.Optional(PRODUCT_TYPE),
    batch_id: Type.Optional(BATCH_ID),
    lot_id: Type.Optional(text("the lot examined, when it isn't the batch")),
    sample: Type.Optional(SAMPLE),
    results: Type.Array(RESULT, { description: "the results" }),
    by: Type.Optional(text("the person or laboratory that examined it")),
    corrects: CORRECTS,
  },
  {
    title: "Quality, version 2",
    description: "Results of examining the product: in line, at line or in the laboratory",
    ...V2_RULES,
  },
);

/** Results of one sample of version 2; one may correct another that was sent before. */
export type QualityV2 = Static<typeof QualityV2Schema>;
/** One characteristic of a sample with its values. */
export type QualityResult = Static<typeof RESULT>;
