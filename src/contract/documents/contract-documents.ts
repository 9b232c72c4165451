import { CATALOGUE } from "../catalogue.ts";
import { asyncApiDocument } from "./asyncapi.ts";
import { jsonSchemaDocument, schemaPath } from "./json-schema.ts";
import { referencePage } from "./reference.ts";

/**
 * Every generated document of the contract: path below `docs/contract`, with forward slashes, to its text. Pure:
 * the same sources give the same bytes, so that a stale file is found by comparing.
 */
export function contractDocuments(): ReadonlyMap<string, string> {
  return new Map([
    ...CATALOGUE.map((entry) => [schemaPath(entry), json(jsonSchemaDocument(entry))] as const),
    ["asyncapi.json", json(asyncApiDocument())],
    ["reference.md", referencePage()],
  ]);
}

function json(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
