import { type Static, Type } from "typebox";
import { pair } from "./schemas/combinators.ts";
import { SIGNATURE } from "./schemas/envelope.ts";

/** The most missing ranges and quarantined numbers one receipt lists; the rest follows in later ones. */
export const RECEIPT_LIST_LIMIT = 200;

/**
 * What the data center tells a machine: everything of `boot` up to `through` is on disk (committed or in
 * quarantine) except what `missing` lists. Published retained at QoS 1 on
 * `datacenter/<site>/<line>/<step>/<machine>/receipt`, after the commit.
 */
export const ReceiptSchema = Type.Object(
  {
    boot: Type.String({ description: "the publisher's start that the numbers count in" }),
    through: Type.Integer({ minimum: 0, description: "the highest sequence number the receipt speaks of" }),
    missing: Type.Array(pair(Type.Integer({ minimum: 1 }), Type.Integer({ minimum: 1 })), {
      maxItems: RECEIPT_LIST_LIMIT,
      description: "ranges [from, to], both ends included, that have not arrived; ascending",
    }),
    quarantined: Type.Array(Type.Integer({ minimum: 1 }), {
      maxItems: RECEIPT_LIST_LIMIT,
      description: "numbers that arrived and were put in quarantine; the latest ones",
    }),
    at: Type.String({ description: "when the receipt was made, ISO 8601" }),
    sig: SIGNATURE,
  },
  {
    title: "Receipt",
    additionalProperties: true,
    description: "What is on the data center's disk, per machine and boot",
  },
);

/** Up to which number a machine's messages are on disk, and which are missing. */
export type Receipt = Static<typeof ReceiptSchema>;
