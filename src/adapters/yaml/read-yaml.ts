import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";

/** A place where a text breaks YAML. */
export interface YamlFinding {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly message: string;
}

/** Names of fields and positions in lists, from the root. */
export type YamlPath = readonly (string | number)[];

/** What a YAML text says; with findings, `value` is undefined. */
export interface YamlReading {
  readonly value: unknown;
  readonly findings: readonly YamlFinding[];
  /** The line, from 1, on which a field or an entry begins; for one that isn't there, its nearest parent's. */
  lineOf(path: YamlPath): number;
  /** A value's own characters, where it stands without quotes; undefined for anything else. */
  writtenAs(path: YamlPath): string | undefined;
}

/**
 * How often one anchor's content may be repeated through aliases, nested ones multiplied: a few lines of aliases to
 * aliases must not become gigabytes ("billion laughs").
 */
const MAX_ALIAS_COUNT = 100;

/** Reads one YAML 1.2 document. Keys that stand twice and aliases that would blow up are findings too. */
export function readYaml(given: string): YamlReading {
  const text = given.replace(/^\ufeff/, "");
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const writtenAs = (path: YamlPath): string | undefined => {
    const node = document.getIn(path, true);
    return isScalar(node) && node.type === "PLAIN" ? node.source : undefined;
  };
  const lineOf = (path: YamlPath) => lines.linePos(offsetOf(document, path)).line;
  if (document.errors.length > 0) {
    const findings = document.errors.map((error) => {
      const { line, col } = lines.linePos(error.pos[0]);
      return { line, column: col, message: error.message };
    });
    return { value: undefined, findings, lineOf, writtenAs };
  }
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIAS_COUNT }), findings: [], lineOf, writtenAs };
  } catch (error) {
    return {
      value: undefined,
      findings: [{ line: 1, column: 1, message: error instanceof Error ? error.message : String(error) }],
      lineOf,
      writtenAs,
    };
  }
}

type YamlDocument = ReturnType<typeof parseDocument>;

/** Where a place begins in the text: the key of a field, the entry of a list. Aliases are followed. */
function offsetOf(document: YamlDocument, path: YamlPath): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range?.[0] ?? 0;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
      if (pair === undefined) return offset;
      offset = (isScalar(pair.key) ? pair.key.range?.[0] : undefined) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      const entry: unknown = typeof part === "number" ? node.items[part] : undefined;
      if (entry === undefined || entry === null) return offset;
      offset = (entry as { range?: readonly number[] }).range?.[0] ?? offset;
      node = entry;
    } else {
      return offset;
    }
  }
  return offset;
}
