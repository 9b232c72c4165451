import { resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { BOOT_PATTERN, isSeq } from "../../../contract/identity.ts";
import { isUpTopic, type MachineKey, parseUpTopic, UP_ROOT } from "../../../contract/topic.ts";
import type { Holding } from "../../../edge/outbox.ts";
import type {
  OutboxBook,
  OutboxFindingKind,
  OutboxMachine,
  OutboxPublisher,
  OutboxReport,
} from "../../../edge/outbox-report.ts";
import { messageOf } from "../../../errors/conche-error.ts";
import type { SessionLoss } from "../../../log/delivery-session.ts";
import type { VerifyProgress } from "../../../log/verify-report.ts";
import { type KnownCommits, readMark } from "../database/commit-mark.ts";
import { outboxFiles } from "../database/database-files.ts";
import { lockHolder } from "../database/folder-lock.ts";
import { localSessionLosses } from "../outbox/local-session.ts";
import { toOutboxError } from "../outbox/outbox-error.ts";
import { openOutboxForReading } from "../outbox/outbox-open.ts";
import { type OutboxState, readState } from "../outbox/outbox-schema.ts";
import { Findings } from "./verify-findings.ts";
import {
  bookOf,
  holdingOf,
  publisherFaults,
  publisherOf,
  sumOf,
  totalFaults,
} from "./verify-outbox-books.ts";
import { findWaiting, propertyFaults } from "./verify-outbox-rows.ts";

type OutboxFindings = Findings<OutboxFindingKind>;
type Row = Record<string, unknown>;

/** Whom to tell how far verifying an outbox has come. */
export interface VerifyOutboxOptions {
  readonly onProgress?: ((progress: VerifyProgress) => void) | undefined;
}

/**
 * Recomputes from its rows everything that an outbox says of itself: the structure of the file, every message that
 * waits, and for every machine and boot that what was taken is what was receipted, dropped and still waits. Reads one
 * state of it from beginning to end and changes nothing, beside a process that has it open or after one was killed.
 * @throws ConcheError CONCHE_OUTBOX_MISSING, CONCHE_OUTBOX_TOO_OLD, CONCHE_OUTBOX_TOO_NEW, CONCHE_OUTBOX_CORRUPT,
 *   CONCHE_OUTBOX_FOLDER; damage that is found later is a finding
 */
export function verifyOutbox(folder: string, options: VerifyOutboxOptions = {}): OutboxReport {
  const files = outboxFiles(resolve(folder));
  // Before the state that is read, so that the mark can only be older than it.
  const mark = openMark(files.mark);
  const db = openOutboxForReading(files);
  const findings: OutboxFindings = new Findings();
  let state: OutboxState | undefined;
  let found: Found = { totals: NO_BOOK, machines: [] };
  try {
    db.exec("BEGIN");
    state = readState(db);
    checkStructure(db, findings, options);
    found = checkRows(db, state, findings, options);
    checkMark(state, mark, findings);
    checkMemory(db, findings);
  } catch (error) {
    // A number that JavaScript can't hold was never written by us.
    const known = toOutboxError(error, "verifying the outbox", files);
    const isDamage = known.code === "CONCHE_OUTBOX_CORRUPT" || error instanceof RangeError;
    if (!isDamage) throw known;
    findings.add("structure", `reading ended early: ${known.message}`);
  } finally {
    db.close();
  }
  const sessionsLost = lossesIn(files.folder, findings);
  return {
    ok: findings.count === 0,
    id: state?.id ?? "",
    openedBy: lockHolder(files) ?? null,
    totals: found.totals,
    waiting: sumOf(found.machines.map(({ waiting }) => waiting)),
    oldestAt: oldestOf(found.machines),
    machines: found.machines,
    sessionsLost,
    findings: findings.list,
    unlisted: findings.unlisted,
  };
}

function lossesIn(folder: string, findings: OutboxFindings): readonly SessionLoss[] {
  try {
    return localSessionLosses(folder);
  } catch (error) {
    findings.add("memory", messageOf(error));
    return [];
  }
}

interface Found {
  readonly totals: OutboxBook;
  readonly machines: readonly OutboxMachine[];
}

const NO_BOOK: OutboxBook = {
  durable: { taken: 0, receipted: 0 },
  telemetry: { taken: 0, receipted: 0, dropped: 0 },
};
/** Rows between two words on how far it has come. */
const TOLD_EVERY = 2048;

function openMark(path: string): KnownCommits | undefined {
  try {
    return readMark(path);
  } catch {
    return undefined; // what keeps it from being read keeps the database from it too, and is told there
  }
}

function checkStructure(
  db: DatabaseSync,
  findings: OutboxFindings,
  { onProgress }: VerifyOutboxOptions,
): void {
  onProgress?.({ phase: "structure", done: 0, total: 1 });
  for (const row of db.prepare("PRAGMA integrity_check(100)").all()) {
    if (row.integrity_check !== "ok") findings.add("structure", String(row.integrity_check));
  }
  onProgress?.({ phase: "structure", done: 1, total: 1 });
}

/** A damaged write-ahead log loses its newest commits without a word; the mark beside it remembers. */
function checkMark(
  { id, commits }: OutboxState,
  mark: KnownCommits | undefined,
  findings: OutboxFindings,
): void {
  if (mark === undefined) return;
  if (mark.logId !== id) findings.add("behind", "the mark beside the database is another outbox's");
  else if (mark.commits > commits) {
    findings.add("behind", `the database ends with commit ${commits}, but commit ${mark.commits} was made`);
  }
}

function checkRows(
  db: DatabaseSync,
  { batch }: OutboxState,
  findings: OutboxFindings,
  { onProgress }: VerifyOutboxOptions,
): Found {
  const publishers = new Map(
    db
      .prepare("SELECT * FROM publishers ORDER BY boot, machine")
      .all()
      .map((row) => [Number(row.id), row] as const),
  );
  const faulty = new Set<number>();
  const add = (publisher: number, kind: OutboxFindingKind, detail: string) => {
    faulty.add(publisher);
    findings.add(kind, detail);
  };
  const total = Math.max(1, countOf(db, "durable") + countOf(db, "telemetry"));
  let rows = 0;
  const found = findWaiting(
    db,
    batch,
    (id) => {
      const row = publishers.get(id);
      return row && { name: nameOf(row), boot: String(row.boot) };
    },
    (id, detail) => add(id, "row", detail),
    () => {
      if (++rows % TOLD_EVERY === 0) onProgress?.({ phase: "rows", done: Math.min(rows, total), total });
    },
  );
  onProgress?.({ phase: "rows", done: total, total });
  for (const [id, waiting] of found) {
    if (publishers.has(id)) continue;
    const { durable, telemetry } = holdingOf(waiting);
    add(
      id,
      "publisher",
      `${durable.messages + telemetry.messages} messages wait of publisher ${id}, who isn't listed`,
    );
  }
  const boots = new Map<MachineKey, OutboxPublisher[]>();
  for (const [id, row] of publishers) {
    const waiting = found.get(id);
    for (const [kind, detail] of publisherFaults(row, waiting)) add(id, kind, `${nameOf(row)}: ${detail}`);
    const machine = String(row.machine) as MachineKey;
    const known = boots.get(machine) ?? [];
    boots.set(machine, [...known, publisherOf(row, waiting, !faulty.has(id))]);
  }
  const totals = bookOf(db.prepare("SELECT * FROM outbox_state").get() ?? {});
  for (const detail of totalFaults(totals, [...boots.values()].flat(), Array.from(found.values(), holdingOf)))
    findings.add("books", detail);
  const machines = Array.from(boots, ([machine, ofMachine]) => ({
    machine,
    waiting: sumOf(ofMachine.map(({ waiting }) => waiting)),
    oldestAt: oldestOf(ofMachine),
    boots: ofMachine,
  }));
  return { totals, machines: machines.sort((a, b) => (a.machine < b.machine ? -1 : 1)) };
}

function checkMemory(db: DatabaseSync, findings: OutboxFindings): void {
  for (const row of db
    .prepare("SELECT machine, boot, seq, typeof(payload) AS kind, raw FROM newest_states")
    .iterate()) {
    const where = `last state of ${row.machine}`;
    const topic = parseUpTopic(`${UP_ROOT}/${String(row.machine)}/state`);
    if (!isUpTopic(topic)) findings.add("memory", `${where}: no machine has this address: ${topic.detail}`);
    if (!isSeq(row.seq) || !BOOT_PATTERN.test(String(row.boot))) {
      findings.add("memory", `${where}: boot ${row.boot} and number ${row.seq} can't be`);
    }
    if (row.kind !== "text" && row.kind !== "blob")
      findings.add("memory", `${where}: its payload is ${row.kind}`);
    for (const fault of typeof row.raw === "string" ? propertyFaults(row.raw) : []) {
      findings.add("memory", `${where}: ${fault}`);
    }
  }
}

function oldestOf(of: readonly { readonly oldestAt: number | null }[]): number | null {
  const times = of.map(({ oldestAt }) => oldestAt).filter((at) => at !== null);
  return times.length === 0 ? null : times.reduce((oldest, at) => Math.min(oldest, at));
}

function nameOf({ machine, boot }: Row): string {
  return `${machine} ${boot}`;
}

function countOf(db: DatabaseSync, table: keyof Holding): number {
  return Number(db.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.count);
}
