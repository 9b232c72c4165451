import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Quantity } from "../../../edge/outbox.ts";
import { LIMIT_PARAMETER } from "../database/connection.ts";
import type { OutboxRow } from "./outbox-row.ts";

/** Rows deleted in one transaction: a receipt may cover a million, and others wait behind it. */
const DELETED_AT_ONCE = 4_096;

/** The first rows of a range: how many, and up to which number. */
interface Portion extends Quantity {
  readonly last: number;
}

/** One of the two tables that hold messages. */
export class OutboxTable {
  readonly #insert: StatementSync;
  readonly #find: StatementSync;
  readonly #portion: StatementSync;
  readonly #delete: StatementSync;
  readonly #oldest: StatementSync;
  readonly #holdings: StatementSync;
  readonly #oldestAt: StatementSync;

  constructor(db: DatabaseSync, name: "durable" | "telemetry") {
    this.#insert = db.prepare(`
      INSERT INTO ${name} (publisher, seq, batch, type, bytes, payload, raw, at, crc)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO NOTHING`);
    this.#find = db.prepare(`SELECT type, payload FROM ${name} WHERE publisher = ? AND seq = ?`);
    this.#portion = db.prepare(`
      SELECT count(*) AS messages, total(bytes) AS bytes, max(seq) AS last FROM
        (SELECT seq, bytes FROM ${name} WHERE publisher = ? AND seq BETWEEN ? AND ? ORDER BY seq
          LIMIT ${LIMIT_PARAMETER})`);
    this.#delete = db.prepare(`DELETE FROM ${name} WHERE publisher = ? AND seq BETWEEN ? AND ?`);
    this.#oldest = db.prepare(`SELECT batch FROM ${name} WHERE publisher = ? ORDER BY seq LIMIT 1`);
    this.#oldestAt = db.prepare(`
      SELECT min((SELECT at FROM ${name} WHERE publisher = id ORDER BY seq LIMIT 1)) AS at FROM publishers`);
    this.#holdings = db.prepare(`
      SELECT publisher, count(*) AS messages, total(bytes) AS bytes, max(seq) AS highest
      FROM ${name} GROUP BY publisher`);
  }

  /** False when the number is taken. */
  insert({ publisher, seq, batch, type, bytes, payload, raw, at, crc }: OutboxRow): boolean {
    const { changes } = this.#insert.run(publisher, seq, batch, type, bytes, payload, raw, at, crc);
    return Number(changes) > 0;
  }

  /**
   * Whether the same payload is held under the number; undefined when nothing is. What travels beside the payload may
   * differ: a message that its machine sends again says so there.
   */
  holdsSame({ publisher, seq, type, payload }: OutboxRow): boolean | undefined {
    const held = this.#find.get(publisher, seq);
    if (held === undefined) return undefined;
    return held.type === type && sameBytes(held.payload, payload);
  }

  /** When the message with each publisher's lowest number was handed over, the earliest of them. */
  oldestAt(): number | undefined {
    const at = this.#oldestAt.get()?.at;
    return typeof at === "number" ? at : undefined;
  }

  /** Deletes the lowest numbers of a range, at most `limit`; tells what that was. */
  deletePortion(publisher: number, from: number, to: number, limit = DELETED_AT_ONCE): Portion | undefined {
    const found = this.#portion.get(publisher, from, to, limit);
    const messages = Number(found?.messages);
    if (messages === 0) return undefined;
    const last = Number(found?.last);
    this.#delete.run(publisher, from, last);
    return { messages, bytes: Number(found?.bytes), last };
  }

  /** The append that brought a publisher's lowest number. */
  oldestBatch(publisher: number): number | undefined {
    const batch = this.#oldest.get(publisher)?.batch;
    return batch === undefined ? undefined : Number(batch);
  }

  /** What is held of each publisher. */
  holdings(): Map<number, Quantity & { readonly highest: number }> {
    const rows = this.#holdings.all();
    return new Map(
      rows.map(({ publisher, messages, bytes, highest }) => [
        Number(publisher),
        { messages: Number(messages), bytes: Number(bytes), highest: Number(highest) },
      ]),
    );
  }
}

function sameBytes(held: unknown, given: string | Uint8Array): boolean {
  if (typeof held === "string" || typeof given === "string") return held === given;
  return held instanceof Uint8Array && Buffer.compare(held, given) === 0;
}
