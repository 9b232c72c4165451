import { totalMg } from "../genealogy/lot-row.ts";
import { kilograms } from "../genealogy/mass.ts";
import type { Trace, TraceNode } from "../questions/trace.ts";
import { foldsOf, materialOf } from "./fold.ts";
import { columnsOf, type Stage, stageKey } from "./stages.ts";

/** A box of a drawn graph: one lot or unit, or several of a kind that would be too many to draw. */
export interface DrawnNode {
  readonly key: string;
  readonly title: string;
  /** What it is: a material, pallet, case. */
  readonly what: string;
  readonly kg: number;
  readonly ids: readonly string[];
  readonly direction: TraceNode["direction"];
  /** Largest share among those in the box. */
  readonly share: number;
  readonly layer: number;
  readonly row: number;
}

/** An arrow between two nodes of neighbouring layers, by their ids; the mass in kilograms. */
export interface DrawnEdge {
  readonly from: string;
  readonly to: string;
  readonly kg: number;
}

/** Nodes and arrows on a grid of so many layers and rows. */
export interface Drawing {
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly DrawnEdge[];
  /** The stages that each layer shows, from the left. */
  readonly layers: readonly (readonly Stage[])[];
  readonly rows: number;
}

interface Box {
  readonly layer: number;
  readonly nodes: readonly TraceNode[];
}

/**
 * Lays a trace out: a layer for each stage of the process, from what came in to what left, boxes of a layer near those
 * they are joined to. Wide layers are folded; `unfold` names boxes that are opened.
 */
export function drawingOf(
  { nodes, edges }: Trace,
  stages: ReadonlyMap<string, Stage>,
  unfold: ReadonlySet<string> = new Set(),
): Drawing {
  const columns = columnsOf(stages, edges);
  const stageOf = ({ id }: TraceNode) => stageKey(stages.get(id) ?? { kind: "stock", step: null });
  const used = [...new Set(nodes.map((node) => columns.get(stageOf(node)) ?? 0))].sort((a, b) => a - b);
  const layerOf = (node: TraceNode) => used.indexOf(columns.get(stageOf(node)) ?? 0);
  const boxOf = new Map<string, string>();
  const boxes = new Map<string, Box>();
  for (const [layer, own] of Map.groupBy(nodes, layerOf))
    for (const { key, nodes: members } of foldsOf(own, stageOf, unfold)) {
      boxes.set(key, { layer, nodes: members });
      for (const { id } of members) boxOf.set(id, key);
    }
  const joined = new Map<string, DrawnEdge>();
  for (const { source, target, mg } of edges) {
    const [from, to] = [boxOf.get(source), boxOf.get(target)];
    if (from === undefined || to === undefined || from === to) continue;
    const key = `${from}\n${to}`;
    joined.set(key, { from, to, kg: (joined.get(key)?.kg ?? 0) + kilograms(mg) });
  }
  const rows = rowsOf(boxes, [...joined.values()]);
  const drawn = Array.from(boxes, ([key, box]) => boxText(key, box, rows.get(key) ?? 0));
  const shown = used.map((column) =>
    [...new Map([...stages.values()].map((stage) => [stageKey(stage), stage]))]
      .filter(([key]) => columns.get(key) === column)
      .map(([, stage]) => stage),
  );
  return {
    nodes: drawn,
    edges: [...joined.values()],
    layers: shown,
    rows: Math.max(0, ...drawn.map(({ row }) => row + 1)),
  };
}

/** Sweeps of the barycentre rule to and fro, ties by name: the same picture each time. */
function rowsOf(boxes: ReadonlyMap<string, Box>, edges: readonly DrawnEdge[]): Map<string, number> {
  const rows = new Map<string, number>();
  const layers = Map.groupBy([...boxes.keys()].sort(), (key) => boxes.get(key)?.layer ?? 0);
  for (const own of layers.values()) for (const [row, key] of own.entries()) rows.set(key, row);
  const across = edges.filter(({ from, to }) => boxes.get(from)?.layer !== boxes.get(to)?.layer);
  const before = Map.groupBy(across, ({ to }) => to);
  const after = Map.groupBy(across, ({ from }) => from);
  for (const [near, end] of [
    [before, "from"],
    [after, "to"],
    [before, "from"],
    [after, "to"],
  ] as const) {
    const order = [...layers.keys()].sort((a, b) => (near === before ? a - b : b - a));
    for (const layer of order) {
      const place = (key: string) => {
        const all = (near.get(key) ?? []).map((edge) => rows.get(edge[end]) ?? 0);
        return all.length === 0 ? (rows.get(key) ?? 0) : all.reduce((sum, row) => sum + row, 0) / all.length;
      };
      const sorted = (layers.get(layer) ?? [])
        .map((key) => ({ key, place: place(key) }))
        .sort((a, b) => a.place - b.place || (a.key < b.key ? -1 : 1));
      for (const [row, { key }] of sorted.entries()) rows.set(key, row);
    }
  }
  return rows;
}

function boxText(key: string, { layer, nodes }: Box, row: number): DrawnNode {
  const [first] = nodes;
  const kg = nodes.reduce(
    (sum, { lot, unit }) => sum + kilograms(unit?.mg ?? (lot === undefined ? 0 : totalMg(lot))),
    0,
  );
  const kinds = [...new Set(nodes.map(materialOf))];
  const what = (kinds.length === 1 ? (kinds[0] ?? "") : "lots").replaceAll("_", " ");
  const way = nodes.find(({ direction }) => direction === "asked") ?? first;
  return {
    key,
    title: nodes.length === 1 && first !== undefined ? first.id : `${nodes.length} × ${what}`,
    what,
    kg,
    ids: nodes.map(({ id }) => id),
    direction: way?.direction ?? "asked",
    share: nodes.reduce((most, { share }) => Math.max(most, share), 0),
    layer,
    row,
  };
}
