import type { ErrorCode } from "../../errors/catalogue.ts";
import type { ScenarioDocument } from "../../plant/scenario/scenario-document.ts";
import type { PlantDocument } from "../../plant/schema/plant-document.ts";
import type { PayloadVersion } from "../../simulator/simulated-message.ts";
import type { MessageBatch } from "./message-batch.ts";

/** Which history is made. */
export interface HistoryOrder {
  readonly plant: PlantDocument;
  /** What goes wrong in it. */
  readonly scenario: ScenarioDocument | undefined;
  readonly seed: number;
  /** Simulated time at the begin and at the end, milliseconds since 1970. */
  readonly startMs: number;
  readonly endMs: number;
  readonly payloadVersion: PayloadVersion;
  /** The identity of all its publishers; version 1 has none. */
  readonly boot: string | undefined;
  /** Messages in a batch; the last one may have fewer. */
  readonly batchSize: number;
}

/** To the thread: it may make another batch, or is to come to an end where it is. */
export type HistoryRequest = "more" | "end";

/** From the thread. `ended` and `failed` are the last it says. */
export type HistoryReply =
  | { readonly kind: "batch"; readonly batch: MessageBatch }
  | { readonly kind: "ended" }
  | { readonly kind: "failed"; readonly code: ErrorCode; readonly message: string; readonly hint: string };
