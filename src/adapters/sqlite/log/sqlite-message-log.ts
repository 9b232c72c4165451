import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Publisher } from "../../../contract/identity.ts";
import { ConcheError } from "../../../errors/conche-error.ts";
import type { RestoredSession } from "../../../log/broker-session.ts";
import type { SessionNotes } from "../../../log/delivery-session.ts";
import type { LogGrowth } from "../../../log/log-growth.ts";
import type { LogPosition } from "../../../log/log-position.ts";
import type {
  BrokerRetained,
  CommitGroup,
  IngestTotals,
  RetainedMessage,
  SequencedPayload,
} from "../../../log/message-log.ts";
import type { QuarantineLimit, QuarantineRoom } from "../../../log/quarantine-room.ts";
import type { ReplayLog, ReplayMark, WhoAndWhy } from "../../../log/replay-log.ts";
import type { SequenceState } from "../../../log/sequence-state.ts";
import { Checkpoints } from "../database/checkpoints.ts";
import type { CommitMark } from "../database/commit-mark.ts";
import { fileSize } from "../database/data-folder.ts";
import type { DatabaseFiles } from "../database/database-files.ts";
import type { FileWatch } from "../database/file-watch.ts";
import type { FolderLock } from "../database/folder-lock.ts";
import { toConcheError } from "../database/sqlite-error.ts";
import { BlockIndex } from "./block-index.ts";
import { BrokerRetainedTable } from "./broker-retained-table.ts";
import { BrokerSessionTable } from "./broker-session-table.ts";
import { LogEnds } from "./log-ends.ts";
import { readLogId } from "./log-info.ts";
import { MessageTable } from "./message-table.ts";
import { NumberedMessages } from "./numbered-messages.ts";
import { QuarantineTable } from "./quarantine-table.ts";
import { readGrowth } from "./read-growth.ts";
import { RetainedTable } from "./retained-table.ts";
import { SequenceTable } from "./sequence-table.ts";
import { SessionTable } from "./session-table.ts";
import { rowChecksum } from "./stored-rows.ts";
import { type LogTotals, readTotals, TotalsRow } from "./totals-row.ts";

/** What {@link openMessageLog} hands over: an open, checked, locked database. */
export interface OpenedLog {
  readonly db: DatabaseSync;
  readonly files: DatabaseFiles;
  readonly lock: FolderLock;
  readonly mark: CommitMark;
  readonly watch: FileWatch;
  readonly checkpointBytes: number;
  readonly quarantine: QuarantineLimit;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * The log in SQLite. A commit is one transaction, synchronous inside: the fsync is what takes the time, and the
 * messages of the next group arrive meanwhile in the kernel's buffers.
 */
export class SqliteMessageLog implements ReplayLog {
  /** What is kept about sessions at other brokers. */
  readonly sessions: SessionNotes;
  readonly #db: DatabaseSync;
  readonly #opened: OpenedLog;
  readonly #messages: MessageTable;
  readonly #quarantine: QuarantineTable;
  readonly #sequences: SequenceTable;
  readonly #retained: RetainedTable;
  readonly #brokerRetained: BrokerRetainedTable;
  readonly #brokerSessions: BrokerSessionTable;
  readonly #totalsRow: TotalsRow;
  readonly #numbered: NumberedMessages;
  readonly #checkpoints: Checkpoints;
  readonly #transaction: Readonly<Record<"begin" | "commit" | "rollback", StatementSync>>;
  #totals: LogTotals;
  #end: LogPosition;
  #index: BlockIndex;
  /** What ended the log's life as a writable one. */
  #failure: ConcheError | undefined;

