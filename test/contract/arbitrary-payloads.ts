import fc from "fast-check";
import type { UpEntry } from "../../src/contract/catalogue.ts";
import { UP_CATALOGUE } from "../../src/contract/catalogue.ts";
import { examplesOf } from "../../src/contract/examples/catalogue.ts";
import type { MessageType } from "../../src/contract/topic.ts";

/** A time stamp as machines write them: with Z or an offset, with or without a fraction. */
export const timestamps: fc.Arbitrary<string> = fc
  .record({
    date: fc.date({ min: new Date("1970-01-02"), max: new Date("2099-12-30"), noInvalidDate: true }),
    offset: fc.constantFrom("Z", "+00:00", "+01:00", "-05:30", "+14:00"),
    digits: fc.integer({ min: 0, max: 9 }),
  })
  .map(({ date, offset, digits }) => {
    const fraction =
      digits === 0 ? "" : `.${String(date.getTime()).padStart(9, "0").slice(-9).slice(0, digits)}`;
    return `${date.toISOString().slice(0, 19)}${fraction}${offset}`;
  });

const products = fc.constantFrom("white", "milk", "dark");
const batchIds = fc.stringMatching(/^B[0-9]{8}-(WH|MI|DA)-[0-9]{4}$/);
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const values = fc.oneof(finite, fc.string());
const details = fc.oneof(finite, fc.string(), fc.boolean(), fc.constant(null));
/** Keys that have tripped programs before, beside arbitrary ones. */
const keys = fc.oneof(
  fc.string(),
  fc.constantFrom(
    "constructor",
    "toString",
    "hasOwnProperty",
    "extra",
    "unit",
    "counts",
    "alarm_id",
    "source",
  ),
);
const dictionary = fc.dictionary(keys, values, { maxKeys: 5 });
const extras = fc.dictionary(keys, fc.jsonValue(), { maxKeys: 4 });

const V1_BODIES: Readonly<Record<MessageType, fc.Arbitrary<object>>> = {
  telemetry: fc.record({ ts: timestamps, product_type: products, batch_id: batchIds, tags: dictionary }),
  state: fc.record(
    {
      ts: timestamps,
      state: fc.constantFrom("ONLINE", "OFFLINE", "RUNNING", "IDLE"),
      product_type: fc.option(products),
      batch_id: fc.option(batchIds),
      mode: fc.option(fc.string({ maxLength: 200 })),
    },
    { requiredKeys: ["ts", "state"] },
  ),
  alarm: fc.record(
    {
      ts: timestamps,
      severity: fc.oneof(fc.string(), fc.constantFrom("HIGH", "warning", "Critical")),
      code: fc.oneof(fc.string({ maxLength: 200 }), finite),
      message: fc.string({ maxLength: 1200, unit: "grapheme" }),
      product_type: products,
      batch_id: batchIds,
      value: details,
      limit: details,
    },
    { requiredKeys: ["ts", "severity", "code", "message", "product_type", "batch_id"] },
  ),
  quality: fc.record({ ts: timestamps, product_type: products, batch_id: batchIds, results: dictionary }),
  batch: fc.record({
    ts: timestamps,
    event: fc.constantFrom("BATCH_START", "BATCH_END"),
    product_type: products,
    batch_id: batchIds,
  }),
};

const identities = fc.record(
  {
    boot: fc.oneof(fc.uuid(), fc.jsonValue()),
    seq: fc.oneof(fc.integer({ min: 1 }), fc.jsonValue()),
    refill: fc.boolean(),
    v: fc.constant(1),
  },
  { requiredKeys: [] },
);

/** Payloads of version 1 as any machine might send them, with fields nobody agreed on; all of them valid. */
export function v1Payloads(type: MessageType): fc.Arbitrary<object> {
  return fc.tuple(extras, identities, V1_BODIES[type]).map(([extra, identity, body]) => {
    // Through JSON, as on the wire, so that what can't travel (-0, undefined) doesn't appear.
    return JSON.parse(JSON.stringify({ ...withoutNames(extra, type), ...identity, ...body })) as object;
  });
}

/** Extra fields must not stand in for optional ones of the schema. */
function withoutNames(extra: object, type: MessageType): object {
  const taken = ["v", "boot", "seq", "refill", "product_type", "batch_id", "__proto__"];
  const optional = { telemetry: [], state: ["mode"], alarm: ["value", "limit"], quality: [], batch: [] }[
    type
  ];
  const names: readonly string[] = [...taken, ...optional];
  return Object.fromEntries(Object.entries(extra).filter(([name]) => !names.includes(name)));
}

/** A payload of one type and version. */
export interface PayloadCase {
  readonly name: UpEntry["name"];
  readonly payload: unknown;
}

const EXAMPLES: readonly PayloadCase[] = UP_CATALOGUE.flatMap((entry) =>
  examplesOf(entry.name).map(({ payload }) => ({ name: entry.name, payload })),
);

/** The examples, with one thing in them changed, removed or added: most are invalid, in one place. */
export const damagedPayloads: fc.Arbitrary<PayloadCase> = fc
  .record({
    chosen: fc.constantFrom(...EXAMPLES),
    place: fc.nat(),
    replacement: fc.oneof(
      fc.constant(undefined),
      fc.jsonValue(),
      fc.constantFrom<unknown>(
        Number.POSITIVE_INFINITY,
        -1,
        0,
        "",
        null,
        [],
        {},
        true,
        "x".repeat(2000),
        "2026-02-30T00:00:00Z",
      ),
    ),
    added: fc.dictionary(keys, fc.jsonValue(), { maxKeys: 1 }),
  })
  .map(({ chosen, place, replacement, added }) => {
    const payload = structuredClone(chosen.payload) as Record<string, unknown>;
    const places = placesIn(payload);
    const at = places[place % places.length];
    if (at !== undefined) at.holder[at.key] = replacement;
    for (const [key, value] of Object.entries(added)) payload[key] ??= value;
    return { name: chosen.name, payload: JSON.parse(stringify(payload)) };
  });

interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

function placesIn(value: unknown): Place[] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])]);
}

/** JSON that keeps Infinity, written the way a hostile or careless sender would: 1e400. */
function stringify(value: unknown): string {
  const mark = "1e400-stand-in";
  const text = JSON.stringify(value, (_key, field: unknown) =>
    field === Number.POSITIVE_INFINITY ? mark : field,
  );
  return text.replaceAll(JSON.stringify(mark), "1e400");
}
