import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Publisher } from "../../../contract/identity.ts";
import type {
  AppendNotes,
  AppendOutcome,
  Holding,
  MutableQuantity,
  OutboxMemory,
  PublisherHolding,
  Quantity,
  ReadOutcome,
} from "../../../edge/outbox.ts";
import type { ConcheError } from "../../../errors/conche-error.ts";
import type { SeqRange } from "../../../sequence/seq-range.ts";
import { Checkpoints } from "../database/checkpoints.ts";
import type { CommitMark } from "../database/commit-mark.ts";
import { LIMIT_PARAMETER, pragma } from "../database/connection.ts";
import type { DatabaseFiles } from "../database/database-files.ts";
import type { FileWatch } from "../database/file-watch.ts";
import type { FolderLock } from "../database/folder-lock.ts";
import { OutboxBooks } from "./outbox-books.ts";
import type { NewEntry, OutboxEntry } from "./outbox-entry.ts";
import { outboxCorrupt, toOutboxError } from "./outbox-error.ts";
import { OutboxNotes } from "./outbox-notes.ts";
import { OutboxPublishers } from "./outbox-publishers.ts";
import { OutboxRing } from "./outbox-ring.ts";
import { rowOf, storedEntry } from "./outbox-row.ts";
import type { OutboxState } from "./outbox-schema.ts";
import { OutboxTable } from "./outbox-table.ts";

/** What `openOutboxDatabase` hands over: an open, checked, locked database. */
export interface OpenedOutbox {
  readonly db: DatabaseSync;
  readonly files: DatabaseFiles;
  readonly lock: FolderLock;
  readonly mark: CommitMark;
  readonly watch: FileWatch;
  readonly state: OutboxState;
  /** Most bytes of telemetry kept. */
  readonly telemetryBytes: number;
}

/** What a read found, as `ReadOutcome`. */
export interface ReadEntries extends Pick<ReadOutcome, "through"> {
  readonly entries: readonly OutboxEntry[];
}

/** What an append has written, to be counted once it is committed. */
interface Appended extends Pick<AppendOutcome, "known" | "conflicts"> {
  readonly batch: number;
  readonly commits: number;
  /** Bytes of telemetry by publisher. */
  readonly added: ReadonlyMap<number, number>;
  readonly gone: ReadonlyMap<number, Quantity>;
}

const SYNCHRONOUS = { normal: 1, full: 2 } as const;
/** Bytes by which the write-ahead log grows from one checkpoint to the next. */
const CHECKPOINT_BYTES = 8 * 1024 * 1024;
/** Payload bytes of one read: what its reader holds in memory. */
const READ_BYTES = 1024 * 1024;

/**
 * The outbox in SQLite, synchronous inside: it lives in a worker (outbox-worker.ts), so that an fsync stops nobody.
 * A commit with messages that must not be lost is synced, and everything written before it with it; one with
 * telemetry alone is left to the operating system, which outlives the process but not the loss of power.
 */
export class OutboxDatabase {
  readonly #opened: OpenedOutbox;
  readonly #tables: Readonly<Record<keyof Holding, OutboxTable>>;
  readonly #ring: OutboxRing;
  readonly #checkpoints: Checkpoints;
  readonly #statements: Readonly<Record<"begin" | "commit" | "rollback" | "read", StatementSync>>;
  readonly #publishers: OutboxPublishers;
  readonly #notes: OutboxNotes;
  readonly #books: OutboxBooks;
  /** Deletions that an error has cut short. */
  readonly #untold = new Map<number, Record<keyof Holding, MutableQuantity>>();
  #batch: number;
  #commits: number;
  #synchronous: number = SYNCHRONOUS.full;
  #failure: ConcheError | undefined;

