import { open } from "node:fs/promises";
import { relative } from "node:path";
import { editedText } from "../../access/edited-text.ts";
import type { ErrorCode } from "../../errors/catalogue.ts";
import { ConcheError, messageOf } from "../../errors/conche-error.ts";
import { type Finding, pathText } from "../../plant/finding.ts";
import { readYaml } from "./read-yaml.ts";

/** A kind of file that a person writes: a plant model, a scenario. */
export interface FileKind {
  /** In error messages: `plant file`. */
  readonly name: string;
  /** What it isn't when its findings are many: `plant model`. */
  readonly model: string;
  /** A larger one is none, bytes. */
  readonly maxBytes: number;
  readonly unreadable: ErrorCode;
  readonly invalid: ErrorCode;
  /** What to do with a file that is too large. */
  readonly hint: string;
}

/** What is made of a document, or everything that is wrong with it. */
export type ModelReading<Model> =
  | { readonly kind: "model"; readonly model: Model }
  | { readonly kind: "invalid"; readonly findings: readonly Finding[] };

/**
 * Loads a model from a YAML file.
 *
 * @throws ConcheError `kind.unreadable` where the file can't be read; `kind.invalid` with everything that is wrong with
 * it, one finding a line: `plants/x.yaml:41 sites[0].lines[0].id: is missing`.
 */
export async function loadModel<Model>(
  path: string,
  kind: FileKind,
  read: (document: unknown) => ModelReading<Model>,
): Promise<Model> {
  const text = await readText(path, kind);
  const yaml = readYaml(text);
  if (yaml.findings.length > 0) {
    const lines = yaml.findings.map(({ line, column, message }) => `${line}:${column} ${message}`);
    throw invalid(path, lines, "breaks YAML", kind);
  }
  const reading = read(yaml.value);
  if (reading.kind === "model") return reading.model;
  const places = reading.findings.map((finding) => ({ ...finding, line: yaml.lineOf(finding.path) }));
  places.sort((a, b) => a.line - b.line);
  const lines = places.map(({ line, path: at, problem }) => `${line} ${pathText(at)}: ${problem}`);
  throw invalid(path, lines, `is no valid ${kind.model}`, kind);
}

async function readText(path: string, kind: FileKind): Promise<string> {
  try {
    await using file = await open(path, "r");
    const chunks: Buffer[] = [];
    // Bounded by what is read, not by what the file says of itself: a device says 0 bytes and has no end.
    for await (const chunk of file.createReadStream({ end: kind.maxBytes, autoClose: false }))
      chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    if (bytes.length > kind.maxBytes) {
      throw new ConcheError(kind.unreadable, {
        message: `the ${kind.name} ${shownPath(path)} is larger than ${kind.maxBytes} bytes`,
        hint: kind.hint,
      });
    }
    return editedText(bytes);
  } catch (error) {
    if (error instanceof ConcheError) throw error;
    const reason = error instanceof TypeError ? "it is no text" : messageOf(error);
    throw new ConcheError(kind.unreadable, {
      message: `the ${kind.name} ${shownPath(path)} can't be read: ${reason}`,
      cause: error,
    });
  }
}

function invalid(path: string, lines: readonly string[], what: string, kind: FileKind): ConcheError {
  const name = shownPath(path);
  const count = lines.length === 1 ? "1 finding" : `${lines.length} findings`;
  return new ConcheError(kind.invalid, {
    message: `the ${kind.name} ${name} ${what} (${count})`,
    lines: lines.map((line) => `${name}:${line}`),
  });
}

/** A path below the working folder as its user would write it; another one as it was given. */
function shownPath(path: string): string {
  const below = relative(".", path);
  return below === "" || below.startsWith("..") ? path : below;
}
