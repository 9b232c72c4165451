import type { ConcheError } from "../errors/conche-error.ts";
import type { DeliveredMessage } from "../mqtt/delivery.ts";
import type { Ingester } from "./ingester.ts";

/** PORT. A history: what would have been delivered, in the order of time, each message with when. */
export interface HistorySource {
  /** The next messages, at most a commit group; undefined at the end. */
  next(): Promise<readonly DeliveredMessage[] | undefined>;
  /** Asks for an early end: what is under way still comes, and what an orderly end says. */
  end(): void;
  close(): Promise<void>;
}

/** How far a backfill has come. */
export interface BackfillProgress {
  /** Messages on disk. */
  readonly messages: number;
  /** When the newest of them was received, milliseconds since 1970. */
  readonly reachedMs: number;
}

/** What a backfill is made of. */
export interface BackfillDependencies {
  readonly ingester: Ingester;
  readonly source: HistorySource;
  /** Called before a group is handed over, with the time of its newest message: what the log's clock then shows. */
  readonly onTime: (ms: number) => void;
  /** Called after each commit. */
  readonly onProgress: (progress: BackfillProgress) => void;
}

/**
 * Takes a history into the log through ingest, as if it had been delivered. Each portion of the source is one commit,
 * so that the same history makes the same log, down to its commits.
 * @throws ConcheError when the log can't be written (as the ingester says), or the history can't be made
 */
export async function backfill({
  ingester,
  source,
  onTime,
  onProgress,
}: BackfillDependencies): Promise<void> {
  let messages = 0;
  let failure: ConcheError | undefined;
  const settle = (error?: ConcheError) => {
    failure ??= error;
  };
  for (;;) {
    const portion = await source.next();
    const newest = portion?.at(-1)?.receivedAt;
    if (portion === undefined || newest === undefined) return;
    onTime(newest);
    for (const message of portion) ingester.accept(message, settle);
    await ingester.drain();
    if (failure !== undefined) throw failure;
    messages += portion.length;
    onProgress({ messages, reachedMs: newest });
  }
}
