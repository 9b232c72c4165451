/**
 * One step of the log's schema. Steps are append-only: one that has been released is never edited, because there
 * are logs that have it behind them.
 */
export interface Migration {
  /** 1, 2, 3 …; the database's `user_version` once the step is done. */
  readonly version: number;
  readonly name: string;
  /** Run with all the other missing steps in one transaction. */
  readonly sql: string;
}
