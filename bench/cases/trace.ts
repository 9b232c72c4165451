import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { GenealogyResult, Took } from "../load/genealogy-graph.ts";
import { type Figure, figure } from "../statistics.ts";
import { inFolder } from "./in-folder.ts";

const MOST = 10_000_000;
const WITH_ROWS = [100_000, 1_000_000];

/**
 * Questions over a generated plant: of 0.1 and 1 million connections with the rows of the view, a recall with all that
 * its report says; of 10 million the graph alone: search and shares. The last is of a plant whose silos are never run
 * empty, where a lot gets into all that its line makes from then on.
 */
export async function traces(): Promise<Figure[]> {
  return inFolder(async (folder) => {
    const figures: Figure[] = [];
    for (const edges of WITH_ROWS) {
      const data = join(folder, String(edges));
      await mkdir(data);
      await run("fill-plant-year.ts", String(edges), data);
      figures.push(...figuresOf(edges, await asked(String(edges), data)));
      await rm(data, { recursive: true });
    }
    figures.push(...figuresOf(MOST, await asked(String(MOST))));
    figures.push(...figuresOf(MOST, await asked(String(MOST), "never"), ", silos never empty"));
    return figures;
  });
}

function figuresOf(edges: number, result: GenealogyResult, of = ""): Figure[] {
  const millions = `${edges / 1e6} M connections${of}`;
  const times = (what: string, all: readonly Took[]): Figure[] =>
    (["wallMs", "cpuMs"] as const).flatMap((clock) =>
      [0.5, 0.99].map((share) =>
        figure(`${millions}: ${what}, p${share * 100}, ${clock === "wallMs" ? "clock" : "processor"}`, "ms", [
          percentile(
            all.map((each) => each[clock]),
            share,
          ),
        ]),
      ),
    );
  return [
    figure(`${millions}: lots and pallets`, "", [result.nodes]),
    figure(`${millions}: graph read, put in order`, "s", [(result.builtMs + result.orderedMs) / 1_000]),
    ...times("trace both ways", result.traces),
    figure(`${millions}: reached by a trace, p99`, "", [percentile(result.reached, 0.99)]),
    ...times("recall", result.recalls),
    figure(`${millions}: affected by a recall, p99`, "", [percentile(result.recalled, 0.99)]),
    figure(`${millions}: memory of the process`, "MB", [result.residentMb]),
    figure(`${millions}: at most, while it was built`, "MB", [result.peakMb]),
  ];
}

function percentile(all: readonly number[], share: number): number {
  return (
    all.toSorted((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * share))] ?? Number.NaN
  );
}

async function asked(...words: readonly string[]): Promise<GenealogyResult> {
  return JSON.parse(await run("genealogy-graph.ts", ...words)) as GenealogyResult;
}

async function run(script: string, ...words: readonly string[]): Promise<string> {
  const path = join(import.meta.dirname, "..", "load", script);
  const child = spawn(process.execPath, [path, ...words], { stdio: ["ignore", "pipe", "inherit"] });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
  if (code !== 0) throw new Error(`${script} ended with code ${code}`);
  return output;
}
