import type { LotGraph } from "./lot-graph.ts";
import type { Marks, Reach } from "./reach.ts";

/** Mass of what was asked for in each node that has some of it. */
export interface Shares {
  /** Mass fraction by place in the reach, 0 to 1; 0 outside of what was wanted. */
  readonly share: Float64Array;
  /** Edges that lead back into what they come from: no lot is made of itself, so they carry no mass. */
  readonly refused: readonly (readonly [source: number, target: number])[];
}

/** Places in a reach whose shares somebody looks at. */
export interface Wanted {
  readonly from: number;
  readonly to: number;
}

/**
 * MASS FRACTION: how much of each node's mass is of the nodes asked for. What comes in is mixed evenly; what is lost
 * (water, dust) is lost of all of it alike. Edges without a mass (a boundary, pieces only) carry presence, no fraction.
 *
 * @param reached what `reach` found downwards
 * @param marks the ones it was found with, not used for anything since
 * @param wanted only these, and what they are computed from: a page costs what is near it, not all that was reached
 */
export function shares(
  graph: LotGraph,
  from: readonly number[],
  reached: Reach,
  marks: Marks,
  wanted?: Wanted,
): Shares {
  const { up, order } = graph;
  const share = new Float64Array(reached.nodes.length);
  const given = new Set(from);
  for (const rank of ranksOf(graph, "up", given, reached, marks, wanted)) {
    const node = order.nodes[rank] ?? 0;
    const own = marks.at(node);
    if (given.has(node)) {
      share[own] = 1;
      continue;
    }
    const degree = up.degree(node);
    let all = 0;
    let part = 0;
    for (let edge = 0; edge < degree; edge++) {
      const source = up.target(node, edge);
      if ((order.rank[source] ?? 0) >= rank) continue;
      const mass = up.mg(node, edge);
      all += mass;
      if (marks.has(source)) part += mass * (share[marks.at(source)] ?? 0);
    }
    share[own] = all > 0 ? part / all : 0;
  }
  return { share, refused: refusedIn(graph, marks) };
}

/**
 * MASS FRACTION, the other way: how much of what was asked for was made of each node that it came from. The same even
 * mixing, from the end to the beginning.
 */
export function contributions(
  graph: LotGraph,
  from: readonly number[],
  reached: Reach,
  marks: Marks,
  wanted?: Wanted,
): Shares {
  const { up, down, order } = graph;
  const share = new Float64Array(reached.nodes.length);
  const into = new Float64Array(reached.nodes.length).fill(-1);
  const given = new Set(from);
  const ranks = ranksOf(graph, "down", new Set(), reached, marks, wanted);
  const massInto = (node: number, rank: number): number => {
    const place = marks.at(node);
    const known = into[place] ?? -1;
    if (known >= 0) return known;
    const degree = up.degree(node);
    let all = 0;
    for (let edge = 0; edge < degree; edge++)
      if ((order.rank[up.target(node, edge)] ?? 0) < rank) all += up.mg(node, edge);
    into[place] = all;
    return all;
  };
  for (let index = ranks.length - 1; index >= 0; index--) {
    const rank = ranks[index] ?? 0;
    const node = order.nodes[rank] ?? 0;
    let sum = given.has(node) ? 1 / given.size : 0;
    const degree = down.degree(node);
    for (let edge = 0; edge < degree; edge++) {
      const target = down.target(node, edge);
      const there = order.rank[target] ?? 0;
      if (there <= rank || !marks.has(target)) continue;
      const part = share[marks.at(target)] ?? 0;
      if (part === 0) continue;
      const all = massInto(target, there);
      if (all > 0) sum += (part * down.mg(node, edge)) / all;
    }
    share[marks.at(node)] = sum;
  }
  return { share, refused: refusedIn(graph, marks) };
}

/**
 * Ranks, ascending, of the wanted nodes and of all within the reach that their shares are computed from; nothing is
 * asked beyond a node in `ends`.
 */
function ranksOf(
  { order, up, down }: LotGraph,
  way: "up" | "down",
  ends: ReadonlySet<number>,
  { nodes }: Reach,
  marks: Marks,
  wanted: Wanted = { from: 0, to: nodes.length },
): Uint32Array {
  const edges = way === "up" ? up : down;
  if (wanted.to - wanted.from >= nodes.length / 2) {
    return nodes.map((node) => order.rank[node] ?? 0).sort();
  }
  const taken = new Uint8Array(nodes.length);
  const stack = [...nodes.subarray(wanted.from, wanted.to)];
  for (const node of stack) taken[marks.at(node)] = 1;
  const ranks: number[] = [];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    ranks.push(order.rank[node] ?? 0);
    if (ends.has(node)) continue;
    const degree = edges.degree(node);
    for (let edge = 0; edge < degree; edge++) {
      const next = edges.target(node, edge);
      if (!marks.has(next) || taken[marks.at(next)] === 1) continue;
      taken[marks.at(next)] = 1;
      stack.push(next);
    }
  }
  return Uint32Array.from(ranks).sort();
}

function refusedIn({ order }: LotGraph, marks: Marks): Shares["refused"] {
  return order.circles.filter(([source, target]) => marks.has(source) && marks.has(target));
}
