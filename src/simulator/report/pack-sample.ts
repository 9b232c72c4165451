import type { PackagingParameters } from "../../plant/schema/simulation/bar-simulation.ts";
import type { ProductionBatch } from "../process/production-batch.ts";
import { roundTo } from "../rounding.ts";
import type { BodyOf } from "./machine-event.ts";

/** How far the jaws may be from their set point for a tight seal, K. */
const SEAL_TOLERANCE_K = 6;

/** What is known of the last packs. */
export interface PackFindings {
  readonly weightsG: readonly number[];
  readonly defectRatePct: number;
  readonly sealC: number;
  readonly labelRead: boolean;
}

/** Weight, seal and label of the last packs: the four results that version 1 knows too. */
export function packSample(
  sampleId: string,
  batch: ProductionBatch,
  found: PackFindings,
  parameters: PackagingParameters,
): BodyOf<"quality"> {
  const { nominal_g } = batch.product.recipe.phases.packaging;
  const mean = found.weightsG.reduce((sum, weight) => sum + weight, 0) / found.weightsG.length;
  const sealed = Math.abs(found.sealC - parameters.seal_c) <= SEAL_TOLERANCE_K;
  return {
    sample: { sample_id: sampleId, size: found.weightsG.length, taken_from: "checkweigher" },
    results: [
      {
        characteristic: "weight_g",
        value: roundTo(mean, 2),
        unit: "g",
        lower: nominal_g,
        target: batch.product.recipe.phases.depositing.target_g,
        readings: found.weightsG.map((weight) => roundTo(weight, 2)),
        method: "checkweigher",
      },
      {
        characteristic: "seal_integrity",
        value: sealed ? "PASS" : "FAIL",
        pass: sealed,
        method: "jaw temperature and pressure",
      },
      {
        characteristic: "label_check",
        value: found.labelRead ? "PASS" : "FAIL",
        pass: found.labelRead,
        method: "code reader",
      },
      { characteristic: "defect_rate_pct", value: roundTo(found.defectRatePct, 2), unit: "%" },
    ],
  };
}
