import type { BatchEventOf } from "../../contract/schemas/batch-v2.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import type { Hold } from "./hold-list.ts";

type WithoutEnvelope<Payload> = Omit<Payload, "v" | "boot" | "seq" | "refill">;
/** A hold as a desk says it: the library adds version and identity. */
export type HoldBody = WithoutEnvelope<BatchEventOf<"HOLD">>;
/** The same of a decision. */
export type ReleaseBody = WithoutEnvelope<BatchEventOf<"RELEASE">>;

/** What goods are meant: lots, or cases and pallets, or both. */
export interface Goods {
  readonly lots?: readonly string[] | undefined;
  readonly units?: readonly string[] | undefined;
}

/** What somebody decides over goods that are on hold. */
export interface Decision extends Goods {
  readonly decision: ReleaseBody["decision"];
  readonly reason: string;
  readonly by: string;
  /** The hold's version as the person saw it. */
  readonly seen: number;
}

const SHOWN = 3;

/**
 * The message that puts goods on hold.
 * @param known the hold of that id, where there is one
 * @throws ConcheError CONCHE_ACTION_REFUSED for no goods, or an id that is taken
 */
export function holdMessage(
  holdId: string,
  goods: Goods,
  { by, reason }: { readonly by: string; readonly reason: string },
  known: Hold | undefined,
  nowMs: number,
): HoldBody {
  if (known !== undefined) {
    throw refused(`there is a hold ${holdId} already (message ${known.version}): give another id, or none`);
  }
  const said = { reason: reason.trim(), by: by.trim() };
  return { ts: iso(nowMs), event: "HOLD", hold_id: holdId, ...targetsOf(goods, holdId), ...said };
}

/**
 * The message that decides over what is on a hold: over all of it where no goods are named.
 * @throws ConcheError CONCHE_ACTION_STALE where something was said of the hold that the person hasn't seen;
 *   CONCHE_ACTION_REFUSED where nothing of it is on hold
 */
export function releaseMessage(hold: Hold, decided: Decision, nowMs: number): ReleaseBody {
  const { decision, reason, by, seen } = decided;
  if (seen < hold.version) throw stale(hold, seen);
  const held = hold.targets.filter((target) => target.decision === null);
  if (held.length === 0) throw refused(`nothing is on hold ${hold.holdId} any more`);
  const named = decided.lots !== undefined || decided.units !== undefined;
  const of = (kind: "lot" | "unit") => held.filter((target) => target.kind === kind).map(({ id }) => id);
  const heldIds = new Set(held.map(({ kind, id }) => `${kind} ${id}`));
  const foreign = [
    ...(decided.lots ?? []).map((id) => `lot ${id}`),
    ...(decided.units ?? []).map((id) => `unit ${id}`),
  ].filter((id) => !heldIds.has(id));
  if (foreign.length > 0) {
    throw refused(`${foreign.slice(0, SHOWN).join(", ")} is not on hold ${hold.holdId}`);
  }
  const goods = named ? decided : { lots: of("lot"), units: of("unit") };
  return {
    ...{ ts: iso(nowMs), event: "RELEASE", hold_id: hold.holdId },
    ...targetsOf(goods, hold.holdId),
    ...{ decision, reason: reason.trim(), by: by.trim() },
  };
}

/** A new hold's id: when and where it was put on. */
export function newHoldId(line: string, nowMs: number): string {
  return `H${iso(nowMs).replace(/[-:.]/g, "")}-${line}`.slice(0, 80);
}

function targetsOf({ lots = [], units = [] }: Goods, holdId: string) {
  if (lots.length + units.length === 0)
    throw refused(`hold ${holdId} would be about no goods: name lots or units`);
  return {
    ...(lots.length === 0 ? {} : { lots: [...lots] }),
    ...(units.length === 0 ? {} : { units: [...units] }),
  };
}

function stale(hold: Hold, seen: number): ConcheError {
  const news = hold.events.filter(({ id }) => id > seen);
  const shown = news.slice(0, SHOWN).map(({ event, decision, by_person, at_ms, id }) => {
    return `${event}${decision === null ? "" : ` (${decision})`} by ${by_person} at ${iso(at_ms)} (message ${id})`;
  });
  return new ConcheError("CONCHE_ACTION_STALE", {
    message: `since message ${seen} of hold ${hold.holdId}: ${shown.join(", ")}`,
  });
}

function refused(message: string): ConcheError {
  return new ConcheError("CONCHE_ACTION_REFUSED", { message });
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
