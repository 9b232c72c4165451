import type { Adjacency } from "./adjacency.ts";
import type { LotGraph } from "./lot-graph.ts";

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
  #round = 0;

  get size(): number {
    return this.#seen.length;
  }

  constructor(nodes: number) {
    this.#seen = new Uint32Array(nodes);
  }

  begin(): void {
    this.#round += 1;
    if (this.#round === 0xffffffff) {
      this.#seen.fill(0);
      this.#round = 1;
    }
  }

  /** True the first time. */
  mark(node: number): boolean {
    if (this.#seen[node] === this.#round) return false;
    this.#seen[node] = this.#round;
    return true;
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
    if (!marks.mark(node)) continue;
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
      if (!marks.mark(next)) continue;
      queue.push(next);
      depths.push(depth);
    }
  }
  return { nodes: Uint32Array.from(queue), depths: Uint16Array.from(depths), cut };
}

/** Mass of what was asked for in each node that has some of it. */
export interface Shares {
  /** Mass fraction by node, 0 to 1. */
  readonly share: ReadonlyMap<number, number>;
  /** Edges that lead back into what they come from: no lot is made of itself, so they carry no mass. */
  readonly refused: readonly (readonly [source: number, target: number])[];
}

/**
 * MASS FRACTION: how much of each node's mass is of the nodes asked for. What comes in is mixed evenly; what is lost
 * (water, dust) is lost of all of it alike. Edges without a mass (a boundary, pieces only) carry presence, no fraction.
 */
export function shares(graph: LotGraph, from: readonly number[], reached: Reach): Shares {
  const place = new Map<number, number>();
  for (const [at, node] of reached.nodes.entries()) place.set(node, at);
  const { order, refused } = inOrder(graph.down, reached.nodes, place);
  const share = new Map<number, number>();
  for (const node of from) share.set(node, 1);
  const closed = new Set(refused.map(([source, target]) => `${source}>${target}`));
  const { up } = graph;
  for (const node of order) {
    if (share.has(node)) continue;
    let all = 0;
    let part = 0;
    const degree = up.degree(node);
    for (let edge = 0; edge < degree; edge++) {
      const source = up.target(node, edge);
      const mass = up.mg(node, edge);
      if (closed.size > 0 && closed.has(`${source}>${node}`)) continue;
      all += mass;
      part += mass * (share.get(source) ?? 0);
    }
    share.set(node, all > 0 ? part / all : 0);
  }
  return { share, refused };
}

/** Sources before targets, depth first without recursion. An edge to a node that is still being visited closes a cycle. */
function inOrder(
  edges: Adjacency,
  nodes: Uint32Array,
  place: ReadonlyMap<number, number>,
): { order: number[]; refused: [number, number][] } {
  const state = new Uint8Array(nodes.length);
  const next = new Uint32Array(nodes.length);
  const order: number[] = [];
  const refused: [number, number][] = [];
  // By name the same whatever the order of messages was: nodes are visited in the order of their numbers.
  for (const root of [...nodes].sort((a, b) => a - b)) {
    const stack = [root];
    while (stack.length > 0) {
      const node = stack[stack.length - 1] ?? 0;
      const at = place.get(node) ?? 0;
      state[at] ||= 1;
      const edge = next[at] ?? 0;
      if (edge >= edges.degree(node)) {
        if (state[at] === 1) order.push(node);
        state[at] = 2;
        stack.pop();
        continue;
      }
      next[at] = edge + 1;
      const target = edges.target(node, edge);
      const there = place.get(target);
      if (there === undefined || state[there] === 2) continue;
      if (state[there] === 1) refused.push([node, target]);
      else stack.push(target);
    }
  }
  return { order: order.reverse(), refused };
}

/**
 * MASS FRACTION, the other way: how much of what was asked for was made of each node that it came from. The same even
 * mixing, from the end to the beginning.
 */
export function contributions(graph: LotGraph, from: readonly number[], reached: Reach): Shares {
  const place = new Map<number, number>();
  for (const [at, node] of reached.nodes.entries()) place.set(node, at);
  const { up } = graph;
  const { order, refused } = inOrder(up, reached.nodes, place);
  const closed = new Set(refused.map(([target, source]) => `${source}>${target}`));
  const share = new Map<number, number>();
  for (const node of from) share.set(node, 1 / from.length);
  for (const node of order) {
    const own = share.get(node) ?? 0;
    const degree = up.degree(node);
    let all = 0;
    for (let edge = 0; edge < degree; edge++) {
      if (!closed.has(`${up.target(node, edge)}>${node}`)) all += up.mg(node, edge);
    }
    for (let edge = 0; edge < degree; edge++) {
      const source = up.target(node, edge);
      if (closed.has(`${source}>${node}`)) continue;
      const part = all > 0 ? (own * up.mg(node, edge)) / all : 0;
      share.set(source, (share.get(source) ?? 0) + part);
    }
    if (!share.has(node)) share.set(node, 0);
  }
  return { share, refused: refused.map(([target, source]) => [source, target] as const) };
}
