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
  /**
   * By node: where this search begins to count, and on top of it the node's place; below that, what earlier searches
   * left. One number and not two: what a search over millions waits for is memory.
   */
  readonly #places: Uint32Array;
  readonly #queue: Uint32Array;
  readonly #depths: Uint16Array;
  #base = 1;

  get size(): number {
    return this.#places.length;
  }

  constructor(nodes: number) {
    this.#places = new Uint32Array(nodes);
    this.#queue = new Uint32Array(nodes);
    this.#depths = new Uint16Array(nodes);
  }

  /** Scratch for so many nodes; what one search wrote there the next one overwrites. */
  queue(nodes: number): Uint32Array {
    return this.#queue.length >= nodes ? this.#queue : new Uint32Array(nodes);
  }

  depths(nodes: number): Uint16Array {
    return this.#depths.length >= nodes ? this.#depths : new Uint16Array(nodes);
  }

  begin(): void {
    this.#base += this.size;
    if (this.#base + this.size <= 0xffffffff) return;
    this.#places.fill(0);
    this.#base = 1;
  }

  /** A node that has none yet gets its place in what is reached: the next one, from 0 on. */
  mark(node: number, place: number): void {
    this.#places[node] = this.#base + place;
  }

  /** Its place in what was reached last; of a node that was not, anything. */
  at(node: number): number {
    return (this.#places[node] ?? 0) - this.#base;
  }

  has(node: number): boolean {
    return (this.#places[node] ?? 0) >= this.#base;
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
  // Room for all that can come, taken at once: a queue that grows is copied again and again.
  const room = Math.min(graph.nodes, Math.max(from.length, most));
  const queue = marks.queue(room);
  const depths = marks.depths(room);
  let count = 0;
  let cut = false;
  marks.begin();
  for (const node of from) {
    if (marks.has(node)) continue;
    marks.mark(node, count);
    queue[count++] = node;
  }
  depths.fill(0, 0, count);
  const { starts, targets } = edges;
  // Nothing is called for each edge: over a million of them that is what a search would consist of.
  reaching: for (let at = 0; at < count; at++) {
    const node = queue[at] ?? 0;
    const depth = (depths[at] ?? 0) + 1;
    if (depth > deepest) {
      cut ||= edges.degree(node) > 0;
      continue;
    }
    const begin = starts[node] ?? 0;
    const built = edges.end(node) - begin;
    const more = edges.more(node);
    const degree = built + (more?.length ?? 0);
    for (let place = 0; place < degree; place++) {
      const next = (place < built ? targets[begin + place] : more?.[place - built]) ?? 0;
      if (marks.has(next)) continue;
      if (count >= room) {
        cut = true;
        break reaching;
      }
      marks.mark(next, count);
      queue[count] = next;
      depths[count++] = depth;
    }
  }
  return { nodes: queue.slice(0, count), depths: depths.slice(0, count), cut };
}
