import { ConcheError } from "../../errors/conche-error.ts";
import { requireGoods } from "./find-subject.ts";
import type { Genealogy } from "./genealogy.ts";
import { madeAt } from "./made-at.ts";
import type { Suspicion } from "./recall.ts";

/** What a recall is asked for, as somebody gives it. */
export interface Suspected {
  /** Lots, pallets, cases, batches or pack codes, with commas between. */
  readonly list: string;
  /** The time printed beside a pack code, ms since 1970. */
  readonly atMs?: number | undefined;
  /** What this machine made or packed in a span of time. */
  readonly made?: { readonly machine: string; readonly fromMs: number; readonly toMs: number } | undefined;
}

/**
 * What a recall begins with; nothing where nothing is asked.
 * @throws ConcheError CONCHE_NOT_FOUND, CONCHE_MATERIAL_UNKNOWN
 */
export function suspicionOf(genealogy: Genealogy, { list, atMs, made }: Suspected): Suspicion | undefined {
  const lots = new Set<string>();
  const units = new Set<string>();
  for (const id of list.split(",").map((each) => each.trim())) {
    if (id === "") continue;
    const found = requireGoods(genealogy, id, atMs);
    for (const lot of found.lots) lots.add(lot);
    for (const unit of found.units) units.add(unit);
  }
  const unheard: string[] = [];
  if (made !== undefined) {
    const found = madeAt(genealogy, made.machine, made);
    if (found.lots.length + found.units.length === 0) {
      // Beside other suspects it is named with them.
      if (lots.size + units.size > 0) unheard.push(made.machine);
      else throw unknownMaking(made);
    }
    for (const lot of found.lots) lots.add(lot);
    for (const unit of found.units) units.add(unit);
  }
  return lots.size + units.size === 0 ? undefined : { lots: [...lots], units: [...units], unheard };
}

function unknownMaking({ machine, fromMs, toMs }: NonNullable<Suspected["made"]>): ConcheError {
  const span = [fromMs, toMs].map((ms) => new Date(ms).toISOString()).join(" to ");
  return new ConcheError("CONCHE_MATERIAL_UNKNOWN", {
    message: `${machine} reported no lot, case or pallet from ${span}: nobody can tell what it made`,
  });
}
