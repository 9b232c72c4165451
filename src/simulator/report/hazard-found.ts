import type { SuspectLot } from "../genealogy/deliveries.ts";
import type { BodyOf } from "./machine-event.ts";
import { compactTime, timestampV2 } from "./timestamp-text.ts";

/** What is said when the laboratory has found a hazard in a lot that came in: result, deviation, hold. */
export interface HazardFound {
  readonly quality: BodyOf<"quality">;
  readonly events: readonly BodyOf<"batch">[];
}

/**
 * The result comes days after the lot was used: there is no kill step in a chocolate line, so everything with a part of
 * it is in doubt. The hold names what is known at once, the lot itself and what is left of it in its silo; what else
 * is to be held is what a recall has to find out.
 */
export function hazardFound(suspect: SuspectLot, siloLot: string | undefined, nowMs: number): HazardFound {
  const { lotId, ingredient, hazard } = suspect;
  const time = compactTime(nowMs);
  const holdId = `H${time}-${ingredient.id}`;
  const reading = `${hazard} detected in 25 g`;
  return {
    quality: {
      lot_id: lotId,
      sample: { sample_id: `RET-${ingredient.id}-${time}`, taken_from: "retained sample of the delivery" },
      results: [{ characteristic: hazard, value: "detected in 25 g", pass: false, method: "ISO 6579-1" }],
      by: "laboratory",
    },
    events: [
      {
        event: "HOLD",
        hold_id: holdId,
        lots: siloLot === undefined ? [lotId] : [lotId, siloLot],
        reason: `${reading} of ${ingredient.name} of ${ingredient.supplier}`,
        by: "quality",
      },
      {
        event: "DEVIATION",
        deviation_id: `D${time}-${ingredient.id}`,
        control_point: "raw material, certificate of analysis",
        limit: `${hazard} absent in 25 g`,
        limit_version: "1",
        reading,
        read_at: timestampV2(nowMs),
        hold_id: holdId,
        status: "open",
        by: "quality",
      },
    ],
  };
}
