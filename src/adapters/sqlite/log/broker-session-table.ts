import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { BrokerSessionChange, ReceivedOnce, RestoredSession } from "../../../log/broker-session.ts";

/** The embedded broker's sessions, as its clients must find them after a restart. */
export class BrokerSessionTable {
  readonly #save: StatementSync;
  readonly #remove: StatementSync;
  readonly #receive: StatementSync;
  readonly #release: StatementSync;
  readonly #forget: StatementSync;
  readonly #read: StatementSync;

  constructor(db: DatabaseSync) {
    this.#save = db.prepare(`
      INSERT OR REPLACE INTO broker_sessions (client_id, user, expiry_seconds, away_since, subscriptions_json)
      VALUES (?, ?, ?, ?, ?)`);
    this.#remove = db.prepare("DELETE FROM broker_sessions WHERE client_id = ?");
    this.#receive = db.prepare("INSERT OR IGNORE INTO broker_received (client_id, packet_id) VALUES (?, ?)");
    this.#release = db.prepare("DELETE FROM broker_received WHERE client_id = ? AND packet_id = ?");
    this.#forget = db.prepare("DELETE FROM broker_received WHERE client_id = ?");
    this.#read = db.prepare(`
      SELECT s.*, (SELECT json_group_array(packet_id) FROM broker_received r WHERE r.client_id = s.client_id) AS received
      FROM broker_sessions s`);
  }

  /** What was released comes before what was received: a number may have been used again. Within a transaction. */
  save(changes: readonly BrokerSessionChange[], received: readonly ReceivedOnce[]): void {
    for (const { clientId, session, renewed, released } of changes) {
      if (renewed) this.#forget.run(clientId);
      for (const packetId of released) this.#release.run(clientId, packetId);
      if (session === null) this.#remove.run(clientId);
      else {
        const { user, expirySeconds, awaySinceMs, subscriptions } = session;
        this.#save.run(clientId, user, expirySeconds, awaySinceMs, JSON.stringify(subscriptions));
      }
    }
    for (const { clientId, packetId } of received) this.#receive.run(clientId, packetId);
  }

  *read(): Generator<RestoredSession> {
    for (const row of this.#read.iterate()) {
      yield {
        clientId: String(row.client_id),
        user: row.user === null ? null : String(row.user),
        expirySeconds: Number(row.expiry_seconds),
        awaySinceMs: row.away_since === null ? null : Number(row.away_since),
        subscriptions: JSON.parse(String(row.subscriptions_json)), // written by save
        received: JSON.parse(String(row.received)),
      };
    }
  }
}
