import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { parseTimestamp } from "../../../src/contract/timestamp.ts";

const SCHEMA = new URL("gs1-epcis-json-schema.json", import.meta.url);

/** What GS1's schema finds wrong with a document; nothing where it is valid. Formats are checked, too. */
export function schemaErrors(document: unknown): string[] {
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    formats: {
      "date-time": (text: string) => parseTimestamp(text) !== null,
      uri: (text: string) => URL.canParse(text),
    },
  });
  const validate = ajv.compile(JSON.parse(readFileSync(SCHEMA, "utf8")));
  if (validate(document)) return [];
  return (validate.errors ?? [])
    .map(({ instancePath, message }) => `${instancePath} ${message}`)
    .slice(0, 20);
}
