import type { EdgeSource } from "../../src/trace/graph/lot-graph.ts";

const LINES = 10;
const PRODUCTS = 3;
/** A clean empties a tank every so many batches: only that ends a chain of heels. */
const BATCHES_PER_CLEAN = 12;
/** A silo is run empty and cleaned every so many deliveries: only that ends the chain of what was in it before. */
const DELIVERIES_PER_CLEAN = 8;
const PALLETS_PER_BATCH = 13;
/** Ten lines make some 30,000 batches a year: a batch every 17 minutes. */
const BATCH_MS = 17 * 60_000;
const START_MS = Date.parse("2025-11-29T00:00:00Z");

/** A generator of its own, the same plant each time. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

/** Part of a lot went into another one, or onto a pallet, when. */
export interface TimedEdge extends EdgeSource {
  readonly atMs: number;
}

/**
 * A plant of ten lines: supplier lots meet in silos, mixes take from seven silos and now and then rework, six mixes make
 * a conche's mass, which meets the heel of its tank; bars of a tank's lot are on pallets; a hundredth comes back as
 * rework. Silos are topped up and seldom empty, tanks keep a heel: a lot reaches far.
 * @param isEverClean where silos are never run empty, a lot reaches all that its line makes from then on
 */
export function* plantYear(edges: number, isEverClean = true): Iterable<TimedEdge> {
  const next = random(7);
  let made = 0;
  let atMs = START_MS;
  const edge = (source: string, target: string, mg: number, kind = "lot"): TimedEdge => {
    made += 1;
    return { source, target, mg, kind, atMs };
  };
  const silos = Array.from({ length: LINES * 7 }, (_, at) => `silo-${at}/0`);
  const deliveries = new Uint32Array(LINES * 7);
  const tanks = new Map<string, { batches: number; content: string }>();
  const rework = new Map<string, string[]>();
  for (let batch = 0; made < edges; batch++, atMs += BATCH_MS) {
    const line = batch % LINES;
    const product = Math.floor(batch / LINES / 4) % PRODUCTS;
    for (let silo = 0; silo < 7; silo++) {
      if (next() >= 0.1) continue;
      const at = line * 7 + silo;
      const content = `silo-${at}/${batch}`;
      deliveries[at] = (deliveries[at] ?? 0) + 1;
      const isClean = isEverClean && (deliveries[at] ?? 0) % DELIVERIES_PER_CLEAN === 0;
      if (!isClean) yield edge(silos[at] ?? "", content, 2e9);
      yield edge(`supplier-${at}-${batch}`, content, 12e9);
      silos[at] = content;
    }
    const tank = `${line}/${product}`;
    const { batches, content: heel } = tanks.get(tank) ?? { batches: 0, content: "" };
    // Like into like: of this line and product.
    const again = rework.get(tank) ?? [];
    rework.set(tank, again);
    const conche = `b${batch}.C`;
    for (let mix = 0; mix < 6; mix++) {
      const paste = `b${batch}.M${mix}`;
      for (let silo = 0; silo < 7; silo++) yield edge(silos[line * 7 + silo] ?? "", paste, 1.4e8);
      if (mix === 0 && again.length > 0) yield edge(again.shift() ?? "", paste, 4e7);
      yield edge(paste, conche, 1e9);
    }
    const content = `b${batch}.T`;
    if (batches % BATCHES_PER_CLEAN !== 0) yield edge(heel, content, 1.5e8);
    yield edge(conche, content, 6e9);
    tanks.set(tank, { batches: batches + 1, content });
    const bars = `b${batch}.F`;
    // Reported in parts: edges of one pair become one.
    for (let part = 0; part < 12; part++) yield edge(content, bars, 5e8);
    for (let pallet = 0; pallet < PALLETS_PER_BATCH; pallet++)
      yield edge(bars, `pallet-${batch}-${pallet}`, 4.8e8, "unit");
    if (next() < 0.1) {
      yield edge(bars, `b${batch}.R`, 4e7);
      again.push(`b${batch}.R`);
    }
  }
}
