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
  readonly #queue: Uint32Array;
  readonly #depths: Uint16Array;
  #round = 0;

  get size(): number {
    return this.#seen.length;
  }

  constructor(nodes: number) {
    this.#seen = new Uint32Array(nodes);
    this.#place = new Uint32Array(nodes);
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

  /** Its place in what was reached last; of a node that was not, anything. */
  at(node: number): number {
    return this.#place[node] ?? 0;
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
  // Room for all that can come, taken at once: a queue that grows is copied again and again.
  const room = Math.min(graph.nodes, Math.max(from.length, most));
  const queue = marks.queue(room);
  const depths = marks.depths(room);
  let count = 0;
  let cut = false;
  marks.begin();
  for (const node of from) if (marks.mark(node, count)) queue[count++] = node;
  depths.fill(0, 0, count);
  reaching: for (let at = 0; at < count; at++) {
    const node = queue[at] ?? 0;
    const depth = (depths[at] ?? 0) + 1;
    const degree = edges.degree(node);
    if (depth > deepest) {
      cut ||= degree > 0;
      continue;
    }
    for (let edge = 0; edge < degree; edge++) {
      const next = edges.target(node, edge);
      if (count >= room) {
        if (marks.has(next)) continue;
        cut = true;
        break reaching;
      }
      if (!marks.mark(next, count)) continue;
      queue[count] = next;
      depths[count++] = depth;
    }
  }
  return { nodes: queue.slice(0, count), depths: depths.slice(0, count), cut };
}
