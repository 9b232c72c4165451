import { ConcheError } from "../../errors/conche-error.ts";
import { Adjacency } from "./adjacency.ts";
import { NameTable } from "./name-table.ts";
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

/** The plant that one process can't hold; what 10 million connections take is in docs/decisions/genealogy.md. */
export const MOST_GRAPH_BYTES = 1 << 30;
/** Of an edge: both ways, and while it is built. */
const EDGE_BYTES = 28;
/** Of a node, beside its name: offsets, order, scratch, its places in the table of names. */
const NODE_BYTES = 60;

/**
 * The graph of lots in memory: which lot has part in which lot or pallet, both ways. Edges of one pair are one edge;
 * an edge takes 16 bytes, a name is kept once.
 */
export class LotGraph {
  readonly #names: NameTable;
  readonly down: Adjacency;
  readonly up: Adjacency;
  readonly #most: number;
  #order: GraphOrder | undefined;
  /** Nodes that the order knows. */
  #ordered = 0;

  private constructor(names: NameTable, down: Adjacency, most: number) {
    this.#most = most;
    this.#names = names;
    this.down = down;
    this.up = down.turned(names.size);
  }

  /**
   * Built of edges in any order.
   * @param most bytes that it may take, about
   * @throws ConcheError CONCHE_GENEALOGY_TOO_LARGE
   */
  static of(edges: Iterable<EdgeSource>, most = MOST_GRAPH_BYTES): LotGraph {
    const names = new NameTable();
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
      from[count] = names.numberOf(edge.source);
      to[count] = names.numberOf(targetName(edge));
      mg[count] = edge.mg;
      count += 1;
      if (names.size === known) continue;
      known = names.size;
      if (sizeOf(known, count, names.nameBytes) > most) throw tooLarge(known, count, most);
    }
    const down = Adjacency.of(from, to, mg, count, names.size);
    // Let go before the other way is built: together they would be the most that it ever takes.
    from = to = new Uint32Array(0);
    mg = new Float32Array(0);
    return new LotGraph(names, down, most);
  }

  /** One edge more, behind what was built. */
  add(edge: EdgeSource): void {
    if (isSelf(edge)) return;
    const source = this.#names.numberOf(edge.source);
    const target = this.#names.numberOf(targetName(edge));
    this.down.add(source, target, edge.mg);
    this.up.add(target, source, edge.mg);
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
    return sizeOf(this.nodes, this.edges, this.#names.nameBytes);
  }

  get nodes(): number {
    return this.#names.size;
  }

  get edges(): number {
    return this.down.edges;
  }

  lot(id: string): number | undefined {
    return this.#names.find(id);
  }

  unit(id: string): number | undefined {
    return this.#names.find(UNIT + id);
  }

  nameOf(node: number): NodeName {
    const name = this.#names.nameOf(node);
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

function enlarged<Numbers extends Uint32Array | Float32Array>(before: Numbers, after: Numbers): Numbers {
  after.set(before);
  return after;
}
