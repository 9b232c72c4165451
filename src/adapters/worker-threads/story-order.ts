import type { MachineKey } from "../../contract/topic.ts";
import type { ErrorCode } from "../../errors/catalogue.ts";
import type { ScenarioDocument } from "../../plant/scenario/scenario-document.ts";
import type { PlantDocument } from "../../plant/schema/plant-document.ts";
import type { SeqRange } from "../../sequence/seq-range.ts";
import type { Chapter, OpenBatch } from "../../simulator/story/chapter.ts";
import type { StoryMessage } from "../../simulator/story/story.ts";
import type { MessageBatch } from "./message-batch.ts";

/** What the log holds of a machine's part of a story: all numbers up to the highest, without the missing ones. */
export interface KnownNumbers {
  readonly machine: MachineKey;
  readonly highest: number;
  readonly missing: readonly SeqRange[];
}

/** Which story is told, and how much of it is new. */
export interface StoryOrder {
  readonly plant: PlantDocument;
  /** What goes wrong in it. */
  readonly scenario: ScenarioDocument | undefined;
  readonly chapter: Chapter;
  /** What is known of it already and not told again. */
  readonly known: readonly KnownNumbers[];
  /** What has no number is told from here on, ms since 1970. */
  readonly unnumberedFromMs: number;
  /** The past: told in batches, as fast as they are taken, up to here (included), ms since 1970. */
  readonly pastUntilMs: number;
  /** Whether it goes on after that, a stretch of time at each request; else its machines say OFFLINE. */
  readonly goesOn: boolean;
  /** Messages in a batch; the last one may have fewer. */
  readonly batchSize: number;
}

/** To the thread. Of the past: it may make another batch, or is to come to an end. Of the present: what is next. */
export type StoryRequest =
  | { readonly kind: "more" }
  | { readonly kind: "end" }
  | { readonly kind: "advance"; readonly untilMs: number }
  | { readonly kind: "farewell"; readonly atMs: number };

/** From the thread. After `failed` it says nothing more. */
export type StoryReply =
  | { readonly kind: "batch"; readonly batch: MessageBatch }
  /** So far the story was gone through, ms since 1970. */
  | { readonly kind: "reached"; readonly atMs: number }
  | { readonly kind: "past-over" }
  | {
      readonly kind: "told";
      readonly messages: readonly StoryMessage[];
      readonly openBatches: readonly OpenBatch[];
    }
  | { readonly kind: "failed"; readonly code: ErrorCode; readonly message: string; readonly hint: string };
