import { LineCounter, parseDocument } from "yaml";

/** A place where a text breaks YAML. */
export interface YamlFinding {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly message: string;
}

/** What a YAML text says; with findings, `value` is undefined. */
export interface YamlReading {
  readonly value: unknown;
  readonly findings: readonly YamlFinding[];
}

/** Reads one YAML 1.2 document. Keys that stand twice and aliases that would blow up are findings too. */
export function readYaml(text: string): YamlReading {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  if (document.errors.length > 0) {
    const findings = document.errors.map((error) => {
      const { line, col } = lines.linePos(error.pos[0]);
      return { line, column: col, message: error.message };
    });
    return { value: undefined, findings };
  }
  try {
    return { value: document.toJS(), findings: [] };
  } catch (error) {
    return {
      value: undefined,
      findings: [{ line: 1, column: 1, message: error instanceof Error ? error.message : String(error) }],
    };
  }
}
