/**
 * Writes a schema of the contract (2020-12) in draft 07, the dialect of AsyncAPI's own schema object, which its
 * parser and its tools read without a plug-in. Only the keywords the contract uses are translated:
 * `prefixItems` and `dependentRequired` have other names there, and `discriminator` (which in AsyncAPI would have
 * to name schemas) is left out: the constants in the members of `oneOf` say the same.
 */
export function toDraft07(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(toDraft07);
  if (typeof schema !== "object" || schema === null) return schema;
  const translated: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === "discriminator") continue;
    if (keyword === "dependentRequired") translated.dependencies = value;
    else if (keyword === "prefixItems") translated.items = toDraft07(value);
    else if (keyword === "items" && value === false) translated.additionalItems = false;
    else if (keyword === "properties") translated.properties = eachProperty(value as object);
    else translated[keyword] = toDraft07(value);
  }
  return translated;
}

/** Below `properties` the keys are names of fields, not keywords. */
function eachProperty(properties: object): object {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, toDraft07(schema)]));
}
