import { ConcheError } from "../../errors/conche-error.ts";
import { Adjacency } from "./adjacency.ts";
import { type GraphOrder, orderOf } from "./order.ts";

/** How a node is named. Lots and units have ids of their own, which might be the same. */
export interface NodeName {
  readonly kind: "lot" | "unit";
  readonly id: string;
}

/** Part of a lot went into a lot or unit. */
export interface EdgeSource {
  readonly source: string;
  readonly target: string;
  readonly kind: string;
  readonly mg: number;
}

/** A unit's name begins with this; no lot id has a control character. */
const UNIT = "\u0001";
/** Room for edges at the start, and at least so many more each time it is used up. */
const ROOM = 1 << 16;

/** The graph of 10 million connections takes about 400 MB; this is the plant that one process can't hold. */
export const MOST_GRAPH_BYTES = 1 << 30;
/** Of an edge: both ways, and while it is built. */
const EDGE_BYTES = 28;
/** Of a node, beside its name: offsets, order, scratch, its place in the index. */
const NODE_BYTES = 120;

/**
 * The graph of lots in memory: which lot has part in which lot or pallet, both ways. Edges of one pair are one edge;
 * an edge takes 16 bytes, a name is kept once.
 */
export class LotGraph {
  readonly #names: string[];
  readonly #index: Map<string, number>;
  readonly down: Adjacency;
  readonly up: Adjacency;
  readonly #most: number;
  #nameBytes: number;
  #order: GraphOrder | undefined;
  /** Nodes that the order knows. */
  #ordered = 0;

  private constructor(names: string[], index: Map<string, number>, down: Adjacency, most: number) {
    this.#most = most;
    this.#nameBytes = names.reduce((sum, name) => sum + name.length, 0);
    this.#names = names;
    this.#index = index;
    this.down = down;
    this.up = down.turned(names.length);
  }

  /**
   * Built of edges in any order.
   * @param most bytes that it may take, about
   * @throws ConcheError CONCHE_GENEALOGY_TOO_LARGE
   */
  static of(edges: Iterable<EdgeSource>, most = MOST_GRAPH_BYTES): LotGraph {
    let nameBytes = 0;
    const names: string[] = [];
    const index = new Map<string, number>();
    let from = new Uint32Array(ROOM);
    let to = new Uint32Array(ROOM);
    let mg = new Float32Array(ROOM);
    let count = 0;
    let known = 0;
    for (const edge of edges) {
      if (isSelf(edge)) continue;
      if (count === from.length) {
        const size = count + Math.max(ROOM, count >> 1);
        from = enlarged(from, new Uint32Array(size));
        to = enlarged(to, new Uint32Array(size));
        mg = enlarged(mg, new Float32Array(size));
      }
      from[count] = nodeOf(edge.source, names, index);
      to[count] = nodeOf(targetName(edge), names, index);
      mg[count] = edge.mg;
      count += 1;
      if (names.length === known) continue;
      nameBytes += edge.source.length + edge.target.length;
      known = names.length;
      if (sizeOf(known, count, nameBytes) > most) throw tooLarge(known, count, most);
    }
    return new LotGraph(names, index, Adjacency.of(from, to, mg, count, names.length), most);
  }

  /** One edge more, behind what was built. */
  add(edge: EdgeSource): void {
    if (isSelf(edge)) return;
    const before = this.nodes;
    const source = nodeOf(edge.source, this.#names, this.#index);
    const target = nodeOf(targetName(edge), this.#names, this.#index);
    this.down.add(source, target, edge.mg);
    this.up.add(target, source, edge.mg);
    if (this.nodes > before) this.#nameBytes += edge.source.length + edge.target.length;
    if (this.bytes > this.#most) throw tooLarge(this.nodes, this.edges, this.#most);
    this.#keepOrder(source, target);
  }

  /** Sources before targets; made when it is first asked for, and kept while what comes later fits in. */
  get order(): GraphOrder {
    if (this.#order === undefined) {
      this.#ordered = this.nodes;
      // Some room behind: what is made of lots that are there goes to the end.
      this.#order = orderOf(this.down, this.nodes, this.nodes + Math.max(ROOM, this.nodes >> 4));
    }
    return this.#order;
  }

  /** Most of what comes is new and made of what is there: it is ranked last. Anything else orders all of it anew. */
  #keepOrder(source: number, target: number): void {
    if (this.#order === undefined) return;
    const { rank, nodes } = this.#order;
    for (const node of source < target ? [source, target] : [target, source]) {
      if (node < this.#ordered) continue;
      if (this.#ordered >= nodes.length) {
        this.#order = undefined;
        return;
      }
      rank[node] = this.#ordered;
      nodes[this.#ordered] = node;
      this.#ordered += 1;
    }
    if ((rank[source] ?? 0) >= (rank[target] ?? 0)) this.#order = undefined;
  }

  /** What it takes, about. */
  get bytes(): number {
    return sizeOf(this.nodes, this.edges, this.#nameBytes);
  }

  get nodes(): number {
    return this.#names.length;
  }

  get edges(): number {
    return this.down.edges;
  }

  lot(id: string): number | undefined {
    return this.#index.get(id);
  }

  unit(id: string): number | undefined {
    return this.#index.get(UNIT + id);
  }

  nameOf(node: number): NodeName {
    const name = this.#names[node] ?? "";
    return name.startsWith(UNIT) ? { kind: "unit", id: name.slice(1) } : { kind: "lot", id: name };
  }
}

function sizeOf(nodes: number, edges: number, nameBytes: number): number {
  return edges * EDGE_BYTES + nodes * NODE_BYTES + nameBytes;
}

function tooLarge(nodes: number, edges: number, most: number): ConcheError {
  return new ConcheError("CONCHE_GENEALOGY_TOO_LARGE", {
    message: `${nodes} lots and units with ${edges} connections take more than ${Math.round(most / 2 ** 20)} MiB`,
  });
}

/** A lot made of itself is a finding of the view; there is nothing new to find over such an edge. */
function isSelf({ source, target, kind }: EdgeSource): boolean {
  return source === target && kind !== "unit";
}

function targetName({ target, kind }: EdgeSource): string {
  return kind === "unit" ? UNIT + target : target;
}

function nodeOf(name: string, names: string[], index: Map<string, number>): number {
  const known = index.get(name);
  if (known !== undefined) return known;
  const node = names.length;
  names.push(name);
  index.set(name, node);
  return node;
}

function enlarged<Numbers extends Uint32Array | Float32Array>(before: Numbers, after: Numbers): Numbers {
  after.set(before);
  return after;
}
