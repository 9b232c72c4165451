import { type Static, Type } from "typebox";

/** How far a value can be trusted, in the three classes that OPC UA status codes have. */
export const VALUE_QUALITIES = ["good", "uncertain", "bad"] as const;
/** Why not, as a field device says it (NAMUR NE 107). */
export const DEVICE_STATUSES = [
  "failure",
  "function_check",
  "out_of_specification",
  "maintenance_required",
] as const;

/** How far a value can be trusted (OPC UA's good, uncertain, bad). */
export const VALUE_QUALITY = Type.Enum(VALUE_QUALITIES, {
  description: "how far the value can be trusted: good, uncertain, bad",
});
/** What a measuring device says of itself (NAMUR NE 107). */
export const DEVICE_STATUS = Type.Enum(DEVICE_STATUSES, {
  description: "what the measuring device reports about itself (NAMUR NE 107)",
});

/** Any plain value that a tag, a parameter or a limit can have. */
export const PLAIN_VALUE = Type.Unsafe<number | string | boolean>({
  type: ["number", "string", "boolean"],
  description: "a number in the unit given or named, a word, or yes/no",
});

/** `good`, `uncertain` or `bad`. */
export type ValueQuality = Static<typeof VALUE_QUALITY>;
/** One of NAMUR NE 107's states of a device. */
export type DeviceStatus = Static<typeof DEVICE_STATUS>;
/** A reading without a quality of its own: it is good. */
export type PlainValue = Static<typeof PLAIN_VALUE>;

/** A unit of measurement as people write it. */
export const UNIT = Type.String({
  minLength: 1,
  maxLength: 20,
  description: "unit of the value, as written: °C, kg, um, mg/kg",
});
