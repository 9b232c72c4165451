import { BATCH_ID_PATTERN, BATCH_NAME_PATTERN } from "../../src/contract/schemas/product.ts";

type Schema = Readonly<Record<string, unknown>>;

/** Words for people; they change nothing about what is valid. */
const ANNOTATIONS = new Set(["$schema", "$id", "title", "description", "examples", "discriminator"]);
/** Bounds that narrow when they grow, and bounds that narrow when they shrink. */
const LOWER_BOUNDS = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"];
const UPPER_BOUNDS = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];
/** Keywords with a comparison of their own; any other one must stay as it is. */
const COMPARED = new Set([
  "type",
  "const",
  "enum",
  "pattern",
  "properties",
  "required",
  "items",
  "prefixItems",
  "additionalProperties",
  "anyOf",
  "oneOf",
  ...LOWER_BOUNDS,
  ...UPPER_BOUNDS,
]);

/**
 * What has changed from a published schema to the current one that somebody out there would notice: a field
 * removed, retyped, newly required or no longer sent for certain, a word taken from an enumeration, a bound drawn
 * closer. Optional fields, words, members of a union and wider bounds may be added. Each finding is one line that
 * begins with the JSON path; none means the change is additive.
 */
export function compareSchemas(published: unknown, current: unknown, path = ""): string[] {
  if (same(published, current)) return [];
  if (!isSchema(published) || !isSchema(current)) return [finding(path, "retyped")];
  return [
    ...compareTypes(published, current, path),
    ...compareWords(published, current, path),
    ...compareBounds(published, current, path),
    ...comparePatterns(published, current, path),
    ...compareFields(published, current, path),
    ...compareRequired(published, current, path),
    ...compareItems(published, current, path),
    ...compareUnions(published, current, path),
    ...compareOtherKeywords(published, current, path),
  ];
}

/**
 * Holds published files (path to text, as contractDocuments gives them) against the current ones. Files that
 * aren't schemas are passed over: they follow from the schemas.
 */
export function breakingChanges(
  published: ReadonlyMap<string, string>,
  current: ReadonlyMap<string, string>,
): string[] {
  return [...published]
    .filter(([path]) => path.startsWith("schemas/"))
    .flatMap(([path, text]) => {
      const now = current.get(path);
      if (now === undefined) return [`${path}: the published schema is gone`];
      return compareSchemas(JSON.parse(text), JSON.parse(now)).map((line) => `${path}: ${line}`);
    });
}

function compareTypes(published: Schema, current: Schema, path: string): string[] {
  const before = [published.type ?? []].flat().toSorted();
  const after = [current.type ?? []].flat().toSorted();
  const opened = before.length === 0 && Array.isArray(published.enum) && isOpened(published.enum, current);
  return opened || same(before, after)
    ? []
    : [finding(path, `retyped from ${before.join("|")} to ${after.join("|")}`)];
}

/** The values a schema allows by name, or undefined when it names none. */
function wordsOf(schema: Schema): unknown[] | undefined {
  if ("const" in schema) return [schema.const];
  return Array.isArray(schema.enum) ? schema.enum : undefined;
}

function compareWords(published: Schema, current: Schema, path: string): string[] {
  const before = wordsOf(published);
  const after = wordsOf(current);
  if (after === undefined)
    return before === undefined || isOpened(before, current)
      ? []
      : [finding(path, "is no longer an enumeration")];
  if (before === undefined) return [finding(path, "narrowed to an enumeration")];
  const gone = before.filter((word) => !after.includes(word));
  return gone.map((word) => finding(path, `narrowed: ${JSON.stringify(word)} is no longer allowed`));
}

/** An enumeration may open into texts of a form that all of its words have: that is words added. */
function isOpened(words: readonly unknown[], { type, pattern }: Schema): boolean {
  if (type !== "string" || typeof pattern !== "string") return false;
  const form = new RegExp(pattern, "u");
  return words.every((word) => typeof word === "string" && form.test(word));
}

/**
 * Forms that may follow one another: whatever has the first has the second, too. No program can tell that of two
 * patterns; a property test holds it for these.
 */
export const WIDER_PATTERNS: readonly (readonly [published: string, current: string])[] = [
  [BATCH_ID_PATTERN, BATCH_NAME_PATTERN],
];

