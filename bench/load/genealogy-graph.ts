// Genealogy in memory: how long questions over 0.1, 1 and 10 million edges take, and how much memory that needs.
//
//   node bench/load/genealogy-graph.ts [edges in millions, 0.1,1,10 unless given]
//
// A generated plant of ten lines: supplier lots meet in silos, mixes take from seven silos and now and then rework, six
// mixes make a conche's mass, which meets the heel of its tank; bars of a tank's lot are on pallets; a hundredth comes
// back as rework. Tank heels make every lot reach far: the chain of a product's tank never ends.

import { type EdgeSource, LotGraph } from "../../src/trace/graph/lot-graph.ts";
import { Marks, reach } from "../../src/trace/graph/reach.ts";
import { shares } from "../../src/trace/graph/shares.ts";
import { Genealogy } from "../../src/trace/questions/genealogy.ts";
import { trace } from "../../src/trace/questions/trace.ts";
import type { ViewReading } from "../../src/views/view-table.ts";

const LINES = 10;
const PRODUCTS = 3;
const ASKED = 200;
/** A page of the API. */
const PAGE = 100;
/** A clean empties a tank so often: only that ends a chain of heels. */
const BATCHES_PER_CLEAN = 12;

/** A small generator of its own: the same plant each time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

function* plantYear(edges: number): Iterable<EdgeSource> {
  const next = random(7);
  let made = 0;
  const edge = (source: string, target: string, mg: number, kind = "lot"): EdgeSource => {
    made += 1;
    return { source, target, mg, kind };
  };
  const silos = Array.from({ length: LINES * 7 }, (_, at) => `silo-${at}/0`);
  const tanks = new Map<string, string>();
  const rework: string[] = [];
  for (let batch = 0; made < edges; batch++) {
    const line = batch % LINES;
    const product = Math.floor(batch / LINES / 4) % PRODUCTS;
    for (let silo = 0; silo < 7; silo++) {
      if (next() < 0.1) {
        const at = line * 7 + silo;
        const content = `silo-${at}/${batch}`;
        yield edge(silos[at] ?? "", content, 2e9);
        yield edge(`supplier-${at}-${batch}`, content, 12e9);
        silos[at] = content;
      }
    }
    const conche = `b${batch}.C`;
    for (let mix = 0; mix < 6; mix++) {
      const paste = `b${batch}.M${mix}`;
      for (let silo = 0; silo < 7; silo++) yield edge(silos[line * 7 + silo] ?? "", paste, 1.4e8);
      if (mix === 0 && rework.length > 0 && next() < 0.5) yield edge(rework.shift() ?? "", paste, 4e7);
      yield edge(paste, conche, 1e9);
    }
    const tank = `${line}/${product}`;
    const content = `b${batch}.T`;
    const heel = tanks.get(tank);
    if (heel !== undefined && batch % BATCHES_PER_CLEAN !== 0) yield edge(heel, content, 1.5e8);
    yield edge(conche, content, 6e9);
    tanks.set(tank, content);
    const bars = `b${batch}.F`;
    // Reported in parts: edges of one pair become one.
    for (let part = 0; part < 12; part++) yield edge(content, bars, 5e8);
    for (let pallet = 0; pallet < 13; pallet++) yield edge(bars, `pallet-${batch}-${pallet}`, 4.8e8, "unit");
    if (next() < 0.1) {
      yield edge(bars, `b${batch}.R`, 4e7);
      rework.push(`b${batch}.R`);
    }
  }
}

/** The graph alone: rows of lots and pallets are read by key, a page of them. */
const NO_ROWS: ViewReading = {
  rows: () => ({
    get: () => undefined,
    range: () => [],
  }),
  position: () => 0,
};

const percentile = (all: number[], share: number) =>
  all.toSorted((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * share))] ?? 0;
const ms = (value: number) => `${value.toFixed(2)} ms`;

for (const millions of (process.argv[2] ?? "0.1,1,10").split(",").map(Number)) {
  const begun = performance.now();
  const graph = LotGraph.of(plantYear(millions * 1e6));
  const builtMs = performance.now() - begun;
  const marks = new Marks(graph.nodes);
  const genealogy = new Genealogy(NO_ROWS, () => ({ graph, marks }));
  const orderBegun = performance.now();
  graph.order;
  const orderedMs = performance.now() - orderBegun;
  const next = random(3);
  const traces: number[] = [];
  const recalls: number[] = [];
  let largest = 0;
  for (let asked = 0; asked < ASKED; asked++) {
    const { kind, id } = graph.nameOf(Math.floor(next() * graph.nodes));
    const subject = kind === "lot" ? { lots: [id], units: [] } : { lots: [], units: [id] };
    const at = performance.now();
    const { reached } = trace(genealogy, subject, "both", { most: PAGE });
    traces.push(performance.now() - at);
    largest = Math.max(largest, reached);
  }
  for (let asked = 0; asked < ASKED / 10; asked++) {
    // A supplier's lot: what a recall begins with.
    let node = Math.floor(next() * graph.nodes);
    while (!graph.nameOf(node).id.startsWith("supplier")) node = (node + 1) % graph.nodes;
    const at = performance.now();
    const down = reach(graph, [node], "down", marks);
    shares(graph, [node], down, marks);
    recalls.push(performance.now() - at);
    largest = Math.max(largest, down.nodes.length);
  }
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const mb = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MB`;
  process.stdout.write(
    `${millions} M edges told, ${graph.edges} kept, ${graph.nodes} lots and pallets: built in ${(builtMs / 1000).toFixed(1)} s, ordered in ${(orderedMs / 1000).toFixed(1)} s; ` +
      `trace both ways p50 ${ms(percentile(traces, 0.5))}, p99 ${ms(percentile(traces, 0.99))}; ` +
      `recall p50 ${ms(percentile(recalls, 0.5))}, p99 ${ms(percentile(recalls, 0.99))}; largest answer ${largest}; ` +
      `heap ${mb(heapUsed)}, arrays ${mb(arrayBuffers)}, resident ${mb(rss)}\n`,
  );
}
