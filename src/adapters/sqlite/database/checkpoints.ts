import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { ConcheError } from "../../../errors/conche-error.ts";
import { pragma } from "./connection.ts";
import { toConcheError } from "./sqlite-error.ts";

/**
 * Moves committed pages from the write-ahead log into the database. Done here and not by SQLite itself, because
 * SQLite does it inside the commit, before the acknowledgement, and keeps its errors to itself.
 */
export class Checkpoints {
  readonly #frames: StatementSync;
  readonly #checkpoint: StatementSync;
  /** Pages by which the write-ahead log grows from one checkpoint to the next. */
  readonly #interval: number;
  readonly #path: string;
  readonly #onFailure: (error: ConcheError) => void;
  /** Pages in the write-ahead log at the last checkpoint; 0 after it started over. */
  #framesBefore = 0;
  #scheduled: NodeJS.Immediate | undefined;

  /** @param onFailure called when the disk fails; what a later checkpoint makes good is not a failure */
  constructor(
    db: DatabaseSync,
    path: string,
    intervalBytes: number,
    onFailure: (error: ConcheError) => void,
  ) {
    // NOOP only reports; it costs 2 us.
    this.#frames = db.prepare("PRAGMA wal_checkpoint(NOOP)");
    this.#checkpoint = db.prepare("PRAGMA wal_checkpoint(PASSIVE)");
    this.#interval = Math.ceil(intervalBytes / Number(pragma(db, "page_size")));
    this.#path = path;
    this.#onFailure = onFailure;
  }

  /** After a commit: has a checkpoint made when one is due, once the acknowledgements are on their way. */
  committed(): void {
    if (this.#scheduled !== undefined) return;
    const frames = framesOf(this.#frames);
    if (frames < this.#framesBefore) this.#framesBefore = 0;
    // Counted from the last checkpoint: while a reader holds on to an old state, the write-ahead log can't start
    // over, and trying at every commit would help nobody.
    if (frames - this.#framesBefore >= this.#interval) {
      this.#scheduled = setImmediate(() => this.runScheduled());
    }
  }

  /** Before a commit: makes the checkpoint that the event loop had no turn for. */
  runScheduled(): void {
    if (this.#scheduled === undefined) return;
    this.cancel();
    try {
      this.#framesBefore = framesOf(this.#checkpoint);
    } catch (error) {
      const known = toConcheError(error, "moving the write-ahead log into the database", this.#path);
      // A full disk or a lock passes: nothing is lost, the write-ahead log just stays longer.
      if (known.retryable) this.#framesBefore += this.#interval;
      else this.#onFailure(known);
    }
  }

  cancel(): void {
    clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
  }
}

/** The pages in the write-ahead log, as every form of `PRAGMA wal_checkpoint` returns them. */
function framesOf(statement: StatementSync): number {
  return Number(statement.get()?.log);
}
