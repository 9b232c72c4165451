import { type Static, Type } from "typebox";
import { BOOT_PATTERN, MAX_SEQ } from "../identity.ts";
import { SIGNATURE_PATTERN } from "../signature.ts";
import { UNKNOWN_TS } from "../timestamp.ts";

/**
 * RFC 3339 date-time with `T` and an offset or `Z`, up to nanoseconds. Days beyond the month's end pass the
 * pattern; for a message's own `ts` they are refused by parseTimestamp.
 */
export const TIMESTAMP_PATTERN =
  "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)" +
  "(\\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])";
/** A calendar day. */
export const DATE_PATTERN = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";

/** A point in time, with an offset or `Z`. */
export function timestamp(description: string) {
  return Type.String({
    pattern: `^${TIMESTAMP_PATTERN}$`,
    description: `${description}; ISO 8601 with offset or Z`,
  });
}

/** A calendar day without a time. */
export function calendarDay(description: string) {
  return Type.String({ pattern: DATE_PATTERN, description: `${description}; YYYY-MM-DD` });
}

/** A name, an identifier or a short text: 1 to `maxLength` characters. */
export function text(description: string, maxLength = 80) {
  return Type.String({ minLength: 1, maxLength, description });
}

/** The time stamp of every message except a state. */
export const TS = timestamp("when it was so at the machine");

/** The time stamp of a state: a will is written before anybody knows when it will be needed. */
export const STATE_TS = Type.String({
  pattern: `^(${UNKNOWN_TS}|${TIMESTAMP_PATTERN})$`,
  description: `when the state began to be true; ISO 8601 with offset or Z; "${UNKNOWN_TS}" only in a will (state OFFLINE)`,
});

/** JSON Schema of the rule that only a will may have an unknown time. */
export const UNKNOWN_TS_ONLY_OFFLINE = {
  if: { type: "object", properties: { ts: { const: UNKNOWN_TS } } },
  // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
  then: { type: "object", properties: { state: { const: "OFFLINE" } } },
};

/** The version field of version 1: the seed's machines send none. */
export const V1_VERSION = Type.Optional(
  Type.Literal(1, { description: "the schema version; machines of version 1 leave it out" }),
);

/** The version field of version 2. */
export const V2_VERSION = Type.Literal(2, { description: "the schema version" });

/** What every payload of version 2 may carry beside its version, its time stamp and its body. */
export const V2_ENVELOPE = {
  boot: Type.Optional(
    Type.String({
      pattern: BOOT_PATTERN.source,
      description:
        "the publisher's start that seq counts in, new at each start and sortable, for example a UUIDv7; together with seq, here or as MQTT 5 user properties",
    }),
  ),
  seq: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: MAX_SEQ,
      description: "1, 2, 3 … per machine and boot, over all message types; together with boot",
    }),
  ),
  refill: Type.Optional(
    Type.Boolean({ description: "true when the message is sent again to close a gap in the sequence" }),
  ),
  extra: Type.Optional(
    Type.Unsafe<Record<string, unknown>>({
      type: "object",
      description: "what a machine says beyond the contract, carried along as it is",
    }),
  ),
};

/** The rules of every payload of version 2: identity is whole or absent, unknown fields are tolerated. */
export const V2_RULES = { dependentRequired: { boot: ["seq"], seq: ["boot"] }, additionalProperties: true };

const V2_ENVELOPE_SCHEMA = Type.Object({ v: V2_VERSION, ts: TS, ...V2_ENVELOPE });
/** The envelope's type, for the unions whose members hold only their own fields. */
export type V2Envelope = Static<typeof V2_ENVELOPE_SCHEMA>;

/** The field that tells the batch events apart. */
export function eventName<const Name extends string>(name: Name) {
  return Type.Literal(name, { description: "what happened" });
}

const LEVEL = "[a-z0-9][a-z0-9_-]{0,62}";

/** Another machine than the one whose topic the message is on: `<site>/<line>/<step>/<machine>`. */
export function machineKey(description: string) {
  return Type.String({
    pattern: `^${LEVEL}/${LEVEL}/s[0-9]_[a-z0-9_]{1,60}/${LEVEL}$`,
    description: `${description}, as <site>/<line>/<step>/<machine>`,
  });
}

/** The log is append-only: a wrong record is put right by a later one that names it. */
export const CORRECTS = Type.Optional(
  Type.Object(
    {
      machine: Type.Optional(machineKey("the machine that sent the wrong message, when it is another one")),
      boot: Type.String({ pattern: BOOT_PATTERN.source, description: "the boot of the wrong message" }),
      seq: Type.Integer({ minimum: 1, maximum: MAX_SEQ, description: "the seq of the wrong message" }),
      reason: text("what was wrong", 500),
      by: text("the person who corrects it"),
    },
    { description: "the earlier message that this one replaces" },
  ),
);

/** The signature of a receipt or command. */
export const SIGNATURE = Type.Optional(
  Type.String({
    pattern: SIGNATURE_PATTERN,
    description:
      "who vouches for it: key id and Ed25519 signature, base64url, over `conche-down-1`, the topic and the payload without this field, a line feed between them; always the last field",
  }),
);
