import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { type EdgeSource, LotGraph } from "../../../src/trace/graph/lot-graph.ts";
import { Marks, type Reach, reach } from "../../../src/trace/graph/reach.ts";
import { contributions, type Shares, shares } from "../../../src/trace/graph/shares.ts";

const edge = (source: string, target: string, mg: number, kind = "lot"): EdgeSource => ({
  source,
  target,
  kind,
  mg,
});
const NAMES = Array.from({ length: 12 }, (_, index) => `L${index}`);

/** Edges from lower to higher names: no circles. */
const acyclic = fc.array(
  fc
    .tuple(
      fc.integer({ min: 0, max: 10 }),
      fc.integer({ min: 1, max: 11 }),
      fc.integer({ min: 0, max: 1000 }),
    )
    .filter(([from, to]) => from < to)
    .map(([from, to, mg]) => edge(NAMES[from] ?? "", NAMES[to] ?? "", mg)),
  { maxLength: 40 },
);

function slowReach(edges: readonly EdgeSource[], from: string): Set<string> {
  const found = new Set([from]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const { source, target } of edges) {
      if (!found.has(source) || found.has(target)) continue;
      found.add(target);
      grown = true;
    }
  }
  return found;
}

/** The share by its definition, recursively. */
function slowShare(edges: readonly EdgeSource[], from: string, of: string): number {
  if (of === from) return 1;
  const into = edges.filter(({ target }) => target === of);
  const all = into.reduce((sum, { mg }) => sum + mg, 0);
  if (all === 0) return 0;
  return into.reduce((sum, { source, mg }) => sum + mg * slowShare(edges, from, source), 0) / all;
}

/** The share of a node; 0 where it was not reached. */
function at({ share }: Shares, { nodes }: Reach, node: number): number {
  return share[nodes.indexOf(node)] ?? 0;
}

suite("the graph of lots", () => {
  test("reach is what a slow search finds, built at once or in parts", () => {
    fc.assert(
      fc.property(acyclic, fc.nat({ max: 40 }), (edges, cut) => {
        const whole = LotGraph.of(edges);
        const grown = LotGraph.of(edges.slice(0, cut));
        for (const each of edges.slice(cut)) grown.add(each);
        for (const graph of [whole, grown]) {
          const from = graph.lot("L0");
          if (from === undefined) continue;
          const { nodes, cut: bounded } = reach(graph, [from], "down", new Marks(graph.nodes));
          assert.deepEqual(new Set([...nodes].map((node) => graph.nameOf(node).id)), slowReach(edges, "L0"));
          assert.equal(bounded, false);
        }
      }),
    );
  });

  test("shares down are their definition; up they are the same numbers from the other end", () => {
    fc.assert(
      fc.property(acyclic, (edges) => {
        const graph = LotGraph.of(edges);
        const marks = new Marks(graph.nodes);
        const [first, last] = [graph.lot("L0"), graph.lot("L11")];
        if (first === undefined || last === undefined) return;
        const below = reach(graph, [first], "down", marks);
        const down = at(shares(graph, [first], below, marks), below, last);
        const above = reach(graph, [last], "up", marks);
        const up = at(contributions(graph, [last], above, marks), above, first);
        assert.ok(Math.abs(down - slowShare(edges, "L0", "L11")) < 1e-6, `${down}`);
        assert.ok(Math.abs(up - down) < 1e-6, `${up} up, ${down} down`);
      }),
    );
  });

  test("a circle is followed for presence, carries no mass, and is named", () => {
    const graph = LotGraph.of([
      edge("A", "B", 10),
      edge("B", "C", 10),
      edge("C", "A", 10),
      edge("C", "D", 5),
    ]);
    const from = [graph.lot("A") ?? -1];
    const marks = new Marks(graph.nodes);
    const reached = reach(graph, from, "down", marks);
    const found = shares(graph, from, reached, marks);
    assert.equal(reached.nodes.length, 4);
    assert.equal(found.refused.length, 1);
    assert.equal(at(found, reached, graph.lot("D") ?? -1), 1);
  });

  test("bounds say that they kept something out", () => {
    const graph = LotGraph.of(Array.from({ length: 50 }, (_, index) => edge("A", `B${index}`, 1)));
    const from = [graph.lot("A") ?? -1];
    const marks = new Marks(graph.nodes);
    assert.equal(reach(graph, from, "down", marks, { most: 10 }).cut, true);
    assert.equal(reach(graph, from, "down", marks, { most: 51 }).cut, false);
    assert.equal(reach(graph, from, "up", marks, { depth: 1 }).cut, false);
  });

  test("what comes later keeps the order, or makes it anew: shares are those of a graph built at once", () => {
    fc.assert(
      fc.property(acyclic, fc.nat({ max: 40 }), fc.boolean(), (edges, cut, turned) => {
        const grown = LotGraph.of(edges.slice(0, cut));
        assert.ok(grown.order.circles.length === 0);
        const later = edges.slice(cut);
        for (const each of turned ? later.reverse() : later) grown.add(each);
        const whole = LotGraph.of(edges);
        for (const graph of [grown, whole]) {
          const [first, last] = [graph.lot("L0"), graph.lot("L11")];
          if (first === undefined || last === undefined) continue;
          const marks = new Marks(graph.nodes);
          const reached = reach(graph, [first], "down", marks);
          const share = at(shares(graph, [first], reached, marks), reached, last);
          assert.ok(Math.abs(share - slowShare(edges, "L0", "L11")) < 1e-6, `${share}`);
        }
      }),
    );
  });

  test("the shares of a page are those of all, wherever the page lies", () => {
    fc.assert(
      fc.property(acyclic, fc.nat({ max: 12 }), fc.integer({ min: 1, max: 3 }), (edges, from, size) => {
        const graph = LotGraph.of(edges);
        const first = graph.lot("L0");
        const last = graph.lot("L11");
        const marks = new Marks(graph.nodes);
        const wanted = { from, to: from + size };
        for (const [node, way, parts] of [
          [first, "down", shares],
          [last, "up", contributions],
        ] as const) {
          if (node === undefined) continue;
          const reached = reach(graph, [node], way, marks);
          const all = parts(graph, [node], reached, marks).share.slice(from, from + size);
          const page = parts(graph, [node], reached, marks, wanted).share.slice(from, from + size);
          for (const [index, share] of all.entries()) assert.ok(Math.abs(share - (page[index] ?? -1)) < 1e-9);
        }
      }),
    );
  });

  test("is bounded in bytes, built at once or grown: beyond, it says so instead of taking more", () => {
    const edges = Array.from({ length: 2_000 }, (_, index) => edge(`lot-${index}`, `lot-${index + 1}`, 1));
    const { bytes } = LotGraph.of(edges);
    // 28 bytes an edge, 60 a node and its name.
    assert.ok(bytes > 2_000 * 90 && bytes < 2_000 * 110, `${bytes} bytes`);
    const tooLarge = { code: "CONCHE_GENEALOGY_TOO_LARGE" };
    assert.throws(() => LotGraph.of(edges, bytes / 2), tooLarge);
    const grown = LotGraph.of(edges.slice(0, 100), bytes / 2);
    assert.throws(() => {
      for (const each of edges.slice(100)) grown.add(each);
    }, tooLarge);
  });

  test("a lot and a unit of one name are two", () => {
    const graph = LotGraph.of([edge("X", "X", 1, "unit"), edge("X", "X", 1)]);
    assert.equal(graph.nodes, 2);
    assert.equal(graph.edges, 1);
  });
});
