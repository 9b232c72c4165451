import type { LotRow } from "../genealogy/genealogy-tables.ts";
import type { UnitRow } from "../genealogy/unit-tables.ts";
import { type Direction, reach } from "../graph/reach.ts";
import { contributions, shares } from "../graph/shares.ts";
import type { Subject } from "./find-subject.ts";
import type { Genealogy } from "./genealogy.ts";

/** A lot or unit of a trace. */
export interface TraceNode {
  readonly kind: "lot" | "unit";
  readonly id: string;
  /** Where it lies from what was asked for. */
  readonly direction: "asked" | "up" | "down";
  readonly depth: number;
  /** Upwards: the part of what was asked for that was made of it. Downwards: the part of it that is of that. */
  readonly share: number;
  readonly lot: LotRow | undefined;
  readonly unit: UnitRow | undefined;
}

/** Part of a lot went into another lot or a unit. */
export interface TraceEdge {
  readonly source: string;
  readonly target: string;
  readonly mg: number;
}

/** The part of the genealogy that a question reached. */
export interface Trace {
  readonly nodes: readonly TraceNode[];
  readonly edges: readonly TraceEdge[];
  /** Nodes that were reached, given or not. */
  readonly reached: number;
  /** Whether there is more than the bounds let through. */
  readonly cut: boolean;
  readonly refused: readonly (readonly [source: string, target: string])[];
}

/** How far a trace goes and how much of it is given: nodes after a place, in the order of their distance. */
export interface TraceBounds {
  readonly depth?: number | undefined;
  readonly most: number;
  readonly after?: number | undefined;
}

/** Every reach is bounded: a question over a graph of millions must end. */
const MOST_REACHED = 200_000;

/** Follows lots and units up to what they were made of, down to what was made of them, or both ways. */
export function trace(
  genealogy: Genealogy,
  { lots, units }: Pick<Subject, "lots" | "units">,
  direction: Direction | "both",
  { depth, most, after = 0 }: TraceBounds,
): Trace {
  const { graph, marks } = genealogy.graphNow;
  const from = [
    ...units.flatMap((unit) => graph.unit(unit) ?? []),
    // A case is no node of its own: its lots are.
    ...(units.some((unit) => graph.unit(unit) !== undefined) ? [] : lots).flatMap(
      (lot) => graph.lot(lot) ?? [],
    ),
  ];
  const directions: readonly Direction[] = direction === "both" ? ["up", "down"] : [direction];
  const asked = [...new Set(from)];
  const window = { from: after, to: after + most };
  const places: Place[] = asked.map((node) => ({ node, way: "asked", depth: 0, share: 1 }));
  let known = asked.length;
  let cut = false;
  const refused = new Map<string, readonly [string, string]>();
  for (const way of directions) {
    const bounds = { most: MOST_REACHED, ...(depth === undefined ? {} : { depth }) };
    const reached = reach(graph, asked, way, marks, bounds);
    // What was asked for comes first in every reach. Shares are computed of the page alone.
    const offset = asked.length - known;
    const wanted = {
      from: Math.max(asked.length, window.from + offset),
      to: Math.min(reached.nodes.length, window.to + offset),
    };
    const parts = (way === "down" ? shares : contributions)(graph, asked, reached, marks, wanted);
    const end = Math.max(asked.length, wanted.to);
    for (let at = asked.length; at < end; at++)
      places.push({
        node: reached.nodes[at] ?? 0,
        way,
        depth: reached.depths[at] ?? 0,
        share: parts.share[at] ?? 0,
      });
    known += reached.nodes.length - asked.length;
    cut ||= reached.cut;
    for (const [source, target] of parts.refused) {
      const edge = [graph.nameOf(source).id, graph.nameOf(target).id] as const;
      refused.set(edge.join("\n"), edge);
    }
  }
  const given = places.slice(after, after + most);
  const alone = from.length === 0 ? lots.slice(after, after + most) : [];
  return {
    nodes: [
      ...given.map(({ node, way, depth, share }): TraceNode => {
        const { kind, id } = graph.nameOf(node);
        const about =
          kind === "lot"
            ? { lot: genealogy.lot(id), unit: undefined }
            : { lot: undefined, unit: genealogy.unit(id) };
        return { kind, id, direction: way, depth, share, ...about };
      }),
      ...alone.map(
        (id): TraceNode => ({
          ...{ kind: "lot", id, direction: "asked", depth: 0, share: 1 },
          ...{ lot: genealogy.lot(id), unit: undefined },
        }),
      ),
    ],
    edges: edgesOf(genealogy, places.slice(0, after + most), after),
    reached: known + (from.length === 0 ? lots.length : 0),
    cut,
    refused: [...refused.values()],
  };
}

/** A node of a trace, by its number in the graph. */
interface Place {
  readonly node: number;
  readonly way: TraceNode["direction"];
  readonly depth: number;
  readonly share: number;
}

/** The edges between nodes that were given so far, of which at least one end is new. */
function edgesOf(genealogy: Genealogy, places: readonly { node: number }[], after: number): TraceEdge[] {
  const { graph } = genealogy.graphNow;
  const at = new Map(places.map(({ node }, index) => [node, index]));
  const edges: TraceEdge[] = [];
  for (const [node, index] of at) {
    const degree = graph.down.degree(node);
    for (let edge = 0; edge < degree; edge++) {
      const target = graph.down.target(node, edge);
      const there = at.get(target);
      if (there === undefined || Math.max(index, there) < after) continue;
      edges.push({
        source: graph.nameOf(node).id,
        target: graph.nameOf(target).id,
        mg: graph.down.mg(node, edge),
      });
    }
  }
  return edges;
}
