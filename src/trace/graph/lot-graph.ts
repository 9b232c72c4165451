import { Adjacency } from "./adjacency.ts";

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

/**
 * The graph of lots in memory: which lot has part in which lot or pallet, both ways. Edges of one pair are one edge;
 * an edge takes 16 bytes, a name is kept once.
 */
export class LotGraph {
  readonly #names: string[];
  readonly #index: Map<string, number>;
  readonly down: Adjacency;
  readonly up: Adjacency;

  private constructor(names: string[], index: Map<string, number>, down: Adjacency) {
    this.#names = names;
    this.#index = index;
    this.down = down;
    this.up = down.turned(names.length);
  }

  /** Built of edges in any order. */
  static of(edges: Iterable<EdgeSource>): LotGraph {
    const names: string[] = [];
    const index = new Map<string, number>();
    let from = new Uint32Array(ROOM);
    let to = new Uint32Array(ROOM);
    let mg = new Float32Array(ROOM);
    let count = 0;
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
    }
    return new LotGraph(names, index, Adjacency.of(from, to, mg, count, names.length));
  }

  /** One edge more, behind what was built. */
  add(edge: EdgeSource): void {
    if (isSelf(edge)) return;
    const source = nodeOf(edge.source, this.#names, this.#index);
    const target = nodeOf(targetName(edge), this.#names, this.#index);
    this.down.add(source, target, edge.mg);
    this.up.add(target, source, edge.mg);
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