  constructor(opened: OpenedOutbox) {
    const { db, files, state, telemetryBytes } = opened;
    this.#opened = opened;
    this.#batch = state.batch;
    this.#commits = state.commits;
    this.#tables = { durable: new OutboxTable(db, "durable"), telemetry: new OutboxTable(db, "telemetry") };
    this.#publishers = new OutboxPublishers(db);
    this.#notes = new OutboxNotes(db);
    this.#books = new OutboxBooks(db);
    this.#ring = new OutboxRing(this.#tables.telemetry, telemetryBytes);
    this.#statements = {
      begin: db.prepare("BEGIN IMMEDIATE"),
      commit: db.prepare("COMMIT"),
      rollback: db.prepare("ROLLBACK"),
      // Two ranges that are in order already: merged, not sorted.
      read: db.prepare(`
        SELECT seq, 1 AS durable, type, bytes, payload, raw FROM durable
          WHERE publisher = ? AND seq BETWEEN ? AND ?
        UNION ALL
        SELECT seq, 0 AS durable, type, bytes, payload, raw FROM telemetry
          WHERE publisher = ? AND seq BETWEEN ? AND ?
        ORDER BY seq LIMIT ${LIMIT_PARAMETER}`),
    };
    this.#checkpoints = new Checkpoints(db, files.database, CHECKPOINT_BYTES, (error) => {
      this.#failure ??= toOutboxError(error, "moving the write-ahead log into the outbox", files);
    });
  }

  /** What is held, older boots first. */
  holdings(): PublisherHolding[] {
    const durable = this.#tables.durable.holdings();
    const telemetry = this.#tables.telemetry.holdings();
    const none = { messages: 0, bytes: 0, highest: 0 };
    return this.#publishers.all().flatMap(([id, publisher]) => {
      const kept = durable.get(id) ?? none;
      const ring = telemetry.get(id) ?? none;
      const highest = Math.max(kept.highest, ring.highest);
      if (highest === 0) return [];
      return [{ publisher, highest, durable: quantityOf(kept), telemetry: quantityOf(ring) }];
    });
  }

  /** What is remembered beside them. */
  memory(): OutboxMemory {
    return { id: this.#opened.state.id, ...this.#notes.all() };
  }

  append(entries: readonly NewEntry[], notes: AppendNotes = {}): AppendOutcome {
    const { watch, mark } = this.#opened;
    const synced = entries.some((entry) => entry.durable);
    return this.#write("handing over", synced, () => {
      watch.check();
      this.#checkpoints.runScheduled();
      const appended = this.#transaction(() => this.#insertAll(entries, synced, notes));
      this.#batch = appended.batch;
      this.#commits = appended.commits;
      for (const [publisher, bytes] of appended.added) this.#ring.add(publisher, bytes);
      for (const [publisher, { bytes }] of appended.gone) this.#ring.add(publisher, -bytes);
      if (synced) mark.write(this.#commits);
      const dropped = Array.from(appended.gone, ([id, quantity]) => ({
        publisher: this.#publishers.byId(id),
        ...quantity,
      }));
      return { dropped, known: appended.known, conflicts: appended.conflicts };
    });
  }

  read(publisher: Publisher, from: number, to: number, limit: number): ReadEntries {
    const entries: OutboxEntry[] = [];
    const id = this.#publishers.find(publisher);
    if (id === undefined) return { entries, through: to };
    let bytes = 0;
    try {
      for (const row of this.#statements.read.iterate(id, from, to, id, from, to, limit)) {
        entries.push(storedEntry(row));
        bytes += Number(row.bytes);
        if (bytes >= READ_BYTES) break;
      }
    } catch (error) {
      throw toOutboxError(error, "reading the outbox", this.#opened.files);
    }
    const complete = entries.length < limit && bytes < READ_BYTES;
    return { entries, through: complete ? to : (entries.at(-1)?.seq ?? to) };
  }

  delete(publisher: Publisher, ranges: readonly SeqRange[]): Holding {
    const id = this.#publishers.find(publisher);
    if (id === undefined) return nothing();
    // What went before an error is told by the call that succeeds.
    const gone = this.#untold.get(id) ?? nothing();
    this.#untold.set(id, gone);
    // What a crash brings back is sent again and covered again, so nothing needs to be synced.
    return this.#write("forgetting", false, () => {
      for (const [from, to] of ranges) {
        this.#deleteRange("durable", id, from, to, gone.durable);
        this.#deleteRange("telemetry", id, from, to, gone.telemetry);
      }
      this.#untold.delete(id);
      return gone;
    });
  }

  /** When the oldest message that is held was handed over, milliseconds since 1970. */
  oldest(): number | undefined {
    const { durable, telemetry } = this.#tables;
    const times = [durable.oldestAt(), telemetry.oldestAt()].filter((at) => at !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  close(): void {
    const { db, mark, lock } = this.#opened;
    if (!db.isOpen) return;
    this.#checkpoints.cancel();
    // Closing the last connection moves the write-ahead log into the database and removes it.
    db.close();
    mark.close();
    lock.release();
  }

  #insertAll(entries: readonly NewEntry[], synced: boolean, notes: AppendNotes): Appended {
    const known: number[] = [];
    const conflicts: number[] = [];
    const added = new Map<number, number>();
    const taken: [publisher: number, entry: NewEntry][] = [];
    const at = Date.now();
    const batch = this.#batch + 1;
    const commits = this.#commits + (synced ? 1 : 0);
    for (const [index, entry] of entries.entries()) {
      const table = this.#tables[entry.durable ? "durable" : "telemetry"];
      const row = rowOf(entry, this.#publishers.ensure(entry.publisher), batch, at);
      if (table.insert(row)) {
        taken.push([row.publisher, entry]);
        if (!entry.durable) added.set(row.publisher, (added.get(row.publisher) ?? 0) + row.bytes);
      } else if (table.holdsSame(row)) known.push(index);
      else conflicts.push(index);
    }
    this.#notes.write(notes);
    this.#books.taken({ batch, commits }, taken);
    const gone = this.#ring.makeRoom(added);
    for (const [publisher, { messages: dropped }] of gone) this.#books.dropped(publisher, dropped);
    return { batch, commits, known, conflicts, added, gone };
  }

  #deleteRange(name: keyof Holding, id: number, from: number, to: number, gone: MutableQuantity): void {
    for (let next = from; next <= to; ) {
      const portion = this.#transaction(() => {
        const deleted = this.#tables[name].deletePortion(id, next, to);
        if (deleted !== undefined) this.#books.receipted(name, id, deleted.messages);
        return deleted;
      });
      if (portion === undefined) return;
      if (name === "telemetry") this.#ring.add(id, -portion.bytes);
      gone.messages += portion.messages;
      gone.bytes += portion.bytes;
      next = portion.last + 1;
    }
  }

  #write<Result>(doing: string, synced: boolean, write: () => Result): Result {
    const { files } = this.#opened;
    if (this.#failure !== undefined) throw this.#failure;
    try {
      this.#setSynchronous(synced ? SYNCHRONOUS.full : SYNCHRONOUS.normal);
      const result = write();
      this.#checkpoints.committed();
      return result;
    } catch (error) {
      const known = toOutboxError(error, doing, files);
      // After an error of the disk the same call might succeed without the bytes being there: never again.
      if (!known.retryable) this.#failure = known;
      throw known;
    }
  }

  #transaction<Result>(work: () => Result): Result {
    this.#statements.begin.run();
    try {
      const result = work();
      this.#statements.commit.run();
      return result;
    } catch (error) {
      this.#publishers.forget();
      if (this.#opened.db.isTransaction) this.#statements.rollback.run();
      throw error;
    }
  }

  /** Settings are requests: what the connection really does is read back. */
  #setSynchronous(wanted: number): void {
    const { db, files } = this.#opened;
    if (this.#synchronous === wanted) return;
    db.exec(`PRAGMA synchronous = ${wanted}`);
    this.#synchronous = Number(pragma(db, "synchronous"));
    if (this.#synchronous !== wanted) throw outboxCorrupt(`synchronous can't be set to ${wanted}`, files);
  }
}

function nothing(): Record<keyof Holding, MutableQuantity> {
  return { durable: { messages: 0, bytes: 0 }, telemetry: { messages: 0, bytes: 0 } };
}

function quantityOf({ messages, bytes }: Quantity): Quantity {
  return { messages, bytes };
}
