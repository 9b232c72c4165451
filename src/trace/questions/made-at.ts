import { parseTimestamp } from "../../contract/timestamp.ts";
import { factsOf, isMaking } from "../genealogy/event-facts.ts";
import type { Genealogy } from "./genealogy.ts";

/** What a machine made or packed in a span of time. */
export interface MadeThere {
  readonly lots: readonly string[];
  readonly units: readonly string[];
}

/** The longest transformation: what began within the span is told so late at most. A dark batch is conched 16 h. */
const LONGEST_MS = 48 * 3_600_000;
/** Kinds of events by which a machine makes something. */
const MAKING = ["TRANSFORMED", "TRANSFERRED", "SILO_TOPPED_UP", "REWORK_CREATED", "LOT_CREATED"] as const;

/**
 * The lots that a machine made within a span, and the cases and pallets it packed then. What is told at its end
 * (TRANSFORMED) counts when any of its time lies within.
 */
export function madeAt(
  genealogy: Genealogy,
  machine: string,
  span: { readonly fromMs: number; readonly toMs: number },
): MadeThere {
  const lots = new Set<string>();
  const units = new Set<string>();
  for (const name of MAKING) {
    const told = { fromMs: span.fromMs, toMs: span.toMs + LONGEST_MS };
    for (const { body, atMs, machine: by } of genealogy.events(name, told)) {
      const begun =
        "started_at" in body && body.started_at !== undefined ? parseTimestamp(body.started_at) : atMs;
      if (by !== machine || (begun ?? atMs) >= span.toMs) continue;
      for (const { lot, role } of factsOf(body, atMs).mentions) if (isMaking(role)) lots.add(lot);
    }
  }
  for (const { body, machine: by } of genealogy.events("AGGREGATED", span)) {
    if (by === machine) units.add(body.unit_id);
  }
  return { lots: [...lots], units: [...units] };
}
