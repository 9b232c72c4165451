import { Type } from "typebox";

/** What version 1 knows of; a plant of version 2 makes whatever its file says. */
export const PRODUCT_TYPES = ["white", "milk", "dark"] as const;
/** One of {@link PRODUCT_TYPES}. */
export type ProductType = (typeof PRODUCT_TYPES)[number];

/** The letters by which a batch id names its product. */
export const PRODUCT_CODES = { white: "WH", milk: "MI", dark: "DA" } as const satisfies Record<
  ProductType,
  string
>;

/** `B`, the day, the product, a number of the day: `B20260111-DA-0042`. */
export const BATCH_ID_PATTERN = "^B[0-9]{8}-(WH|MI|DA)-[0-9]{4}$";

/** A product of the plant's own: 1 to 63 letters, digits, `.`, `_` and `-`. */
export const PRODUCT_ID_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$";
/** A batch by the plant's own numbering: 1 to 64 characters without spaces. */
export const BATCH_NAME_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._:/#+-]{0,63}$";

/** Product and batch in version 2. */
export const PRODUCT_TYPE = Type.String({
  pattern: PRODUCT_ID_PATTERN,
  description: "the product being made, by its id in the plant file, for example dark",
});
/** A batch in a message of version 2: the plant numbers as it likes. */
export const BATCH_ID = Type.String({
  pattern: BATCH_NAME_PATTERN,
  description: "the batch, by the plant's own numbering, for example B20260111-DA-0042",
});

/** Product and batch in version 1. */
export const V1_PRODUCT_TYPE = Type.Enum(PRODUCT_TYPES, { description: "the chocolate being made" });
/** A batch in a message of version 1, which fixed the form of its number. */
export const V1_BATCH_ID = Type.String({
  pattern: BATCH_ID_PATTERN,
  description: "the batch: B, its day, its product (WH, MI, DA) and its number, as B20260111-DA-0042",
});

/** Product and batch in version 1 where a machine may have none: left out or null. */
export const V1_OPTIONAL_PRODUCT_TYPE = Type.Optional(
  Type.Unsafe<ProductType | null>({
    enum: [...PRODUCT_TYPES, null],
    description: "the chocolate being made, if any",
  }),
);
/** The batch that a version 1 state may name. */
export const V1_OPTIONAL_BATCH_ID = Type.Optional(
  Type.Unsafe<string | null>({
    type: ["string", "null"],
    pattern: BATCH_ID_PATTERN,
    description: "the batch being worked on, if any, as B20260111-DA-0042",
  }),
);
