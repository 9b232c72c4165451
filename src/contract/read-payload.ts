import { schemaName, UP_CATALOGUE, versionsOf } from "./catalogue.ts";
import { breaksJsonLimits, jsonLimitBreach } from "./json-limits.ts";
import { parseTimestamp, UNKNOWN_TS } from "./timestamp.ts";
import { MESSAGE_TYPES, type MessageType } from "./topic.ts";
import { oneLine } from "./validation-detail.ts";
import { compileWithoutIdentity, type Validator } from "./validator.ts";

/** What the log keeps beside a payload. */
export interface PayloadFacts {
  /** The schema version: 1, 2 … */
  readonly version: number;
  /** The publisher's time stamp as written; null in a will. */
  readonly ts: string | null;
  /** The same in milliseconds since 1970. */
  readonly tsMs: number | null;
  readonly batchId: string | null;
  /** Identity fields as they stand in the payload, unchecked: readIdentity judges them. */
  readonly boot: unknown;
  readonly seq: unknown;
  readonly refill: boolean;
}

/** A payload that fits its schema, or why it doesn't. */
export type PayloadReading =
  | ({ readonly kind: "valid" } & PayloadFacts)
  | {
      readonly kind: "refused";
      readonly reason: "version" | "schema";
      /** The schema that was tried, as `alarm/2`; null when it did not get that far. */
      readonly schema: string | null;
      /** One line that begins with the JSON path. */
      readonly detail: string;
    };

/** The fields that are read before and after validation. */
interface PayloadFields {
  readonly v?: unknown;
  readonly ts?: unknown;
  readonly batch_id?: unknown;
  readonly boot?: unknown;
  readonly seq?: unknown;
  readonly refill?: unknown;
}

const VALIDATORS: ReadonlyMap<MessageType, readonly (Validator | undefined)[]> = new Map(
  MESSAGE_TYPES.map((type) => [type, validatorsOf(type)]),
);

/** Validators by version; the index is the version. */
function validatorsOf(type: MessageType): (Validator | undefined)[] {
  const validators: (Validator | undefined)[] = [];
  for (const entry of UP_CATALOGUE) {
    if (entry.type === type) validators[entry.version] = compileWithoutIdentity(entry.schema);
  }
  return validators;
}

/**
 * Checks a payload against the schema of its type and version and takes out what the log keeps beside it. Never
 * throws, whatever JSON.parse gave. No `v` means version 1.
 */
export function readPayload(type: MessageType, value: unknown): PayloadReading {
  if (!isJsonObject(value)) return refused("schema", null, "the payload must be a JSON object");
  const fields: PayloadFields = value;
  const version = fields.v === undefined ? 1 : fields.v;
  const validate = typeof version === "number" ? VALIDATORS.get(type)?.[version] : undefined;
  if (validate === undefined || typeof version !== "number") return unknownVersion(type);
  if (breaksJsonLimits(value)) return limitsBroken(type, version, value);
  const problem = validate(value);
  if (problem !== null) return refused("schema", schemaName(type, version), problem);

  const ts = typeof fields.ts === "string" && fields.ts !== UNKNOWN_TS ? fields.ts : null;
  const tsMs = ts === null ? null : parseTimestamp(ts);
  if (ts !== null && tsMs === null) {
    return refused("schema", schemaName(type, version), oneLine("/ts", `is no point in time: ${ts}`));
  }
  return {
    kind: "valid",
    version,
    ts,
    tsMs,
    batchId: typeof fields.batch_id === "string" ? fields.batch_id : null,
    boot: fields.boot,
    seq: fields.seq,
    refill: fields.refill === true,
  };
}

/** The identity fields of a payload, whatever else is wrong with it. */
export function identityFieldsOf(value: unknown): { boot: unknown; seq: unknown } {
  if (!isJsonObject(value)) return { boot: undefined, seq: undefined };
  const fields: PayloadFields = value;
  return { boot: fields.boot, seq: fields.seq };
}

function isJsonObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unknownVersion(type: MessageType): PayloadReading {
  const known = versionsOf(type).join(", ");
  return refused("version", null, `/v must be one of ${known} (or absent, which means 1)`);
}

function limitsBroken(type: MessageType, version: number, value: unknown): PayloadReading {
  const breach = jsonLimitBreach(value) ?? { path: "", problem: "breaks the limits of JSON" };
  return refused("schema", schemaName(type, version), oneLine(breach.path, breach.problem));
}

function refused(reason: "version" | "schema", schema: string | null, detail: string): PayloadReading {
  return { kind: "refused", reason, schema, detail };
}
