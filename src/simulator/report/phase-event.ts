import { batchFields, type ProductionBatch } from "../process/production-batch.ts";
import type { BodyOf } from "./machine-event.ts";

type PhaseBody = Extract<BodyOf<"batch">, { event: "PHASE" }>;

/** A unit procedure of a batch's recipe changes its state (ISA-88). */
export function phaseEvent(
  batch: ProductionBatch,
  name: string,
  state: PhaseBody["state"],
  values: Pick<PhaseBody, "set_points" | "actual"> = {},
): PhaseBody {
  return { event: "PHASE", ...batchFields(batch), level: "unit_procedure", name, state, ...values };
}
