import type { Finding } from "../../views/view.ts";
import { isMaking, isUsing, type Mention } from "./event-facts.ts";
import type { LotRow } from "./genealogy-tables.ts";
import { kilograms } from "./mass.ts";

/** A mention, and the event that it comes from. */
export interface PlacedMention extends Mention {
  readonly atMs: number;
  readonly id: number;
  readonly product: string | null;
  readonly batch: string | null;
}

/** What a declaration may differ from the sum of what was made, and still be the same mass said twice. */
const SAME_SHARE = 0.01;
/** More than this much beyond what there is: not rounding, not a scale. */
const OVERDRAWN_SHARE = 0.01;
const OVERDRAWN_MG = 1_000_000;

/** A lot of which nothing is known. */
export function emptyLot(lot: string): LotRow {
  return {
    lot,
    told_by: 9,
    told_ms: 0,
    told_id: 0,
    material: null,
    kind: null,
    product: null,
    batch: null,
    declared_mg: 0,
    declared_pieces: 0,
    made_mg: 0,
    made_pieces: 0,
    used_mg: 0,
    used_pieces: 0,
    packed_mg: 0,
    packed_pieces: 0,
    received: 0,
    created: 0,
    sources: 0,
    first_ms: null,
    first_used_ms: null,
    first_used_id: null,
  };
}

/** One mention more. Sums and first times: the same in any order. */
export function withMention(row: LotRow, said: PlacedMention): LotRow {
  const { role, mg, pieces, atMs, id } = said;
  const described = describes(row, said)
    ? {
        told_by: rankOf(said),
        told_ms: atMs,
        told_id: id,
        material: said.material,
        kind: said.kind,
        product: said.product,
        batch: said.batch,
      }
    : {};
  const next = { ...row, ...described };
  if (role === "received" || role === "created") {
    return {
      ...next,
      declared_mg: row.declared_mg + mg,
      declared_pieces: row.declared_pieces + pieces,
      received: row.received + (role === "received" ? 1 : 0),
      created: row.created + (role === "created" ? 1 : 0),
      first_ms: earlier(row.first_ms, atMs),
    };
  }
  if (isMaking(role)) {
    return {
      ...next,
      made_mg: row.made_mg + mg,
      made_pieces: row.made_pieces + pieces,
      sources: row.sources + 1,
      first_ms: earlier(row.first_ms, atMs),
    };
  }
  const packed = role === "packed";
  if (!packed && !isUsing(role)) return next;
  const first = isFirst(row, atMs, id) ? { first_used_ms: atMs, first_used_id: id } : {};
  return packed
    ? { ...next, ...first, packed_mg: row.packed_mg + mg, packed_pieces: row.packed_pieces + pieces }
    : { ...next, ...first, used_mg: row.used_mg + mg, used_pieces: row.used_pieces + pieces };
}

/**
 * What there was of a lot, milligrams. A lot may be declared (LOT_CREATED) and its making told (TRANSFORMED): where both
 * say the same, it is one mass; where they don't, one is in addition to the other (stock that was there, and more made).
 */
export function totalMg({ declared_mg, made_mg }: LotRow): number {
  return isSame(declared_mg, made_mg) ? made_mg : declared_mg + made_mg;
}

/** What there was of a lot, pieces; declared and made as in {@link totalMg}. */
export function totalPieces({ declared_pieces, made_pieces }: LotRow): number {
  return isSame(declared_pieces, made_pieces) ? made_pieces : declared_pieces + made_pieces;
}

/** What is left of it by the books, milligrams; below zero where more was taken than there was. */
export function restMg(row: LotRow): number {
  return totalMg(row) - row.used_mg - row.packed_mg;
}

/** What of a lot can't be brought together with the rest, by the sums alone. */
export function lotFindings(row: LotRow): Finding[] {
  const findings: Finding[] = [];
  const { lot, first_ms, first_used_ms, first_used_id } = row;
  const about = { subject: lot, atMs: first_used_ms ?? row.told_ms, messageId: first_used_id ?? row.told_id };
  if (first_ms === null && first_used_ms !== null) {
    findings.push({
      ...about,
      key: `no_origin ${lot}`,
      reason: "used_without_origin",
      detail: `lot ${lot} is used, and nothing says how it came into being`,
    });
  }
  if (first_ms !== null && first_used_ms !== null && first_used_ms < first_ms) {
    findings.push({
      ...about,
      key: `early ${lot}`,
      reason: "used_before_received",
      detail: `lot ${lot} is used at ${iso(first_used_ms)}, ${Math.round((first_ms - first_used_ms) / 1000)} s before it comes into being`,
    });
  }
  if (row.created > 0 && row.sources === 0 && row.received === 0 && row.declared_mg > 0) {
    findings.push({
      ...about,
      key: `no_input ${lot}`,
      reason: "output_without_input",
      detail: `lot ${lot} comes into being with ${kilograms(row.declared_mg)} kg, and nothing says from what`,
    });
  }
  const rest = restMg(row);
  const total = totalMg(row);
  if (total > 0 && rest < -OVERDRAWN_MG && rest < -total * OVERDRAWN_SHARE) {
    findings.push({
      ...about,
      key: `overdrawn ${lot}`,
      reason: "more_taken_than_made",
      detail: `${kilograms(total - rest)} kg of lot ${lot} were taken, there were ${kilograms(total)} kg`,
    });
  }
  return findings;
}

function isSame(declared: number, made: number): boolean {
  return declared > 0 && Math.abs(made - declared) <= declared * SAME_SHARE;
}

/** Who describes a lot best: what received or created it, then what made it, then what used it. */
function rankOf({ role, material }: Mention): number {
  if (role === "received" || role === "created") return 0;
  if (isMaking(role)) return 1;
  return material === null ? 3 : 2;
}

function describes(row: LotRow, said: PlacedMention): boolean {
  const rank = rankOf(said);
  if (rank !== row.told_by) return rank < row.told_by;
  if (said.atMs !== row.told_ms) return said.atMs < row.told_ms;
  return said.id < row.told_id;
}

function isFirst({ first_used_ms, first_used_id }: LotRow, atMs: number, id: number): boolean {
  if (first_used_ms === null || atMs < first_used_ms) return true;
  return atMs === first_used_ms && id < (first_used_id ?? id);
}

function earlier(before: number | null, ms: number): number {
  return before === null ? ms : Math.min(before, ms);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
