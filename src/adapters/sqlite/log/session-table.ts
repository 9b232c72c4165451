import type { DatabaseSync } from "node:sqlite";
import type { DeliverySession, SessionLoss, SessionNotes } from "../../../log/delivery-session.ts";
import { readTotals } from "./totals-row.ts";

/** In log_info: one row per broker and client id that the log was ever filled from. */
const nameOf = (broker: string, clientId: string) => `session ${JSON.stringify([broker, clientId])}`;
/** In log_journal. */
const LOST = "session-lost";

/** What the log keeps about its sessions at brokers; each call is a transaction of its own. */
export class SessionTable implements SessionNotes {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  session(broker: string, clientId: string): DeliverySession | undefined {
    const row = this.#db.prepare("SELECT value FROM log_info WHERE name = ?").get(nameOf(broker, clientId));
    if (row === undefined) return undefined;
    const { aliveAt, lostSince } = JSON.parse(String(row.value)); // written by keepSession
    return { broker, clientId, aliveAt, lostSince };
  }

  keepSession({ broker, clientId, aliveAt, lostSince }: DeliverySession): void {
    this.#db
      .prepare("INSERT OR REPLACE INTO log_info (name, value) VALUES (?, ?)")
      .run(nameOf(broker, clientId), JSON.stringify({ aliveAt, lostSince }));
  }

  noteSessionLoss({ untilMs, ...loss }: SessionLoss): void {
    this.#db
      .prepare("INSERT INTO log_journal (at, kind, detail_json) VALUES (?, ?, ?)")
      .run(untilMs, LOST, JSON.stringify(loss));
  }

  get lastCommitAt(): number {
    return readTotals(this.#db).committedAt;
  }
}

/** Every loss of a session that the journal has, oldest first. */
export function readSessionLosses(db: DatabaseSync): SessionLoss[] {
  const rows = db.prepare("SELECT at, detail_json FROM log_journal WHERE kind = ? ORDER BY id").all(LOST);
  return rows.map(({ at, detail_json: detail }) => {
    const { broker, clientId, fromMs } = JSON.parse(String(detail)); // written by noteSessionLoss
    return { broker, clientId, fromMs, untilMs: Number(at) };
  });
}
