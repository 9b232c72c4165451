import { restMg, totalMg } from "../../trace/genealogy/lot-row.ts";
import { kilograms } from "../../trace/genealogy/mass.ts";
import type { Subject } from "../../trace/questions/find-subject.ts";
import type { Trace, TraceNode } from "../../trace/questions/trace.ts";
import type { Listing } from "./listing.ts";

const WAYS = { asked: "·", up: "made of", down: "made from it" } as const;

/** A trace for people and programs, nearest first. */
export function traceListing(subject: Subject, { nodes, reached, cut, refused }: Trace): Listing<TraceNode> {
  const more = cut ? " A bound kept more out." : "";
  const circles = refused.length === 0 ? "" : ` ${refused.length} edges close a circle and carry no mass.`;
  const verdict = `${subject.kind} ${subject.id}: ${reached} lots and pallets, itself included.${more}${circles}`;
  return {
    name: "nodes",
    rows: nodes,
    beside: { subject, reached, cut },
    verdict,
    columns: [
      { title: "", cell: ({ direction }) => WAYS[direction] },
      { title: "step", align: "right", cell: ({ depth }) => depth },
      { title: "lot or pallet", flexible: true, cell: ({ id }) => id },
      { title: "what", cell: whatOf },
      { title: "share", align: "right", cell: ({ share }) => shareText(share) },
      { title: "kg", align: "right", cell: (node) => kgOf(node).toFixed(1) },
      {
        title: "left",
        align: "right",
        cell: ({ lot }) => (lot === undefined ? "" : positive(kilograms(restMg(lot)))),
      },
      { title: "when", cell: (node) => `${new Date(timeOf(node)).toISOString().slice(0, 16)}Z` },
    ],
    fields: (node) => ({
      direction: node.direction,
      step: node.depth,
      kind: node.kind,
      id: node.id,
      what: whatOf(node),
      share: node.share,
      kg: kgOf(node),
      left_kg: node.lot === undefined ? null : kilograms(restMg(node.lot)),
      at: new Date(timeOf(node)).toISOString(),
    }),
  };
}

function whatOf({ lot, unit }: TraceNode): string {
  if (unit !== undefined) return [unit.kind, unit.product].filter((part) => part !== null).join(" ");
  return lot?.material ?? lot?.kind ?? "";
}

function kgOf({ lot, unit }: TraceNode): number {
  return kilograms(unit?.mg ?? (lot === undefined ? 0 : totalMg(lot)));
}

function timeOf({ lot, unit }: TraceNode): number {
  return unit?.at_ms ?? lot?.first_ms ?? lot?.first_used_ms ?? 0;
}

/** `7.69 %`, `< 0.01 %`, `0`: never a zero that isn't one. */
export function shareText(share: number): string {
  if (share === 0) return "0";
  const percent = share * 100;
  return percent < 0.01 ? "< 0.01 %" : `${percent.toFixed(2)} %`;
}

/** With one decimal; never a negative zero. */
function positive(kg: number): string {
  return Math.abs(kg) < 0.05 ? "0.0" : kg.toFixed(1);
}
