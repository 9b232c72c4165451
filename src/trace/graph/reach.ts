import type { Adjacency } from "./adjacency.ts";
import type { LotGraph } from "./lot-graph.ts";

/** `up` to what something was made of, `down` to what it became part of. */
export type Direction = "up" | "down";

/** What was reached from some nodes. */
export interface Reach {
  /** In the order in which they were come upon, those asked for first. */
  readonly nodes: Uint32Array;
  /** Steps from the nearest node that was asked for, by place in `nodes`. */
  readonly depths: Uint16Array;
  /** Whether the bound on nodes or depth kept something out. */
  readonly cut: boolean;
}

/** How far a question goes. */
export interface ReachBounds {
  readonly most?: number;
  readonly depth?: number;
}

/** Scratch over the nodes of one graph, so that a small question costs what it reaches, not what there is. */
export class Marks {
  readonly #seen: Uint32Array;
  readonly #place: Uint32Array;
  #round = 0;

  get size(): number {
    return this.#seen.length;
  }

  constructor(nodes: number) {
    this.#seen = new Uint32Array(nodes);
    this.#place = new Uint32Array(nodes);
  }

  begin(): void {
    this.#round += 1;
    if (this.#round === 0xffffffff) {
      this.#seen.fill(0);
      this.#round = 1;
    }
  }

  /** True the first time; the node then has this place in what was reached. */
  mark(node: number, place: number): boolean {
    if (this.#seen[node] === this.#round) return false;
    this.#seen[node] = this.#round;
    this.#place[node] = place;
    return true;
  }

  /** Its place in what was reached last; undefined where it was not. */
  placeOf(node: number): number | undefined {
    return this.#seen[node] === this.#round ? this.#place[node] : undefined;
  }

  has(node: number): boolean {
    return this.#seen[node] === this.#round;
  }
}

/**
 * POSSIBLE PRESENCE: every node that some path leads to, however little goes over it. Errs on the safe side: cycles,
 * which can't be, are followed, too.
 */
export function reach(
  graph: LotGraph,
  from: readonly number[],
  direction: Direction,
  marks: Marks,
  { most = Number.POSITIVE_INFINITY, depth: deepest = 0xffff }: ReachBounds = {},
): Reach {
  const edges = direction === "down" ? graph.down : graph.up;
  const queue: number[] = [];
  const depths: number[] = [];
  let cut = false;
  marks.begin();
  for (const node of from) {
    if (!marks.mark(node, queue.length)) continue;
    queue.push(node);
    depths.push(0);
  }
  for (let at = 0; at < queue.length; at++) {
    const node = queue[at] ?? 0;
    const depth = (depths[at] ?? 0) + 1;
    if (depth > deepest) {
      cut ||= edges.degree(node) > 0;
      continue;
    }
    const degree = edges.degree(node);
    for (let edge = 0; edge < degree; edge++) {
      const next = edges.target(node, edge);
      if (queue.length >= most) {
        cut ||= !marks.has(next);
        continue;
      }
      if (!marks.mark(next, queue.length)) continue;
      queue.push(next);
      depths.push(depth);
    }
  }
  return { nodes: Uint32Array.from(queue), depths: Uint16Array.from(depths), cut };
}

/** Mass of what was asked for in each node that has some of it. */
export interface Shares {
  /** Mass fraction by place in the reach, 0 to 1. */
  readonly share: Float64Array;
  /** Edges that lead back into what they come from: no lot is made of itself, so they carry no mass. */
  readonly refused: readonly (readonly [source: number, target: number])[];
}

/**
 * MASS FRACTION: how much of each node's mass is of the nodes asked for. What comes in is mixed evenly; what is lost
 * (water, dust) is lost of all of it alike. Edges without a mass (a boundary, pieces only) carry presence, no fraction.
 *
 * @param reached what `reach` found downwards
 * @param marks the ones it was found with, not used for anything since
 */
export function shares(graph: LotGraph, from: readonly number[], reached: Reach, marks: Marks): Shares {
  const { up } = graph;
  const { order, refused } = inOrder(graph.down, reached.nodes, marks);
  const closed = new Set(refused.map(([source, target]) => `${source}>${target}`));
  const share = new Float64Array(reached.nodes.length);
  const given = new Set(from);
  for (const node of order) {
    const own = marks.placeOf(node) ?? 0;
    if (given.has(node)) {
      share[own] = 1;
      continue;
    }
    const degree = up.degree(node);
    let all = 0;
    let part = 0;
    for (let edge = 0; edge < degree; edge++) {
      const source = up.target(node, edge);
      if (closed.size > 0 && closed.has(`${source}>${node}`)) continue;
      const mass = up.mg(node, edge);
      const place = marks.placeOf(source);
      all += mass;
      if (place !== undefined) part += mass * (share[place] ?? 0);
    }
    share[own] = all > 0 ? part / all : 0;
  }
  return { share, refused };
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
): Shares {
  const { up } = graph;
  const { order, refused } = inOrder(up, reached.nodes, marks);
  const closed = new Set(refused.map(([target, source]) => `${source}>${target}`));
  const isClosed = (source: number, node: number) => closed.size > 0 && closed.has(`${source}>${node}`);
  const share = new Float64Array(reached.nodes.length);
  for (const node of from) share[marks.placeOf(node) ?? 0] = 1 / from.length;
  for (const node of order) {
    const own = share[marks.placeOf(node) ?? 0] ?? 0;
    const degree = up.degree(node);
    let all = 0;
    for (let edge = 0; edge < degree; edge++)
      if (!isClosed(up.target(node, edge), node)) all += up.mg(node, edge);
    if (all === 0 || own === 0) continue;
    for (let edge = 0; edge < degree; edge++) {
      const source = up.target(node, edge);
      const place = marks.placeOf(source);
      if (place === undefined || isClosed(source, node)) continue;
      share[place] = (share[place] ?? 0) + (own * up.mg(node, edge)) / all;
    }
  }
  return { share, refused: refused.map(([target, source]) => [source, target] as const) };
}

/** Sources before targets, depth first without recursion. An edge to a node that is still being visited closes a circle. */
function inOrder(
  edges: Adjacency,
  nodes: Uint32Array,
  marks: Marks,
): { order: Uint32Array; refused: [number, number][] } {
  const state = new Uint8Array(nodes.length);
  const next = new Uint32Array(nodes.length);
  const order = new Uint32Array(nodes.length);
  const stack = new Uint32Array(nodes.length + 1);
  const refused: [number, number][] = [];
  let left = nodes.length;
  // The same whatever was asked first: nodes are visited in the order of their numbers.
  for (const root of nodes.slice().sort()) {
    if (state[marks.placeOf(root) ?? 0] === 2) continue;
    let depth = 0;
    stack[0] = root;
    while (depth >= 0) {
      const node = stack[depth] ?? 0;
      const at = marks.placeOf(node) ?? 0;
      state[at] ||= 1;
      const edge = next[at] ?? 0;
      if (edge >= edges.degree(node)) {
        // Filled from its end: what is finished last comes first.
        order[--left] = node;
        state[at] = 2;
        depth -= 1;
        continue;
      }
      next[at] = edge + 1;
      const target = edges.target(node, edge);
      const there = marks.placeOf(target);
      if (there === undefined || state[there] === 2) continue;
      if (state[there] === 1) refused.push([node, target]);
      else stack[++depth] = target;
    }
  }
  return { order, refused };
}
