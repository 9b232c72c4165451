import type { Allergen } from "../../contract/schemas/lot.ts";
import type { Mould } from "../process/mould.ts";
import type { ProductionBatch } from "../process/production-batch.ts";
import type { BodyOf } from "../report/machine-event.ts";
import { timestampV2 } from "../report/timestamp-text.ts";
import { grams } from "../rounding.ts";
import type { LotNames } from "./lot-names.ts";

/** Why a bar is not packed. The first three become rework; what the detector rejected never does. */
export const REJECT_CAUSES = ["start_up", "under_weight", "mis_wrapped", "metal"] as const;
/** One of {@link REJECT_CAUSES}. */
export type RejectCause = (typeof REJECT_CAUSES)[number];

/** Bars of one batch in one bin. */
interface BinShare {
  readonly batch: ProductionBatch;
  readonly lotId: string;
  pieces: number;
  grams: number;
}

/** The bins behind the rejecters. They are counted when they are emptied, and what was counted is what was rejected. */
export class RejectBins {
  readonly #names: LotNames;
  readonly #shares = new Map<RejectCause, Map<string, BinShare>>(
    REJECT_CAUSES.map((cause) => [cause, new Map()]),
  );
  readonly #totals = new Map<RejectCause, number>(REJECT_CAUSES.map((cause) => [cause, 0]));
  #emptiedMs: number;

  constructor(names: LotNames, startMs: number) {
    this.#names = names;
    this.#emptiedMs = startMs;
  }

  /** Rejected for this cause since the start. */
  total(cause: RejectCause): number {
    return this.#totals.get(cause) ?? 0;
  }

  reject(cause: RejectCause, mould: Mould, weightG: number): void {
    this.#totals.set(cause, this.total(cause) + 1);
    const shares = this.#shares.get(cause);
    const share = shares?.get(mould.lotId);
    if (share !== undefined) {
      share.pieces += 1;
      share.grams += weightG;
    } else {
      shares?.set(mould.lotId, { batch: mould.batch, lotId: mould.lotId, pieces: 1, grams: weightG });
    }
  }

  /** Empties the bins: the count of each that isn't empty, and what becomes of its content. */
  empty(ms: number, allergensOf: (batch: ProductionBatch) => Allergen[]): BodyOf<"batch">[] {
    const events: BodyOf<"batch">[] = [];
    for (const [cause, shares] of this.#shares) {
      const content = [...shares.values()];
      if (content.length === 0) continue;
      const counted = content.reduce((sum, share) => sum + share.pieces, 0);
      const since = timestampV2(this.#emptiedMs);
      events.push({
        event: "REJECTS_COUNTED",
        bin: `bin ${cause}`,
        cause,
        counted,
        expected: counted,
        since,
        by: "operator",
      });
      events.push(...content.map((share) => this.#disposition(cause, share, ms, allergensOf)));
      shares.clear();
    }
    this.#emptiedMs = ms;
    return events;
  }

  #disposition(
    cause: RejectCause,
    share: BinShare,
    ms: number,
    allergensOf: (batch: ProductionBatch) => Allergen[],
  ): BodyOf<"batch"> {
    const { batch } = share;
    const quantity_kg = grams(share.grams / 1000);
    const bars = {
      lot_id: share.lotId,
      material: `${batch.productType}_bar`,
      kind: "finished",
      quantity_kg,
      pieces: share.pieces,
    } as const;
    const about = { product_type: batch.productType, batch_id: batch.id };
    if (cause === "metal") {
      const reason = "rejected by the metal detector: never rework";
      return { event: "DISPOSED", ...about, lots: [bars], method: "waste", reason, by: "operator" };
    }
    return {
      event: "REWORK_CREATED",
      ...about,
      lot_id: this.#names.rework(batch, cause, ms),
      source: cause,
      sources: [bars],
      quantity_kg,
      allergens: allergensOf(batch),
      location: "rework store",
    };
  }
}
