import { totalMg } from "../genealogy/lot-row.ts";
import { kilograms } from "../genealogy/mass.ts";
import type { Trace, TraceNode } from "../questions/trace.ts";

/** A box of a drawn graph: one lot or unit, or several of a kind that would be too many to draw. */
export interface DrawnNode {
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly ids: readonly string[];
  readonly asked: boolean;
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
  readonly layers: number;
  readonly rows: number;
}

/** Boxes one below another in a layer; what goes beyond is folded by what it is. */
const MOST_ROWS = 14;

/**
 * Lays a trace out in layers: every edge goes to the right, boxes of a layer stand by the mean place of those that
 * they come from, wide layers are folded into one box for each kind of thing.
 */
export function drawingOf({ nodes, edges }: Trace): Drawing {
  const layers = layersOf(nodes, edges);
  const boxOf = new Map<string, string>();
  const boxes = new Map<string, { layer: number; nodes: TraceNode[] }>();
  for (const [layer, own] of Map.groupBy(nodes, ({ id }) => layers.get(id) ?? 0)) {
    const folds = own.length > MOST_ROWS;
    for (const node of own) {
      const key = folds && node.direction !== "asked" ? `${layer} ${kindOf(node)}` : `${layer} =${node.id}`;
      boxOf.set(node.id, key);
      const box = boxes.get(key) ?? { layer, nodes: [] };
      box.nodes.push(node);
      boxes.set(key, box);
    }
  }
  const joined = new Map<string, DrawnEdge>();
  for (const { source, target, mg } of edges) {
    const [from, to] = [boxOf.get(source), boxOf.get(target)];
    if (from === undefined || to === undefined || from === to) continue;
    const key = `${from}\n${to}`;
    joined.set(key, { from, to, kg: (joined.get(key)?.kg ?? 0) + kilograms(mg) });
  }
  const rows = rowsOf(boxes, [...joined.values()]);
  const drawn = Array.from(boxes, ([key, box]): DrawnNode => boxText(key, box, rows.get(key) ?? 0));
  return {
    nodes: drawn,
    edges: [...joined.values()],
    layers: Math.max(0, ...drawn.map(({ layer }) => layer + 1)),
    rows: Math.max(0, ...drawn.map(({ row }) => row + 1)),
  };
}

/** The longest path from a beginning; edges of a circle are left out of it by bounding the passes. */
function layersOf(nodes: readonly TraceNode[], edges: Trace["edges"]): Map<string, number> {
  const layers = new Map(nodes.map(({ id }) => [id, 0]));
  const out = Map.groupBy(edges, ({ source }) => source);
  const waiting = new Map<string, number>();
  for (const { target } of edges) waiting.set(target, (waiting.get(target) ?? 0) + 1);
  const ready = nodes.filter(({ id }) => !waiting.has(id)).map(({ id }) => id);
  for (let at = 0; at < ready.length; at++) {
    const id = ready[at] ?? "";
    for (const { target } of out.get(id) ?? []) {
      layers.set(target, Math.max(layers.get(target) ?? 0, (layers.get(id) ?? 0) + 1));
      const left = (waiting.get(target) ?? 0) - 1;
      waiting.set(target, left);
      if (left === 0) ready.push(target);
    }
  }
  // Beginnings stand just before what they go into, not all at the left edge.
  for (const { id } of nodes) {
    const after = (out.get(id) ?? []).map(({ target }) => layers.get(target) ?? 0);
    if (after.length > 0 && !edges.some(({ target }) => target === id))
      layers.set(id, Math.max(0, Math.min(...after) - 1));
  }
  return layers;
}

/** Two sweeps of the barycentre rule from the left, ties by name: the same picture each time. */
function rowsOf(
  boxes: ReadonlyMap<string, { readonly layer: number }>,
  edges: readonly DrawnEdge[],
): Map<string, number> {
  const rows = new Map<string, number>();
  const layers = Map.groupBy([...boxes.keys()].sort(), (key) => boxes.get(key)?.layer ?? 0);
  for (const own of layers.values()) for (const [row, key] of own.entries()) rows.set(key, row);
  const before = Map.groupBy(edges, ({ to }) => to);
  const after = Map.groupBy(edges, ({ from }) => from);
  for (const [near, end] of [
    [before, "from"],
    [after, "to"],
    [before, "from"],
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

function kindOf({ lot, unit }: TraceNode): string {
  return unit?.kind ?? lot?.material ?? lot?.kind ?? "lot";
}

function boxText(
  key: string,
  { layer, nodes }: { layer: number; nodes: readonly TraceNode[] },
  row: number,
): DrawnNode {
  const [first] = nodes;
  const kg = nodes.reduce(
    (sum, { lot, unit }) => sum + kilograms(unit?.mg ?? (lot === undefined ? 0 : totalMg(lot))),
    0,
  );
  const one = nodes.length === 1 && first !== undefined;
  const what = first === undefined ? "" : kindOf(first);
  return {
    key,
    title: one ? shortName(first.id) : `${nodes.length} × ${what}`,
    text: one ? `${what} · ${kg.toFixed(1)} kg` : `${kg.toFixed(1)} kg`,
    ids: nodes.map(({ id }) => id),
    asked: nodes.some(({ direction }) => direction === "asked"),
    share: Math.max(...nodes.map(({ share }) => share)),
    layer,
    row,
  };
}

/** The end of a long id tells it apart. */
function shortName(id: string): string {
  return id.length <= 26 ? id : `…${id.slice(-25)}`;
}
