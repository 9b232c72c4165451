import type { ConcheCharge } from "../process/conche-charge.ts";
import { batchFields, type ProductionBatch } from "../process/production-batch.ts";
import { grams, roundTo } from "../rounding.ts";
import type { BodyOf } from "./machine-event.ts";
import { timestampV2 } from "./timestamp-text.ts";

type BatchBody = BodyOf<"batch">;

function massLot(batch: ProductionBatch, lot_id: string, quantity_kg: number) {
  return { lot_id, material: `${batch.productType}_mass`, kind: "intermediate", quantity_kg } as const;
}

/** The mixes and what was added have become mass. */
export function conchedEvent(
  charge: ConcheCharge,
  lotId: string,
  { kg, waterKg }: { readonly kg: number; readonly waterKg: number },
  nowMs: number,
): BatchBody {
  const { batch } = charge;
  return {
    event: "TRANSFORMED",
    ...batchFields(batch),
    inputs: [...charge.inputs],
    outputs: [massLot(batch, lotId, kg)],
    ...(waterKg > 0 ? { losses: [{ cause: "water", quantity_kg: waterKg }] } : {}),
    started_at: timestampV2(charge.startedMs),
    ended_at: timestampV2(nowMs),
    energy_kwh: roundTo(charge.energyKwh, 1),
  };
}

/** Mass goes into a tank, where it meets what is left of an earlier lot. */
export function tankFilledEvent(
  batch: ProductionBatch,
  way: { readonly from: string; readonly to: string },
  moved: { readonly lotId: string; readonly kg: number },
  heel: { readonly lotId: string; readonly kg: number } | undefined,
  contentLotId: string,
): BatchBody {
  return {
    event: "TRANSFERRED",
    ...batchFields(batch),
    ...way,
    moved: massLot(batch, moved.lotId, moved.kg),
    ...(heel === undefined ? {} : { heel: massLot(batch, heel.lotId, grams(heel.kg)) }),
    lot_id: contentLotId,
  };
}
