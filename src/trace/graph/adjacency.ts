/** Neighbours of one direction, as the edges come. */
interface Extra {
  readonly targets: number[];
  readonly mg: number[];
}

/**
 * One direction of a graph: what was there when it was built, in compressed rows (the neighbours of node i are
 * `targets[starts[i] .. starts[i + 1]]`), and behind it what has come since.
 */
export class Adjacency {
  /** The compressed rows, for who goes over all of a node: a call for each edge is what a search would cost. */
  readonly starts: Uint32Array;
  readonly targets: Uint32Array;
  /** Mass over the edge, milligrams; 0 where nobody said. Single precision: shares need no more, and memory counts. */
  readonly #mg: Float32Array;
  readonly #extra = new Map<number, Extra>();
  #extras = 0;

  constructor(starts: Uint32Array, targets: Uint32Array, mg: Float32Array) {
    this.starts = starts;
    this.targets = targets;
    this.#mg = mg;
  }

  get edges(): number {
    return this.targets.length + this.#extras;
  }

  /** Edges beyond the compressed rows. */
  get extras(): number {
    return this.#extras;
  }

  degree(node: number): number {
    return this.#built(node) + (this.#extra.size === 0 ? 0 : (this.#extra.get(node)?.targets.length ?? 0));
  }

  /** The neighbour at a place below `degree`. */
  target(node: number, place: number): number {
    const built = this.#built(node);
    if (place < built) return this.targets[(this.starts[node] ?? 0) + place] ?? 0;
    return this.#extra.get(node)?.targets[place - built] ?? 0;
  }

  mg(node: number, place: number): number {
    const built = this.#built(node);
    if (place < built) return this.#mg[(this.starts[node] ?? 0) + place] ?? 0;
    return this.#extra.get(node)?.mg[place - built] ?? 0;
  }

  /** Where a node's compressed row ends; `starts[node]` where it has none. */
  end(node: number): number {
    // A node that came after the rows were built has none there.
    return node + 1 < this.starts.length ? (this.starts[node + 1] ?? 0) : (this.starts[node] ?? 0);
  }

  /** Neighbours behind the compressed row. */
  more(node: number): readonly number[] | undefined {
    return this.#extra.size === 0 ? undefined : this.#extra.get(node)?.targets;
  }

  add(node: number, target: number, mg: number): void {
    const extra = this.#extra.get(node) ?? { targets: [], mg: [] };
    this.#extra.set(node, extra);
    const at = extra.targets.indexOf(target);
    if (at >= 0) {
      extra.mg[at] = (extra.mg[at] ?? 0) + mg;
      return;
    }
    extra.targets.push(target);
    extra.mg.push(mg);
    this.#extras += 1;
  }

  #built(node: number): number {
    return this.end(node) - (this.starts[node] ?? 0);
  }

  /** The same edges, from the other side. Only of one without extras. */
  turned(nodes: number): Adjacency {
    const back = offsets(this.targets, this.targets.length, nodes);
    const next = back.slice(0, nodes);
    const sources = new Uint32Array(this.targets.length);
    const masses = new Float32Array(this.targets.length);
    for (let node = 0; node < nodes; node++) {
      for (let edge = this.starts[node] ?? 0; edge < (this.starts[node + 1] ?? 0); edge++) {
        const target = this.targets[edge] ?? 0;
        const place = next[target] ?? 0;
        sources[place] = node;
        masses[place] = this.#mg[edge] ?? 0;
        next[target] = place + 1;
      }
    }
    return new Adjacency(back, sources, masses);
  }

  /** Counting sort by source; edges of one pair are one edge with the sum of their masses. */
  static of(from: Uint32Array, to: Uint32Array, mg: Float32Array, count: number, nodes: number): Adjacency {
    const places = offsets(from, count, nodes);
    const next = places.slice(0, nodes);
    const targets = new Uint32Array(count);
    const masses = new Float32Array(count);
    for (let edge = 0; edge < count; edge++) {
      const source = from[edge] ?? 0;
      const place = next[source] ?? 0;
      targets[place] = to[edge] ?? 0;
      masses[place] = mg[edge] ?? 0;
      next[source] = place + 1;
    }
    // In place: what is kept never overtakes what is read.
    const starts = new Uint32Array(nodes + 1);
    const seen = new Uint32Array(nodes);
    let kept = 0;
    for (let node = 0; node < nodes; node++) {
      const begin = kept;
      starts[node] = begin;
      for (let place = places[node] ?? 0; place < (places[node + 1] ?? 0); place++) {
        const target = targets[place] ?? 0;
        const mass = masses[place] ?? 0;
        const before = seen[target] ?? 0;
        if (before > begin) {
          masses[before - 1] = (masses[before - 1] ?? 0) + mass;
          continue;
        }
        targets[kept] = target;
        masses[kept] = mass;
        kept += 1;
        seen[target] = kept;
      }
    }
    starts[nodes] = kept;
    if (kept === count) return new Adjacency(starts, targets, masses);
    return new Adjacency(starts, targets.slice(0, kept), masses.slice(0, kept));
  }
}

function offsets(keys: Uint32Array, count: number, nodes: number): Uint32Array {
  const starts = new Uint32Array(nodes + 1);
  for (let edge = 0; edge < count; edge++) {
    const key = (keys[edge] ?? 0) + 1;
    starts[key] = (starts[key] ?? 0) + 1;
  }
  for (let node = 0; node < nodes; node++) starts[node + 1] = (starts[node + 1] ?? 0) + (starts[node] ?? 0);
  return starts;
}
