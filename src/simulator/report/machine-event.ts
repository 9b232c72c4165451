import type { CurrentPayloads } from "../../contract/message.ts";
import type { MessageType } from "../../contract/topic.ts";
import { batchFields, type ProductionBatch } from "../process/production-batch.ts";

/** Fields that are added to every message when it is said. */
type Stamped = "v" | "ts" | "boot" | "seq" | "refill" | "extra";

// Written as a condition so that it is done to every member of a union, not to what they have in common.
type Body<Payload> = Payload extends unknown ? Omit<Payload, Stamped> : never;

/** The body of a message of the current version, by type. Version 1 is made of it (payload-v1.ts). */
export type BodyOf<Type extends MessageType> = Body<CurrentPayloads[Type]>;

/** Something a machine says, still without version, time and identity. */
export type MachineEvent = {
  readonly [Type in MessageType]: { readonly type: Type; readonly body: BodyOf<Type> };
}[MessageType];

/** Why a machine stopped, as it says it in a `state` message. */
export type StopReason = NonNullable<BodyOf<"state">["stop_reason"]>;
/** PackML's counters, as a machine says them in a `state` message. */
export type Counts = NonNullable<BodyOf<"state">["counts"]>;
/** The value of one tag in a `telemetry` message. */
export type TagReading = BodyOf<"telemetry">["tags"][string];
/** Values by tag name, as a model gives them: not rounded, tags that the plant doesn't list included. */
export type Readings = Readonly<Record<string, TagReading>>;

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