  constructor(opened: OpenedLog) {
    const { db, files, checkpointBytes } = opened;
    this.#db = db;
    this.sessions = new SessionTable(db);
    this.#opened = opened;
    this.#totals = readTotals(db);
    this.#end = new LogEnds(db).end();
    this.#index = new BlockIndex(db, this.#totals.lastId);
    this.#messages = new MessageTable(db);
    this.#quarantine = new QuarantineTable(db, opened.quarantine);
    this.#sequences = new SequenceTable(db);
    this.#retained = new RetainedTable(db);
    this.#brokerRetained = new BrokerRetainedTable(db);
    this.#brokerSessions = new BrokerSessionTable(db);
    this.#totalsRow = new TotalsRow(db);
    this.#numbered = new NumberedMessages(db);
    this.#transaction = {
      // IMMEDIATE: a lock that somebody else holds shows here, before any work is done.
      begin: db.prepare("BEGIN IMMEDIATE"),
      commit: db.prepare("COMMIT"),
      rollback: db.prepare("ROLLBACK"),
    };
    this.#checkpoints = new Checkpoints(db, files.database, checkpointBytes, (error) => {
      this.#failure ??= error;
    });
  }

  async commit(group: CommitGroup): Promise<LogPosition> {
    return this.#commit(group, []);
  }

  async commitReplay(group: CommitGroup, marks: readonly ReplayMark[]): Promise<LogPosition> {
    return this.#commit(group, marks);
  }

  async dismiss(quarantineIds: readonly number[], decision: WhoAndWhy): Promise<number> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      this.#opened.watch.check();
      this.#transaction.begin.run();
      const dismissed = this.#quarantine.dismiss(quarantineIds, decision, this.#opened.now());
      this.#transaction.commit.run();
      return dismissed;
    } catch (error) {
      throw this.#afterFailure(error);
    }
  }

  async loadSequences(publishers: readonly Publisher[]): Promise<SequenceState[]> {
    return this.#read("reading sequences", () => this.#sequences.load(publishers));
  }

  async latestSequences(limit: number): Promise<SequenceState[]> {
    return this.#read("reading the latest sequences", () => this.#sequences.latest(limit));
  }

  async loadSequenced(publisher: Publisher, seqs: readonly number[]): Promise<SequencedPayload[]> {
    return [
      ...(await this.loadStored(publisher, seqs)),
      ...this.#read("looking quarantine up by number", () => this.#quarantine.numbered(publisher, seqs)),
    ];
  }

  async loadStored(publisher: Publisher, seqs: readonly number[]): Promise<SequencedPayload[]> {
    return this.#read("looking messages up by number", () =>
      this.#numbered.find(publisher, seqs, this.#index.open.block),
    );
  }

  async gapsBeyond(allowance: number): Promise<number> {
    return this.#read("counting gaps", () => this.#sequences.gapsBeyond(allowance));
  }

  /** Where the log ends: the newest message that is on disk. */
  end(): LogPosition {
    return this.#end;
  }

  async totals(): Promise<IngestTotals> {
    const { received, stored, duplicates, quarantined } = this.#totals;
    return { received, stored, duplicates, quarantined };
  }

  *retained(): Generator<RetainedMessage> {
    try {
      yield* this.#retained.read();
    } catch (error) {
      throw toConcheError(error, "reading retained messages", this.#opened.files.database);
    }
  }

  async isRetained(messages: readonly RetainedMessage[]): Promise<boolean[]> {
    return this.#read("comparing with retained messages", () =>
      messages.map((message) => this.#retained.has(message)),
    );
  }

  /** What the embedded broker has retained, oldest first, read as it is asked for. */
  *brokerRetained(): Generator<BrokerRetained> {
    try {
      yield* this.#brokerRetained.read(this.#opened.now());
    } catch (error) {
      throw toConcheError(error, "reading the broker's retained messages", this.#opened.files.database);
    }
  }

  /** The embedded broker's sessions of its last run. */
  brokerSessions(): RestoredSession[] {
    return this.#read("reading the broker's sessions", () => [...this.#brokerSessions.read()]);
  }

  /** What distinguishes this log from every other. */
  get id(): string {
    return readLogId(this.#db);
  }

  quarantineRoom(): QuarantineRoom {
    return this.#read("reading the size of quarantine", () => this.#quarantine.room());
  }

  /** Size on disk with the write-ahead log, bytes. */
  sizeBytes(): number {
    return (fileSize(this.#opened.files.database) ?? 0) + this.walBytes();
  }

  /** Size of the write-ahead log, bytes: it grows on for as long as a reader holds on to an old state. */
  walBytes(): number {
    return fileSize(this.#opened.files.wal) ?? 0;
  }

  /** How fast it grows; undefined while it is too young to tell. */
  growth(): LogGrowth | undefined {
    return this.#read("reading the log's growth", () => readGrowth(this.#db, this.sizeBytes()));
  }

  /** Ends writing: moves everything into the database file and gives the folder free. */
  async close(): Promise<void> {
    if (!this.#db.isOpen) return;
    this.#checkpoints.cancel();
    // Closing the last connection moves the write-ahead log into the database and removes it.
    this.#db.close();
    this.#opened.mark.close();
    this.#opened.lock.release();
  }

  #commit(group: CommitGroup, marks: readonly ReplayMark[]): LogPosition {
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#db.isOpen) throw new ConcheError("CONCHE_INTERNAL", { message: "a commit on a closed log" });
    const { now, watch, mark } = this.#opened;
    requireConservation(this.#totals, group, marks);
    let committed: LogTotals;
    try {
      watch.check();
      this.#checkpoints.runScheduled();
      committed = this.#write(group, marks, now());
    } catch (error) {
      throw this.#afterFailure(error);
    }
    this.#totals = committed;
    const last = group.messages.at(-1);
    if (last !== undefined) {
      const checksum = rowChecksum(last.ts + last.topic.topic + last.payload, 0);
      this.#end = { ...this.#end, id: committed.lastId, checksum };
    }
    mark.write(committed.commits);
    this.#checkpoints.committed();
    return this.#end;
  }

  #write(group: CommitGroup, marks: readonly ReplayMark[], nowMs: number): LogTotals {
    const { messages } = group;
    const before = this.#totals;
    const firstId = before.lastId + 1;
    this.#transaction.begin.run();
    this.#messages.append(messages, firstId, this.#index);
    this.#retained.save(messages, firstId);
    this.#brokerRetained.save(group.brokerRetained ?? []);
    this.#brokerSessions.save(group.brokerSessions ?? [], group.brokerReceived ?? []);
    this.#quarantine.append(group.quarantined);
    this.#quarantine.mark(marks, firstId, nowMs);
    this.#sequences.save(group.sequences);
    const totals: LogTotals = {
      ...group.totals,
      lastId: before.lastId + messages.length,
      tailCrc: this.#index.open.crc,
      commits: before.commits + 1,
      committedAt: nowMs,
    };
    this.#totalsRow.save(totals);
    this.#transaction.commit.run();
    return totals;
  }

  /** Puts connection and memory back to the last commit, and says what is to be thrown. */
  #afterFailure(error: unknown): ConcheError {
    const known = toConcheError(error, "committing", this.#opened.files.database);
    try {
      if (this.#db.isTransaction) this.#transaction.rollback.run();
      this.#index = new BlockIndex(this.#db, this.#totals.lastId);
    } catch (second) {
      // The state on disk can't be told any more, so nothing must be built on it.
      this.#failure = toConcheError(second, "undoing a failed commit", this.#opened.files.database);
      return known.retryable ? this.#failure : known;
    }
    // After an error of the disk the same call might succeed without the bytes being there: never again.
    if (known.code === "CONCHE_LOG_IO" || known.code === "CONCHE_LOG_CORRUPT") this.#failure = known;
    return known;
  }

  #read<Result>(doing: string, read: () => Result): Result {
    try {
      return read();
    } catch (error) {
      throw toConcheError(error, doing, this.#opened.files.database);
    }
  }
}

/** Counters that don't add up must not become durable: they are what `verify` is held against. */
function requireConservation(before: IngestTotals, group: CommitGroup, marks: readonly ReplayMark[]): void {
  const { received, stored, duplicates, quarantined } = group.totals;
  const fits =
    received === stored + duplicates + quarantined &&
    stored === before.stored + group.messages.length &&
    quarantined === before.quarantined + group.quarantined.length - marks.length &&
    duplicates >= before.duplicates;
  if (fits) return;
  throw new ConcheError("CONCHE_INTERNAL", {
    message: `the counters of a commit don't add up: ${JSON.stringify(before)} to ${JSON.stringify(group.totals)} with ${group.messages.length} messages and ${group.quarantined.length} quarantined`,
  });
}
