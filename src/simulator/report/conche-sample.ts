import type { Phases } from "../../plant/schema/product.ts";
import type { Casson } from "../process/casson.ts";
import { roundTo } from "../rounding.ts";
import type { BodyOf } from "./machine-event.ts";
import { compactTime } from "./timestamp-text.ts";

type QualityBody = BodyOf<"quality">;
type Result = QualityBody["results"][number];

/** What the laboratory finds in the conche. */
export interface ConcheFindings extends Casson {
  readonly moisturePct: number;
  readonly d90Um: number;
}

/** The hourly sample: moisture. */
export function moistureSample(
  lotId: string,
  ms: number,
  recipe: Phases["conching"],
  moisturePct: number,
): QualityBody {
  return {
    lot_id: lotId,
    sample: { sample_id: `${lotId}.${compactTime(ms)}`, taken_from: "conche" },
    results: [moistureResult(recipe, moisturePct)],
  };
}

/** The sample at the end, by which the batch is judged. */
export function finalSample(
  lotId: string,
  ms: number,
  recipe: Phases["conching"],
  found: ConcheFindings,
): QualityBody {
  const moisture = moistureResult(recipe, found.moisturePct);
  return {
    lot_id: lotId,
    sample: { sample_id: `${lotId}.${compactTime(ms)}`, taken_from: "conche" },
    results: [
      { ...moisture, pass: found.moisturePct <= recipe.moisture_alarm_pct },
      { characteristic: "d90_um", value: roundTo(found.d90Um, 1), unit: "µm", method: "laser diffraction" },
      {
        characteristic: "casson_yield_pa",
        value: roundTo(found.yieldPa, 2),
        unit: "Pa",
        target: recipe.yield_pa,
        method: "rotational rheometer, 40 °C",
      },
      {
        characteristic: "casson_viscosity_pa_s",
        value: roundTo(found.viscosityPaS, 3),
        unit: "Pa s",
        target: recipe.viscosity_pa_s,
        method: "rotational rheometer, 40 °C",
      },
    ],
    by: "laboratory",
  };
}

function moistureResult(recipe: Phases["conching"], moisturePct: number): Result {
  return {
    characteristic: "moisture_pct",
    value: roundTo(moisturePct, 3),
    unit: "%",
    upper: recipe.moisture_alarm_pct,
    target: recipe.moisture_end_pct,
    method: "Karl Fischer",
  };
}
