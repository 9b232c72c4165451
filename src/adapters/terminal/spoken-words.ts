import type { MessageType } from "../../contract/topic.ts";

type Fields = Readonly<Record<string, unknown>>;
type UnitOf = ((tag: string) => string | undefined) | undefined;

/** More values than this are not read in passing. */
const MOST_VALUES = 6;

/** What a message says, in a few words: values with units, a verdict, an event and its lot; versions 1 and 2 alike. */
export function spokenWords(type: MessageType, payload: string, unitOf: UnitOf): string {
  const fields = fieldsOf(payload);
  switch (type) {
    case "telemetry":
      return listed(
        Object.entries(objectOf(fields.tags)).map(([tag, value]) => valueInWords(tag, value, unitOf?.(tag))),
      );
    case "state":
      return words(fields.state, objectOf(fields.stop_reason).code ?? fields.reason);
    case "alarm":
      return alarmInWords(fields);
    case "quality":
      return listed(resultsOf(fields.results));
    case "batch":
      return words(fields.event, fields.batch_id, fields.lot_id ?? fields.unit_id);
  }
}

function alarmInWords(fields: Fields): string {
  const about = [fields.severity, fields.event, fields.code].filter((word) => typeof word === "string");
  const message = typeof fields.message === "string" ? fields.message : "";
  return message === "" || about.length === 0 ? words(...about, message) : `${about.join(" ")}: ${message}`;
}

/** `weight_g 100.4 g pass`; in version 1 there is only the value. */
function resultsOf(results: unknown): string[] {
  if (!Array.isArray(results)) {
    return Object.entries(objectOf(results)).map(([name, value]) => valueInWords(name, value, undefined));
  }
  return results.map((result: unknown) => {
    const { characteristic, value, unit } = objectOf(result);
    const shown = valueInWords(String(characteristic), value, typeof unit === "string" ? unit : undefined);
    return words(shown, verdictOf(objectOf(result)));
  });
}

/** As the publisher says it, or by its limits; nothing where there is neither. */
function verdictOf({ pass, value, lower, upper }: Fields): string {
  if (typeof pass === "boolean") return pass ? "pass" : "fail";
  if (typeof value !== "number" || (typeof lower !== "number" && typeof upper !== "number")) return "";
  const isLow = typeof lower === "number" && value < lower;
  const isHigh = typeof upper === "number" && value > upper;
  return isLow || isHigh ? "fail" : "pass";
}

function valueInWords(name: string, reading: unknown, unit: string | undefined): string {
  const isLong = typeof reading === "object" && reading !== null;
  const { value, quality } = isLong ? objectOf(reading) : { value: reading, quality: undefined };
  const shown =
    typeof value === "number" ? value.toLocaleString("en-US", { maximumFractionDigits: 6 }) : String(value);
  const doubt = quality === undefined || quality === "good" ? undefined : `(${String(quality)})`;
  return words(name, shown, typeof value === "number" ? unit : undefined, doubt);
}

function listed(values: readonly string[]): string {
  const shown = values.slice(0, MOST_VALUES).join("  ");
  return values.length > MOST_VALUES ? `${shown}  … ${values.length - MOST_VALUES} more` : shown;
}

function words(...parts: readonly unknown[]): string {
  return parts.filter((part) => typeof part === "string" && part !== "").join(" ");
}

function objectOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

/** The fields of a stored payload; nothing for one that isn't an object (the log may hold a database of old). */
function fieldsOf(payload: string): Fields {
  try {
    return objectOf(JSON.parse(payload));
  } catch {
    return {};
  }
}
