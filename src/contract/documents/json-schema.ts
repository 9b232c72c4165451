import type { CatalogueEntry } from "../catalogue.ts";
import { examplesOf } from "../examples/catalogue.ts";

/** The dialect of the published schemas. */
const JSON_SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema";

/** A name, not an address: nothing is fetched from it. */
function schemaId(entry: CatalogueEntry): string {
  return `urn:conche:contract:${entry.type}:${entry.version}`;
}

/** Where a schema is published, below the contract's folder. */
export function schemaPath(entry: CatalogueEntry): string {
  return `schemas/${entry.type}-${entry.version}.json`;
}

/** A payload schema as a document of its own. */
export function jsonSchemaDocument(entry: CatalogueEntry): object {
  return {
    $schema: JSON_SCHEMA_DIALECT,
    $id: schemaId(entry),
    ...entry.schema,
    examples: examplesOf(entry.name).map((example) => example.payload),
  };
}
