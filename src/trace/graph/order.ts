import type { Adjacency } from "./adjacency.ts";

/** Every source before its targets, but for edges that close a circle: those go from a higher rank to a lower one. */
export interface GraphOrder {
  /** By node. */
  readonly rank: Uint32Array;
  /** By rank. */
  readonly nodes: Uint32Array;
  readonly circles: readonly (readonly [source: number, target: number])[];
}

/** Depth first without recursion, from nodes in the order of their numbers, so that it is the same each time. */
export function orderOf(down: Adjacency, count: number, room = count): GraphOrder {
  const state = new Uint8Array(count);
  const next = new Uint32Array(count);
  const stack = new Uint32Array(count + 1);
  const nodes = new Uint32Array(room);
  const rank = new Uint32Array(room);
  const circles: [number, number][] = [];
  let left = count;
  for (let root = 0; root < count; root++) {
    if (state[root] === 2) continue;
    let depth = 0;
    stack[0] = root;
    while (depth >= 0) {
      const node = stack[depth] ?? 0;
      state[node] ||= 1;
      const edge = next[node] ?? 0;
      if (edge >= down.degree(node)) {
        // Filled from its end: what is finished last comes first.
        nodes[--left] = node;
        rank[node] = left;
        state[node] = 2;
        depth -= 1;
        continue;
      }
      next[node] = edge + 1;
      const target = down.target(node, edge);
      if (state[target] === 2) continue;
      // An edge to a node that is still being visited closes a circle.
      if (state[target] === 1) circles.push([node, target]);
      else stack[++depth] = target;
    }
  }
  return { rank, nodes, circles };
}
