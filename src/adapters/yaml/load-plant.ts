import { open } from "node:fs/promises";
import { relative } from "node:path";
import { ConcheError, messageOf } from "../../errors/conche-error.ts";
import { pathText } from "../../plant/finding.ts";
import type { Plant } from "../../plant/plant.ts";
import { readPlant } from "../../plant/read-plant.ts";
import { readYaml } from "./read-yaml.ts";

/** A larger file is no plant model: the packaged one has 30 kB, a factory of a hundred lines a few MB. */
export const MAX_PLANT_BYTES = 16 * 1024 * 1024;

/**
 * Loads a plant file.
 *
 * @throws ConcheError CONCHE_PLANT_UNREADABLE where the file can't be read; CONCHE_PLANT_INVALID with everything
 * that is wrong with it, one finding a line: `plants/x.yaml:41 sites[0].lines[0].id: is missing`.
 */
export async function loadPlant(path: string): Promise<Plant> {
  const text = await readText(path);
  const yaml = readYaml(text);
  if (yaml.findings.length > 0) {
    const lines = yaml.findings.map(({ line, column, message }) => `${line}:${column} ${message}`);
    throw invalid(path, lines, "breaks YAML");
  }
  const reading = readPlant(yaml.value);
  if (reading.kind === "plant") return reading.plant;
  const places = reading.findings.map((finding) => ({ ...finding, line: yaml.lineOf(finding.path) }));
  places.sort((a, b) => a.line - b.line);
  const lines = places.map(({ line, path: at, problem }) => `${line} ${pathText(at)}: ${problem}`);
  throw invalid(path, lines, "is no valid plant model");
}

async function readText(path: string): Promise<string> {
  try {
    await using file = await open(path, "r");
    const chunks: Buffer[] = [];
    // Bounded by what is read, not by what the file says of itself: a device says 0 bytes and has no end.
    for await (const chunk of file.createReadStream({ end: MAX_PLANT_BYTES, autoClose: false }))
      chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    if (bytes.length > MAX_PLANT_BYTES) {
      throw new ConcheError("CONCHE_PLANT_UNREADABLE", {
        message: `the plant file ${shown(path)} is larger than ${MAX_PLANT_BYTES} bytes`,
        hint: "name the plant file with --plant FILE",
      });
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof ConcheError) throw error;
    const reason = error instanceof TypeError ? "it isn't UTF-8 text" : messageOf(error);
    throw new ConcheError("CONCHE_PLANT_UNREADABLE", {
      message: `the plant file ${shown(path)} can't be read: ${reason}`,
      cause: error,
    });
  }
}

function invalid(path: string, lines: readonly string[], what: string): ConcheError {
  const name = shown(path);
  const count = lines.length === 1 ? "1 finding" : `${lines.length} findings`;
  return new ConcheError("CONCHE_PLANT_INVALID", {
    message: [`the plant file ${name} ${what} (${count})`, ...lines.map((line) => `${name}:${line}`)].join(
      "\n",
    ),
  });
}

/** A path below the working folder as its user would write it; another one as it was given. */
function shown(path: string): string {
  const below = relative(".", path);
  return below === "" || below.startsWith("..") ? path : below;
}
