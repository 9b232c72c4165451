import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";
import type { MachineKey } from "../../../contract/topic.ts";
import {
  type AppendNotes,
  type NewestState,
  type OutboxMemory,
  type RawProperties,
  REMEMBERED_TRANSFERS,
  type Transfer,
} from "../../../edge/outbox.ts";

/** Transfers written between two looks at how many there are. */
const PRUNED_EVERY = 4_096;

/** What an outbox remembers beside its messages: written within the commit that brings them. */
export class OutboxNotes {
  readonly #state: StatementSync;
  readonly #transfer: StatementSync;
  readonly #endSender: StatementSync;
  readonly #prune: StatementSync;
  readonly #states: StatementSync;
  readonly #transfers: StatementSync;
  #rank: number;
  #sincePruned = 0;

  constructor(db: DatabaseSync) {
    this.#state = db.prepare(`
      INSERT OR REPLACE INTO newest_states (machine, boot, seq, payload, raw, forwarded_boot, forwarded_seq)
      VALUES (?, ?, ?, ?, ?, ?, ?)`);
    this.#transfer = db.prepare(
      "INSERT OR REPLACE INTO transfers (sender, packet_id, digest, rank) VALUES (?, ?, ?, ?)",
    );
    this.#endSender = db.prepare("DELETE FROM transfers WHERE sender = ?");
    this.#prune = db.prepare("DELETE FROM transfers WHERE rank <= ?");
    this.#states = db.prepare("SELECT * FROM newest_states ORDER BY machine");
    this.#transfers = db.prepare("SELECT sender, packet_id, digest FROM transfers ORDER BY rank");
    this.#rank = Number(db.prepare("SELECT max(rank) AS rank FROM transfers").get()?.rank ?? 0);
  }

  /** Within a transaction. */
  write({ states = [], transfers = [], endedSenders = [] }: AppendNotes): void {
    for (const sender of endedSenders) this.#endSender.run(sender);
    for (const { machine, boot, seq, payload, raw, forwarded } of states) {
      const beside = raw === undefined ? null : JSON.stringify(raw);
      const { boot: forwardedBoot = null, seq: forwardedSeq = null } = forwarded ?? {};
      this.#state.run(machine, boot, seq, payload, beside, forwardedBoot, forwardedSeq);
    }
    for (const { sender, packetId, digest } of transfers) {
      this.#transfer.run(sender, packetId, digest, ++this.#rank);
    }
    this.#sincePruned += transfers.length;
    if (this.#sincePruned < PRUNED_EVERY) return;
    this.#sincePruned = 0;
    this.#prune.run(this.#rank - REMEMBERED_TRANSFERS);
  }

  all(): Omit<OutboxMemory, "id"> {
    return { states: this.#states.all().map(stateOf), transfers: this.#transfers.all().map(transferOf) };
  }
}

function stateOf(row: Record<string, SQLOutputValue>): NewestState {
  const { machine, boot, seq, payload, raw, forwarded_boot, forwarded_seq } = row;
  return {
    machine: String(machine) as MachineKey,
    boot: String(boot),
    seq: Number(seq),
    payload: payload as string | Uint8Array, // text or blob, nothing else is written
    ...(typeof raw === "string" ? { raw: JSON.parse(raw) as RawProperties } : {}),
    ...(typeof forwarded_boot === "string"
      ? { forwarded: { boot: forwarded_boot, seq: Number(forwarded_seq) } }
      : {}),
  };
}

function transferOf({ sender, packet_id, digest }: Record<string, SQLOutputValue>): Transfer {
  return { sender: String(sender), packetId: Number(packet_id), digest: String(digest) };
}
