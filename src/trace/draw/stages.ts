import type { Genealogy } from "../questions/genealogy.ts";
import type { Trace, TraceNode } from "../questions/trace.ts";

/** What kind of place a lot or unit has on its way through the plant. */
export type StageKind = "received" | "silo" | "step" | "tank" | "rework" | "stock" | "pallet" | "case";

/** A column of a drawn genealogy: what is made alike at one place. */
export interface Stage {
  readonly kind: StageKind;
  /** The process step of the machine that said it, as s4_conching; null where none did. */
  readonly step: string | null;
}

const KINDS: Readonly<Record<string, StageKind>> = {
  LOT_RECEIVED: "received",
  SILO_TOPPED_UP: "silo",
  TRANSFERRED: "tank",
  REWORK_CREATED: "rework",
  TRANSFORMED: "step",
  LOT_CREATED: "step",
};

/** The name of a stage's column; steps and tanks have one for each step of the line. */
export function stageKey({ kind, step }: Stage): string {
  return kind === "step" || kind === "tank" ? `${kind} ${step ?? ""}` : kind;
}

/**
 * The stage of every node of a trace: by the event that made it and the step of the machine that said so. Stock from
 * before the log stands where lots of the same material are made.
 */
export function stagesOf(genealogy: Genealogy, { nodes }: Trace): Map<string, Stage> {
  const stages = new Map<string, Stage>();
  const ofMaterial = new Map<string, Stage>();
  const stock: TraceNode[] = [];
  for (const node of nodes) {
    const { id, lot, unit } = node;
    if (unit !== undefined) {
      stages.set(id, { kind: unit.kind === "pallet" ? "pallet" : "case", step: null });
      continue;
    }
    const event = lot === undefined ? undefined : genealogy.event(lot.told_id);
    const kind = KINDS[event?.body.event ?? ""];
    if (lot === undefined || event === undefined || kind === undefined || isStock(node)) {
      stock.push(node);
      continue;
    }
    const step = kind === "step" || kind === "tank" ? (event.machine.split("/")[2] ?? null) : null;
    const stage = { kind, step };
    stages.set(id, stage);
    ofMaterial.set(`${lot.kind} ${lot.material}`, stage);
  }
  for (const { id, lot } of stock)
    stages.set(id, ofMaterial.get(`${lot?.kind} ${lot?.material}`) ?? { kind: "stock", step: null });
  return stages;
}

/** Declared to be there, and nothing says of what it was made. */
function isStock({ lot }: TraceNode): boolean {
  return lot !== undefined && lot.received === 0 && lot.sources === 0;
}

/**
 * The column of each stage: the longest way from where material comes in. Rework goes back by its nature, so that what
 * is made of it doesn't stand behind it; any other circle is cut where it closes.
 */
export function columnsOf(
  stages: ReadonlyMap<string, Stage>,
  edges: readonly { readonly source: string; readonly target: string }[],
): Map<string, number> {
  const keyOf = (id: string) => {
    const stage = stages.get(id);
    return stage === undefined ? undefined : stageKey(stage);
  };
  const after = new Map<string, Set<string>>();
  const waiting = new Map<string, number>();
  for (const stage of stages.values()) {
    after.set(stageKey(stage), new Set());
    waiting.set(stageKey(stage), 0);
  }
  for (const { source, target } of edges) {
    const [from, to] = [keyOf(source), keyOf(target)];
    if (from === undefined || to === undefined || from === to || from === "rework") continue;
    const targets = after.get(from);
    if (targets === undefined || targets.has(to)) continue;
    targets.add(to);
    waiting.set(to, (waiting.get(to) ?? 0) + 1);
  }
  const columns = new Map<string, number>();
  while (waiting.size > 0) {
    // The first that waits for nobody; of a circle the one that waits for fewest.
    const [key] = [...waiting].reduce((least, each) => (each[1] < least[1] ? each : least));
    waiting.delete(key);
    const column = columns.get(key) ?? 0;
    columns.set(key, column);
    for (const to of after.get(key) ?? []) {
      if (!waiting.has(to)) continue;
      waiting.set(to, (waiting.get(to) ?? 0) - 1);
      columns.set(to, Math.max(columns.get(to) ?? 0, column + 1));
    }
  }
  return columns;
}
