// Genealogy over a generated plant of ten lines: how long questions take, and how much memory, in a process of its own.
// Says it in one line of JSON.
//
//   node bench/load/genealogy-graph.ts EDGES FOLDER    with rows from the views of a folder (fill-plant-year.ts)
//   node bench/load/genealogy-graph.ts EDGES           the graph alone
//   node bench/load/genealogy-graph.ts EDGES never     the graph alone, of a plant whose silos are never run empty
import { ViewsReader } from "../../src/adapters/sqlite/views/views-reader.ts";
import { genealogyView } from "../../src/trace/genealogy/genealogy-view.ts";
import { LotGraph } from "../../src/trace/graph/lot-graph.ts";
import { Marks, reach } from "../../src/trace/graph/reach.ts";
import { readGraph } from "../../src/trace/graph/read-graph.ts";
import { shares } from "../../src/trace/graph/shares.ts";
import { Genealogy } from "../../src/trace/questions/genealogy.ts";
import { recall } from "../../src/trace/questions/recall.ts";
import { trace } from "../../src/trace/questions/trace.ts";
import type { ViewReading } from "../../src/views/view-table.ts";
import { plantYear, random } from "./plant-year.ts";

/** What one question took, milliseconds: on the clock, and of the processor, which also a busy machine tells. */
export interface Took {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** What questions over so many edges took. */
export interface GenealogyResult {
  readonly edges: number;
  readonly nodes: number;
  readonly builtMs: number;
  readonly orderedMs: number;
  readonly traces: readonly Took[];
  /** Lots and pallets that each trace reached. */
  readonly reached: readonly number[];
  readonly recalls: readonly Took[];
  readonly recalled: readonly number[];
  /** The process with the graph in it, and at its most, while that was built. */
  readonly residentMb: number;
  readonly peakMb: number;
}

const TRACES = 200;
const RECALLS = 20;
/** A page of the API. */
const PAGE = 100;

/** The graph alone: rows are read by key, a page of them. */
const NO_ROWS: ViewReading = {
  rows: () => ({ get: () => undefined, range: () => [] }),
  position: () => 0,
};

const [edges = 0, word] = [Number(process.argv[2]), process.argv[3]];
const folder = word === "never" ? undefined : word;
const views = folder === undefined ? undefined : new ViewsReader(folder);
views?.refresh();
const reading = views?.reading(genealogyView);
const begun = performance.now();
const { graph, marks } =
  reading === undefined ? now(LotGraph.of(plantYear(edges, word !== "never"))) : readGraph(reading);
const builtMs = performance.now() - begun;
const orderBegun = performance.now();
graph.order;
const orderedMs = performance.now() - orderBegun;
const next = random(3);
const result = {
  ...{ edges: graph.edges, nodes: graph.nodes, builtMs, orderedMs },
  ...{ traces: [] as Took[], reached: [] as number[], recalls: [] as Took[], recalled: [] as number[] },
};
for (let asked = 0; asked < TRACES; asked++) {
  const { kind, id } = graph.nameOf(Math.floor(next() * graph.nodes));
  const subject = kind === "lot" ? { lots: [id], units: [] } : { lots: [], units: [id] };
  const genealogy = new Genealogy(reading ?? NO_ROWS, () => ({ graph, marks }));
  const took = stopwatch();
  const { reached } = trace(genealogy, subject, "both", { most: PAGE });
  result.traces.push(took());
  result.reached.push(reached);
}
for (let asked = 0; asked < RECALLS; asked++) {
  // A supplier's lot: what a recall begins with.
  let node = Math.floor(next() * graph.nodes);
  while (!graph.nameOf(node).id.startsWith("supplier")) node = (node + 1) % graph.nodes;
  const genealogy = new Genealogy(reading ?? NO_ROWS, () => ({ graph, marks }));
  const took = stopwatch();
  if (reading === undefined) {
    const down = reach(graph, [node], "down", marks);
    shares(graph, [node], down, marks);
    result.recalled.push(down.nodes.length);
  } else {
    const { lots, units } = recall(genealogy, { lots: [graph.nameOf(node).id] });
    result.recalled.push(lots.length + units.length);
  }
  result.recalls.push(took());
}
views?.close();
const residentMb = process.memoryUsage().rss / 2 ** 20;
const peakMb = process.resourceUsage().maxRSS / 1_024;
process.stdout.write(JSON.stringify({ ...result, residentMb, peakMb } satisfies GenealogyResult));

function stopwatch(): () => Took {
  const [wall, cpu] = [performance.now(), process.threadCpuUsage()];
  return () => {
    const { user, system } = process.threadCpuUsage(cpu);
    return { wallMs: performance.now() - wall, cpuMs: (user + system) / 1_000 };
  };
}

function now(made: LotGraph) {
  return { graph: made, marks: new Marks(made.nodes) };
}
