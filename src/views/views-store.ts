import type { LogPosition } from "../log/log-position.ts";
import type { View, ViewStore } from "./view.ts";

/**
 * How an edition of a view stands: `answering` questions, or `building` beside the one that answers until it has
 * caught up with the log.
 */
export type Standing = "answering" | "building";

/** One edition of a view as it is kept: its tables, and how far it has come. */
export interface ViewEdition {
  /** Counted up over all views; never used twice. */
  readonly edition: number;
  readonly name: string;
  readonly version: number;
  readonly standing: Standing;
  readonly position: LogPosition;
  /** The newest received time of what is in it, milliseconds since 1970; 0 before the first message. */
  readonly newestReceivedMs: number;
  /** Whether its tables have the columns and keys that `view.tables` asks for. */
  fits(view: View): boolean;
}

/** How far an edition has come with what is to be committed. */
export interface EditionProgress {
  readonly edition: number;
  readonly position: LogPosition;
  readonly newestReceivedMs: number;
}

/**
 * PORT. Where the editions of views are kept. What is put into a {@link ViewStore} becomes durable with the next
 * `commit`, together with the positions, or is gone.
 */
export interface ViewsStore {
  editions(): readonly ViewEdition[];
  /** Makes an empty edition. Durable at once. */
  create(view: View, standing: Standing): ViewEdition;
  /** Removes editions and everything in them. Durable at once. */
  remove(editions: readonly number[]): void;
  /** Lets an edition answer; the one of the same name that answered is removed. Durable at once. */
  promote(edition: number): void;
  /** Reads and writes an edition. Valid until `rollback`, `remove`, or an error. */
  open(edition: number, view: View): ViewStore;
  /** How many findings an open edition has. */
  findings(edition: number): number;
  /** @throws ConcheError; nothing of it was written then, and `rollback` goes back to the last commit */
  commit(progress: readonly EditionProgress[]): void;
  /** Forgets everything since the last commit. */
  rollback(): void;
  /** The views whose rebuilding was asked for since the last call, by name. */
  takeRebuildRequests(): readonly string[];
}
