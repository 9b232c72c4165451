import type { TraceNode } from "../questions/trace.ts";

/** Nodes that are drawn as one box; `key` names it while the picture lasts. */
export interface Fold {
  readonly key: string;
  readonly nodes: readonly TraceNode[];
}

/** Boxes one below another in a column; beyond, they are folded. */
const MOST_ROWS = 14;
/** What somebody unfolds is drawn in full up to here: beyond, nobody reads it. */
const MOST_UNFOLDED = 500;

/**
 * The boxes of a column: each node one, or, where that would be too many, those of a batch together, then those of a
 * product, then all of a stage.
 */
export function foldsOf(
  nodes: readonly TraceNode[],
  stageOf: (node: TraceNode) => string,
  unfold: ReadonlySet<string>,
): Fold[] {
  const grains: ((node: TraceNode) => string)[] = [
    ({ id }) => `=${id}`,
    (node) => `${stageOf(node)} ${batchOf(node) ?? `=${node.id}`}`,
    (node) => `${stageOf(node)} ${productOf(node) ?? materialOf(node)}`,
    stageOf,
  ];
  let groups: Fold[] = [];
  for (const grain of grains) {
    groups = Array.from(Map.groupBy(nodes, grain), ([key, own]) => ({ key, nodes: own }));
    if (groups.length <= MOST_ROWS) break;
  }
  return groups.flatMap((fold) =>
    unfold.has(fold.key) && fold.nodes.length <= MOST_UNFOLDED
      ? fold.nodes.map((node) => ({ key: `=${node.id}`, nodes: [node] }))
      : [fold.nodes.length === 1 ? { ...fold, key: `=${fold.nodes[0]?.id}` } : fold],
  );
}

function batchOf({ lot, unit }: TraceNode): string | null {
  return lot?.batch ?? unit?.batch ?? null;
}

function productOf({ lot, unit }: TraceNode): string | null {
  return lot?.product ?? unit?.product ?? null;
}

/** What a node is told apart by when a wide column is folded. */
export function materialOf({ lot, unit }: TraceNode): string {
  return unit?.kind ?? lot?.material ?? lot?.kind ?? "lot";
}
