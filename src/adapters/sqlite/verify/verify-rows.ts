import type { DatabaseSync } from "node:sqlite";
import { isUpTopic, parseUpTopic } from "../../../contract/topic.ts";
import { SeqSet } from "../../../sequence/seq-set.ts";
import { blockOf } from "../log/block.ts";
import { OpenBlock } from "../log/open-block.ts";
import { addRow } from "../log/read-block.ts";
import { type RetainedPlace, replaces } from "../log/retained-table.ts";
import { type StoredRow, StoredRows } from "../log/stored-rows.ts";
import type { LogTotals } from "../log/totals-row.ts";
import type { Findings } from "./verify-findings.ts";
import { IndexCheck } from "./verify-index.ts";

const PAGE_ROWS = 2048;

/** A publisher as the rows show it. */
export interface FoundPublisher {
  readonly machine: string;
  readonly boot: string;
  readonly numbers: SeqSet;
}

/** What one pass over all rows gives. Grows with publishers and topics, not with rows. */
export interface FoundRows {
  rows: number;
  readonly publishers: Map<string, FoundPublisher>;
  /** Rows without identity, by machine; under "" where the topic names none. */
  readonly unsequenced: Map<string, number>;
  readonly retained: Map<string, RetainedPlace & { readonly id: number }>;
}

/** Reads every row once, and checks contents and index block by block. */
export function checkRows(
  db: DatabaseSync,
  totals: LogTotals,
  findings: Findings,
  onRows: (rows: number) => void,
): FoundRows {
  const found: FoundRows = { rows: 0, publishers: new Map(), unsequenced: new Map(), retained: new Map() };
  const rows = new StoredRows(db);
  const index = new IndexCheck(db, findings);
  const openBlock = blockOf(totals.lastId + 1);
  let block: OpenBlock | undefined;
  // Up to the end of the table, not of the last commit: rows beyond it are somebody else's, and a finding.
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const page = rows.page(after, Number.MAX_SAFE_INTEGER, PAGE_ROWS);
    for (const row of page) {
      if (block?.block !== blockOf(row.id)) {
        if (block !== undefined) checkBlock(block, index, openBlock, totals, findings);
        block = new OpenBlock(blockOf(row.id));
      }
      addRow(block, row);
      takeRow(row, found, findings);
    }
    found.rows += page.length;
    onRows(found.rows);
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.id;
  }
  if (block !== undefined) checkBlock(block, index, openBlock, totals, findings);
  index.finish();
  checkLevels(db, findings);
  return found;
}

/** The columns that repeat the topic's levels must say what the topic says. */
function checkLevels(db: DatabaseSync, findings: Findings): void {
  const differing = db.prepare(`
    SELECT id, topic FROM mqtt_messages
    WHERE 'factory/' || site || '/' || line || '/' || step || '/' || machine || '/' || type IS NOT topic`);
  for (const { id, topic } of differing.iterate() as Iterable<{ id: number; topic: unknown }>) {
    // Rows of an older program may have topics outside the namespace, and no levels then.
    if (typeof topic === "string" && isUpTopic(parseUpTopic(topic))) {
      findings.add("content", `message ${id} has other levels in its columns than in its topic ${topic}`);
    }
  }
}

function checkBlock(
  block: OpenBlock,
  index: IndexCheck,
  openBlock: number,
  totals: LogTotals,
  findings: Findings,
): void {
  if (block.block < openBlock) index.closedBlock(block);
  else if (block.crc !== totals.tailCrc) {
    findings.add(
      "content",
      `the newest rows, from block ${block.block} on, have another checksum than when they were stored`,
    );
  }
}

function takeRow(row: StoredRow, found: FoundRows, findings: Findings): void {
  const { boot, seq } = row;
  const { machineKey } = row.topic;
  if (boot === null || seq === null) {
    const unsequenced = machineKey ?? "";
    found.unsequenced.set(unsequenced, (found.unsequenced.get(unsequenced) ?? 0) + 1);
  } else {
    const machine = machineKey ?? row.topic.topic;
    const key = `${machine} ${boot}`;
    let publisher = found.publishers.get(key);
    if (publisher === undefined) {
      publisher = { machine, boot, numbers: new SeqSet() };
      found.publishers.set(key, publisher);
    }
    if (!publisher.numbers.add(seq)) {
      findings.add("duplicate", `${machine} ${boot} number ${seq} is stored again as message ${row.id}`);
    }
  }
  if (row.retain !== 1) return;
  const before = found.retained.get(row.topic.topic);
  if (before === undefined || replaces(row, before))
    found.retained.set(row.topic.topic, { id: row.id, boot, seq });
}
