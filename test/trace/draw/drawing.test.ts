import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { genealogySvg } from "../../../src/trace/draw/genealogy-svg.ts";
import { type Drawing, drawingOf } from "../../../src/trace/draw/layers.ts";
import { columnsOf, type Stage } from "../../../src/trace/draw/stages.ts";
import { emptyLot } from "../../../src/trace/genealogy/lot-row.ts";
import type { Trace, TraceNode } from "../../../src/trace/questions/trace.ts";

const STEPS: readonly Stage[] = [
  { kind: "received", step: null },
  { kind: "silo", step: null },
  { kind: "step", step: "s1_dosing" },
  { kind: "tank", step: "s4_conching" },
  { kind: "rework", step: null },
  { kind: "step", step: "s6_molding" },
];

function node(id: string, batch: string | null, product: string | null = null): TraceNode {
  const lot = { ...emptyLot(id), batch, product, material: "paste", made_mg: 1e9 };
  return { kind: "lot", id, direction: "down", depth: 1, share: 0.5, lot, unit: undefined };
}

function traceOf(nodes: readonly TraceNode[], edges: readonly (readonly [string, string])[]): Trace {
  return {
    nodes,
    edges: edges.map(([source, target]) => ({ source, target, mg: 1e9 })),
    reached: nodes.length,
    cut: false,
    refused: [],
  };
}

const ids = (drawing: Drawing) => drawing.nodes.flatMap((box) => box.ids).sort();

suite("a drawn genealogy", () => {
  test("has a layer for each stage, in the order of the process; rework goes back, heels stay in theirs", () => {
    const stages = new Map(STEPS.map((stage, index) => [`lot-${index}`, stage]));
    stages.set("heel", STEPS[3] as Stage);
    const edges = [
      ["lot-0", "lot-1"],
      ["lot-1", "lot-2"],
      ["lot-2", "lot-3"],
      ["lot-3", "heel"],
      ["lot-3", "lot-5"],
      ["lot-5", "lot-4"],
      ["lot-4", "lot-2"],
    ] as const;
    const columns = columnsOf(
      stages,
      edges.map(([source, target]) => ({ source, target })),
    );
    const order = ["received", "silo", "step s1_dosing", "tank s4_conching", "step s6_molding", "rework"];
    assert.deepEqual(
      order.map((key) => columns.get(key)),
      [0, 1, 2, 3, 4, 5],
    );
  });

  test("folds what is wide by batch, then by product, and opens what is asked for", () => {
    const nodes = Array.from({ length: 60 }, (_, at) =>
      node(`lot-${at}`, `B${Math.floor(at / 2)}`, at < 40 ? "milk" : "dark"),
    );
    const stages = new Map(nodes.map(({ id }) => [id, STEPS[2] as Stage]));
    const byProduct = drawingOf(traceOf(nodes, []), stages);
    assert.deepEqual(
      byProduct.nodes.map(({ ids: own }) => own.length).sort((a, b) => a - b),
      [20, 40],
    );
    const byBatch = drawingOf(traceOf(nodes.slice(0, 20), []), stages);
    assert.deepEqual(
      byBatch.nodes.map(({ ids: own }) => own.length),
      Array.from({ length: 10 }, () => 2),
    );
    const [box] = byProduct.nodes;
    const opened = drawingOf(traceOf(nodes, []), stages, new Set([box?.key ?? ""]));
    assert.equal(opened.nodes.length, 1 + (box?.ids.length ?? 0));
  });

  test("draws every node once and every edge between two boxes, whatever the graph; 500 nodes in 14 rows", () => {
    const edge = fc.tuple(fc.nat(499), fc.nat(499));
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 900 }), (pairs) => {
        const nodes = Array.from({ length: 500 }, (_, at) => node(`lot-${at}`, `B${at % 90}`));
        const stages = new Map(nodes.map(({ id }, at) => [id, STEPS[at % STEPS.length] as Stage]));
        const drawing = drawingOf(
          traceOf(
            nodes,
            pairs.map(([a, b]) => [`lot-${a}`, `lot-${b}`] as const),
          ),
          stages,
        );
        assert.deepEqual(ids(drawing), nodes.map(({ id }) => id).sort());
        assert.ok(drawing.rows <= 14, `${drawing.rows} rows`);
        const keys = new Set(drawing.nodes.map(({ key }) => key));
        const places = new Set(drawing.nodes.map(({ layer, row }) => `${layer} ${row}`));
        assert.equal(places.size, drawing.nodes.length, "two boxes in one place");
        for (const { from, to } of drawing.edges) assert.ok(keys.has(from) && keys.has(to) && from !== to);
        for (const { layer } of drawing.nodes) assert.ok(layer < drawing.layers.length);
      }),
      { numRuns: 20 },
    );
  });

  test("is an image whose words are data, not markup", () => {
    const nodes = [node(`<script>"&`, null)];
    const drawing = drawingOf(traceOf(nodes, []), new Map());
    const svg = genealogySvg(drawing, "<b>");
    assert.ok(!svg.includes("<script>") && !svg.includes("<b>"));
    assert.match(svg, /&lt;script&gt;&quot;&amp;/);
  });
});
