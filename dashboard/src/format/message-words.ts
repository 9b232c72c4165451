/** What every message carries beside what it says: who, when, which. */
const ENVELOPE: ReadonlySet<string> = new Set([
  ...["v", "boot", "seq", "ts", "ts_source", "schema", "product_type", "batch_id"],
]);
/** More than a line holds. */
const MOST = 240;

type Labels = (name: string) => string;
type Content = Readonly<Record<string, unknown>>;

/**
 * What a message says, in one line: what people wrote in words, or its values by their names, without the envelope.
 * Payloads of any form: what is no JSON object is shown as it came.
 */
export function messageWords(payload: string, labelOf: Labels): string {
  const body = parsed(payload);
  if (!isContent(body)) return cut(payload);
  const { event, message } = body;
  if (typeof message === "string") return cut([event, message].filter(Boolean).join(": "));
  const said = Object.entries(body).filter(([name]) => !ENVELOPE.has(name));
  return cut(said.flatMap(([name, value]) => spoken(name, value, labelOf)).join(" · "));
}

function spoken(name: string, value: unknown, labelOf: Labels): string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.map((each) => item(name, each, labelOf));
  if (!isContent(value)) return [`${labelOf(name)} ${value}`];
  // A value with its quality; a group of values otherwise.
  const own = value.value ?? value.v;
  if (typeof own === "number" || typeof own === "string") return [`${labelOf(name)} ${own}`];
  return Object.entries(value).flatMap(([each, of]) => spoken(each, of, labelOf));
}

/** One of a list: a result, a lot with its quantity, or whatever else it is. */
function item(name: string, value: unknown, labelOf: Labels): string {
  if (!isContent(value)) return `${labelOf(name)} ${value}`;
  const { characteristic, lot_id, unit } = value;
  const of = value.value ?? value.quantity_kg;
  const figure = typeof of === "number" ? ` ${of} ${unit ?? (value.quantity_kg === of ? "kg" : "")}` : "";
  if (typeof characteristic === "string") return `${labelOf(characteristic)}${figure}`.trimEnd();
  if (typeof lot_id === "string") return `${labelOf(name)} ${lot_id}${figure}`.trimEnd();
  return `${labelOf(name)} ${JSON.stringify(value)}`;
}

function parsed(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}

function isContent(value: unknown): value is Content {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function cut(text: string): string {
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text;
}
