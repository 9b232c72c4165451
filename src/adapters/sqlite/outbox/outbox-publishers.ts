import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Publisher } from "../../../contract/identity.ts";
import type { MachineKey } from "../../../contract/topic.ts";

/** The publishers of an outbox by the short numbers that its rows carry. */
export class OutboxPublishers {
  readonly #insert: StatementSync;
  readonly #find: StatementSync;
  readonly #all: StatementSync;
  readonly #ids = new Map<string, number>();
  readonly #publishers = new Map<number, Publisher>();

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare("INSERT INTO publishers (machine, boot) VALUES (?, ?)");
    this.#find = db.prepare("SELECT id FROM publishers WHERE machine = ? AND boot = ?");
    this.#all = db.prepare("SELECT id, machine, boot FROM publishers ORDER BY boot, machine");
    // Those of whom nothing is left: their numbers never come again.
    db.exec(`
      DELETE FROM publishers WHERE NOT EXISTS (SELECT 1 FROM durable WHERE publisher = id)
        AND NOT EXISTS (SELECT 1 FROM telemetry WHERE publisher = id)`);
  }

  /** Everybody, older boots first. */
  all(): [id: number, publisher: Publisher][] {
    return this.#all
      .all()
      .map(({ id, machine, boot }) => [
        this.#remember(Number(id), { machine: String(machine) as MachineKey, boot: String(boot) }),
        { machine: String(machine) as MachineKey, boot: String(boot) },
      ]);
  }

  byId(id: number): Publisher {
    const known = this.#publishers.get(id);
    if (known !== undefined) return known;
    throw new RangeError(`no publisher ${id} in the outbox`);
  }

  find(publisher: Publisher): number | undefined {
    const known = this.#ids.get(keyOf(publisher));
    if (known !== undefined) return known;
    const id = this.#find.get(publisher.machine, publisher.boot)?.id;
    return id === undefined ? undefined : this.#remember(Number(id), publisher);
  }

  /** Within a transaction; where that is rolled back, {@link forget}. */
  ensure(publisher: Publisher): number {
    const known = this.find(publisher);
    if (known !== undefined) return known;
    const { lastInsertRowid } = this.#insert.run(publisher.machine, publisher.boot);
    return this.#remember(Number(lastInsertRowid), publisher);
  }

  /** Remembers nothing that may not have been committed. */
  forget(): void {
    this.#ids.clear();
  }

  #remember(id: number, publisher: Publisher): number {
    this.#ids.set(keyOf(publisher), id);
    this.#publishers.set(id, publisher);
    return id;
  }
}

function keyOf({ machine, boot }: Publisher): string {
  return `${machine} ${boot}`;
}
