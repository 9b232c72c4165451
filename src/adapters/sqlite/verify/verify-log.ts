import type { DatabaseSync } from "node:sqlite";
import type { PublisherCompleteness, VerifyProgress, VerifyReport } from "../../../log/verify-report.ts";
import { type KnownCommits, readMark } from "../database/commit-mark.ts";
import { logFiles } from "../database/database-files.ts";
import { toConcheError } from "../database/sqlite-error.ts";
import { openForReading } from "../log/open-for-reading.ts";
import { readStateCounts } from "../log/quarantine-space.ts";
import { commitsMissing } from "../log/startup-check.ts";
import { type LogTotals, readTotals } from "../log/totals-row.ts";
import { Findings } from "./verify-findings.ts";
import { checkPublishers } from "./verify-publishers.ts";
import { checkRows, type FoundRows } from "./verify-rows.ts";

/** Whom to tell how far verifying a log has come. */
export interface VerifyOptions {
  readonly onProgress?: ((progress: VerifyProgress) => void) | undefined;
}

/**
 * Recomputes everything that the log says of itself from its rows: the structure of the file, the checksums of its
 * contents, the index, the counters, and every publisher's sequence. Reads one state of the log from beginning to
 * end; a writer goes on meanwhile (its write-ahead log grows until the end).
 * @throws ConcheError as {@link openForReading}; damage that is found later is a finding
 */
export function verifyLog(folder: string, options: VerifyOptions = {}): VerifyReport {
  const report = options.onProgress ?? (() => {});
  // Before the state that is read, so that the mark can only be older than it.
  const mark = readMark(logFiles(folder).mark);
  const { db, files } = openForReading(folder);
  const findings = new Findings();
  let totals: LogTotals | undefined;
  let found: FoundRows | undefined;
  let publishers: PublisherCompleteness[] = [];
  try {
    db.exec("BEGIN");
    totals = readTotals(db);
    checkStructure(db, findings, report);
    const expected = Math.max(1, totals.stored);
    found = checkRows(db, totals, findings, (rows) => {
      report({ phase: "rows", done: Math.min(rows, expected), total: expected });
    });
    publishers = checkPublishers(db, found, findings);
    checkTotals(db, totals, found, publishers, mark, findings);
    checkRetained(db, found, findings);
    report({ phase: "publishers", done: publishers.length, total: publishers.length });
  } catch (error) {
    const known = toConcheError(error, "verifying the log", files.database);
    if (known.code !== "CONCHE_LOG_CORRUPT") throw known;
    findings.add("structure", `reading ended early: ${known.message}`);
  } finally {
    db.close();
  }
  const { received = 0, stored = 0, duplicates = 0, quarantined = 0 } = totals ?? {};
  return {
    ok: findings.list.length === 0,
    rows: found?.rows ?? 0,
    totals: { received, stored, duplicates, quarantined },
    findings: findings.list,
    unlisted: findings.unlisted,
    publishers,
  };
}

function checkStructure(
  db: DatabaseSync,
  findings: Findings,
  report: (progress: VerifyProgress) => void,
): void {
  report({ phase: "structure", done: 0, total: 1 });
  for (const row of db.prepare("PRAGMA integrity_check(100)").all()) {
    if (row.integrity_check !== "ok") findings.add("structure", String(row.integrity_check));
  }
  report({ phase: "structure", done: 1, total: 1 });
}

function checkTotals(
  db: DatabaseSync,
  totals: LogTotals,
  found: FoundRows,
  publishers: readonly PublisherCompleteness[],
  mark: KnownCommits | undefined,
  findings: Findings,
): void {
  const { received, stored, duplicates, quarantined, lastId } = totals;
  if (received !== stored + duplicates + quarantined) {
    const sum = `${stored} stored + ${duplicates} duplicates + ${quarantined} quarantined`;
    findings.add("conservation", `${received} received is not ${sum}`);
  }
  if (stored !== found.rows) findings.add("totals", `${stored} stored by the counters, ${found.rows} rows`);
  const open = count(db, "SELECT count(*) AS count FROM quarantine WHERE replayed_at IS NULL");
  const dropped = count(db, "SELECT ifnull(sum(messages), 0) AS count FROM quarantine_dropped");
  if (quarantined !== open + dropped)
    findings.add("totals", `${quarantined} quarantined by the counters, ${open} rows and ${dropped} dropped`);
  const last = count(db, "SELECT ifnull(max(id), 0) AS count FROM mqtt_messages");
  if (lastId !== last)
    findings.add("totals", `the newest row is ${last}, the last commit ended with ${lastId}`);
  const sequenced = publishers.reduce((sum, publisher) => sum + publisher.duplicates, 0);
  if (sequenced > duplicates) {
    findings.add(
      "totals",
      `${duplicates} duplicates by the counters, ${sequenced} by the publishers' sequences`,
    );
  }
  const behind = commitsMissing(db, mark, totals);
  if (behind !== undefined) findings.add("behind", behind);
  checkStates(db, findings);
  const lost = count(
    db,
    `SELECT count(*) AS count FROM quarantine q WHERE replayed_id IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM mqtt_messages m WHERE m.id = q.replayed_id AND (m.topic = q.topic
         OR EXISTS (SELECT 1 FROM quarantine_decisions d WHERE d.quarantine_id = q.id AND d.kind = 'corrected')))`,
  );
  if (lost > 0)
    findings.add("replay", `${lost} quarantined messages are marked as replayed and are not in the log`);
}

/** The numbers of messages by state, kept with every commit, against the rows. */
function checkStates(db: DatabaseSync, findings: Findings): void {
  const row = db
    .prepare(`
    SELECT count(*) FILTER (WHERE replayed_at IS NULL AND kind IS NULL AND reason <> 'cleared') AS open,
      count(*) FILTER (WHERE replayed_at IS NOT NULL AND kind IS NOT 'corrected') AS replayed,
      count(*) FILTER (WHERE kind = 'corrected') AS corrected,
      count(*) FILTER (WHERE replayed_at IS NULL AND kind = 'dismissed') AS dismissed
    FROM quarantine LEFT JOIN quarantine_decisions ON quarantine_id = id`)
    .get();
  for (const [state, kept] of Object.entries(readStateCounts(db))) {
    const rows = Number(row?.[state] ?? 0);
    if (kept !== rows)
      findings.add("totals", `${kept} quarantined messages ${state} by the counters, ${rows} rows`);
  }
}

function checkRetained(db: DatabaseSync, found: FoundRows, findings: Findings): void {
  const unseen = new Map(found.retained);
  const rows = db.prepare("SELECT topic, message_id FROM retained_messages").iterate();
  for (const { topic, message_id: id } of rows as Iterable<{ topic: string; message_id: number }>) {
    const newest = unseen.get(topic);
    unseen.delete(topic);
    if (newest?.id !== id) {
      findings.add("retained", `${topic}: message ${id} is recorded, ${newest?.id ?? "none"} is the newest`);
    }
  }
  for (const [topic, { id }] of unseen) {
    findings.add("retained", `${topic}: message ${id} is the newest, none is recorded`);
  }
}

function count(db: DatabaseSync, sql: string): number {
  return Number(db.prepare(sql).get()?.count);
}
