import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { LogPosition } from "../../../log/log-position.ts";
import { readLogId } from "./log-info.ts";
import { MESSAGE_TABLE } from "./schema-state.ts";
import { rowChecksum, TEXT_COLUMNS } from "./stored-rows.ts";

/** Reads where the log ends, and what stands at a place. */
export class LogEnds {
  readonly #logId: string;
  readonly #lastId: StatementSync;
  readonly #row: StatementSync;

  constructor(db: DatabaseSync) {
    this.#logId = readLogId(db);
    this.#lastId = db.prepare("SELECT last_id FROM log_totals WHERE one = 1");
    this.#row = db.prepare(`SELECT ${TEXT_COLUMNS} FROM ${MESSAGE_TABLE} WHERE id = ?`);
    this.#row.setReturnArrays(true);
  }

  end(): LogPosition {
    const id = Number(this.#lastId.get()?.last_id ?? 0);
    return { logId: this.#logId, id, checksum: this.checksum(id) ?? 0 };
  }

  /** The checksum of a message as in {@link LogPosition}; undefined where the log has none of that id. */
  checksum(id: number): number | undefined {
    // With setReturnArrays a row is an array, which the types of node:sqlite don't say.
    const row = this.#row.get(id) as unknown as readonly string[] | undefined;
    return row === undefined ? undefined : rowChecksum(row.join(""), 0);
  }
}
