import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { NewEntry } from "./outbox-entry.ts";
import type { OutboxState } from "./outbox-schema.ts";

/** What an append brings of one publisher. */
interface Taken {
  durable: number;
  telemetry: number;
  highest: number;
  gapless: boolean;
}

/**
 * How many messages an outbox has taken and where they went, by publisher and in all, written in the transactions that
 * take and forget them: `taken = receipted + dropped + waiting`, which `conche verify --outbox` holds against the rows.
 */
export class OutboxBooks {
  readonly #taken: StatementSync;
  readonly #state: StatementSync;
  readonly #receipted: Readonly<Record<"durable" | "telemetry", Entry>>;
  readonly #dropped: Entry;

  constructor(db: DatabaseSync) {
    this.#taken = db.prepare(`
      UPDATE publishers SET durable_taken = durable_taken + ?, telemetry_taken = telemetry_taken + ?,
        highest = max(highest, ?), gapless = iif(highest = 0, ?, min(gapless, ?)) WHERE id = ?`);
    this.#state = db.prepare(`
      UPDATE outbox_state SET batch = ?, commits = ?, durable_taken = durable_taken + ?,
        telemetry_taken = telemetry_taken + ?`);
    this.#receipted = {
      durable: entry(db, "durable_receipted"),
      telemetry: entry(db, "telemetry_receipted"),
    };
    this.#dropped = entry(db, "telemetry_dropped");
  }

  /** An append and the messages that are now held. Within its transaction, as all of this. */
  taken(
    { batch, commits }: Pick<OutboxState, "batch" | "commits">,
    messages: readonly (readonly [
      publisher: number,
      message: Pick<NewEntry, "seq" | "durable" | "forwarded">,
    ])[],
  ): void {
    const byPublisher = new Map<number, Taken>();
    let durable = 0;
    for (const [publisher, message] of messages) {
      let taken = byPublisher.get(publisher);
      if (taken === undefined) {
        taken = { durable: 0, telemetry: 0, highest: 0, gapless: true };
        byPublisher.set(publisher, taken);
      }
      taken[message.durable ? "durable" : "telemetry"]++;
      if (message.durable) durable++;
      if (message.seq > taken.highest) taken.highest = message.seq;
      if (message.forwarded) taken.gapless = false;
    }
    for (const [publisher, { durable, telemetry, highest, gapless }] of byPublisher) {
      const flag = gapless ? 1 : 0;
      this.#taken.run(durable, telemetry, highest, flag, flag, publisher);
    }
    this.#state.run(batch, commits, durable, messages.length - durable);
  }

  /** Forgotten, because the data center has them. */
  receipted(table: "durable" | "telemetry", publisher: number, messages: number): void {
    write(this.#receipted[table], publisher, messages);
  }

  /** Telemetry that made room for newer. */
  dropped(publisher: number, messages: number): void {
    write(this.#dropped, publisher, messages);
  }
}

interface Entry {
  readonly ofPublisher: StatementSync;
  readonly inAll: StatementSync;
}

function entry(db: DatabaseSync, column: string): Entry {
  return {
    ofPublisher: db.prepare(`UPDATE publishers SET ${column} = ${column} + ? WHERE id = ?`),
    inAll: db.prepare(`UPDATE outbox_state SET ${column} = ${column} + ?`),
  };
}

function write({ ofPublisher, inAll }: Entry, publisher: number, messages: number): void {
  ofPublisher.run(messages, publisher);
  inAll.run(messages);
}