function comparePatterns(published: Schema, current: Schema, path: string): string[] {
  const [before, after] = [published.pattern, current.pattern];
  if (before === after) return [];
  if (Array.isArray(published.enum) && isOpened(published.enum, current)) return [];
  const isWider = WIDER_PATTERNS.some(([narrow, wide]) => narrow === before && wide === after);
  return isWider ? [] : [finding(path, "pattern changed")];
}

function compareBounds(published: Schema, current: Schema, path: string): string[] {
  const closer = (name: string, sign: 1 | -1): string[] => {
    const after = current[name];
    if (typeof after !== "number") return [];
    const before = published[name];
    const isCloser = typeof before !== "number" || sign * after > sign * before;
    return isCloser ? [finding(path, `narrowed: ${name} is now ${after}`)] : [];
  };
  return [
    ...LOWER_BOUNDS.flatMap((name) => closer(name, 1)),
    ...UPPER_BOUNDS.flatMap((name) => closer(name, -1)),
  ];
}

function compareFields(published: Schema, current: Schema, path: string): string[] {
  const after = asSchema(current.properties);
  const declared = Object.entries(asSchema(published.properties)).flatMap(([name, field]) =>
    Object.hasOwn(after, name)
      ? compareSchemas(field, after[name], `${path}/${name}`)
      : [finding(`${path}/${name}`, "removed")],
  );
  const freeBefore = published.additionalProperties ?? true;
  const freeAfter = current.additionalProperties ?? true;
  // From nothing but the named fields to any field is additive; every other change shows in the values.
  if (freeBefore === false && freeAfter === true) return declared;
  return [...declared, ...compareSchemas(freeBefore, freeAfter, `${path}/<name>`)];
}

function compareRequired(published: Schema, current: Schema, path: string): string[] {
  const before = asList(published.required);
  const after = asList(current.required);
  return [
    ...after
      .filter((name) => !before.includes(name))
      .map((name) => finding(`${path}/${name}`, "is newly required")),
    ...before
      .filter((name) => !after.includes(name))
      .map((name) => finding(`${path}/${name}`, "is no longer required, and readers rely on it")),
  ];
}

function compareItems(published: Schema, current: Schema, path: string): string[] {
  const before = asList(published.prefixItems);
  const after = asList(current.prefixItems);
  if (before.length !== after.length)
    return [finding(path, `retyped from ${before.length} to ${after.length} items`)];
  return [
    ...before.flatMap((item, index) => compareSchemas(item, after[index], `${path}/${index}`)),
    ...compareSchemas(published.items ?? true, current.items ?? true, `${path}[]`),
  ];
}

/** Members of `oneOf` belong together by the constant that tells them apart; those of `anyOf` by being the same. */
function compareUnions(published: Schema, current: Schema, path: string): string[] {
  const tag = asSchema(published.discriminator).propertyName ?? "";
  const after = new Map(asList(current.oneOf).map((member) => [memberName(member, tag), member]));
  const members = asList(published.oneOf).flatMap((member) => {
    const name = memberName(member, tag);
    const place = `${path}/(${name})`;
    return after.has(name) ? compareSchemas(member, after.get(name), place) : [finding(place, "removed")];
  });
  if (asList(published.oneOf).length === 0 && after.size > 0) return [finding(path, "narrowed: oneOf")];
  const before = asList(published.anyOf);
  const alternatives = asList(current.anyOf);
  const narrowed =
    before.length === 0
      ? alternatives.length > 0
      : before.some((one) => !alternatives.some((other) => same(one, other)));
  return narrowed ? [...members, finding(path, "narrowed: anyOf")] : members;
}

function memberName(member: unknown, tag: unknown): string {
  const word = asSchema(asSchema(asSchema(member).properties)[String(tag)]).const;
  return typeof word === "string" ? word : JSON.stringify(member);
}

function compareOtherKeywords(published: Schema, current: Schema, path: string): string[] {
  const keywords = new Set([...Object.keys(published), ...Object.keys(current)]);
  return [...keywords]
    .filter((keyword) => !ANNOTATIONS.has(keyword) && !COMPARED.has(keyword))
    .filter((keyword) => !same(published[keyword], current[keyword]))
    .map((keyword) => finding(path, `${keyword} changed`));
}

function finding(path: string, problem: string): string {
  return `${path === "" ? "/" : path} ${problem}`;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asSchema(value: unknown): Schema {
  return isSchema(value) ? value : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
