import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Publisher } from "../../../contract/identity.ts";
import type { MachineKey } from "../../../contract/topic.ts";
import { ConcheError } from "../../../errors/conche-error.ts";
import { RECENT_MS } from "../../../log/message-log.ts";
import type { SequenceState } from "../../../log/sequence-state.ts";
import type { SeqRange } from "../../../sequence/seq-range.ts";

const COLUMNS = `machine, boot, highest, missing_json, stored, quarantined, quarantined_seqs_json, duplicates,
  refilled, clock_skew_ms, first_seen_at, last_seen_at`;

/** `[1,1],` */
const SHORTEST_GAP_CHARACTERS = 6;

/** SQLite takes a bare column from the row that has the maximum. */
const LATEST = `
  WITH newest AS (SELECT id, max(boot) FROM sequences GROUP BY machine)
  SELECT ${COLUMNS} FROM sequences
  WHERE last_seen_at >= (SELECT max(last_seen_at) FROM sequences) - ${RECENT_MS}
     OR id IN (SELECT id FROM newest)
  ORDER BY last_seen_at DESC, id DESC LIMIT ?`;

/** The saved sequence states, one row per publisher. */
export class SequenceTable {
  readonly #db: DatabaseSync;
  readonly #save: StatementSync;
  readonly #load: StatementSync;
  readonly #texts = new WeakMap<SequenceState["missing"], string>();

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#save = db.prepare(`
      INSERT INTO sequences (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (machine, boot) DO UPDATE SET
        highest = excluded.highest, missing_json = excluded.missing_json, stored = excluded.stored,
        quarantined = excluded.quarantined, quarantined_seqs_json = excluded.quarantined_seqs_json,
        duplicates = excluded.duplicates, refilled = excluded.refilled, clock_skew_ms = excluded.clock_skew_ms,
        first_seen_at = excluded.first_seen_at, last_seen_at = excluded.last_seen_at`);
    this.#load = db.prepare(`SELECT ${COLUMNS} FROM sequences WHERE machine = ? AND boot = ?`);
  }

  /** Within a transaction. */
  save(states: readonly SequenceState[]): void {
    for (const state of states) {
      this.#save.run(
        state.machine,
        state.boot,
        state.highest,
        this.#missingJson(state.missing),
        state.stored,
        state.quarantined,
        listJson(state.quarantinedSeqs),
        state.duplicates,
        state.refilled,
        state.clockSkewMs,
        state.firstSeenAt,
        state.lastSeenAt,
      );
    }
  }

  /** Of a publisher with thousands of gaps every message saves them all; mostly they are the same as before. */
  #missingJson(missing: SequenceState["missing"]): string {
    const known = this.#texts.get(missing);
    if (known !== undefined) return known;
    const json = listJson(missing);
    this.#texts.set(missing, json);
    return json;
  }

  load(publishers: readonly Publisher[]): SequenceState[] {
    return publishers.flatMap(({ machine, boot }) => {
      const row = this.#load.get(machine, boot);
      return row === undefined ? [] : sequenceState(row);
    });
  }

  /** Gaps beyond the first `allowance` of each publisher. The length tells most rows without reading their list. */
  gapsBeyond(allowance: number): number {
    const row = this.#db
      .prepare(`
        SELECT ifnull(sum(max(json_array_length(missing_json) - :allowance, 0)), 0) AS gaps FROM sequences
        WHERE length(missing_json) > :shortest AND json_valid(missing_json)`)
      .get({ allowance, shortest: allowance * SHORTEST_GAP_CHARACTERS });
    return Number(row?.gaps);
  }

  /** Who may be waiting for a receipt, those heard last first (the port says who). */
  latest(limit: number): SequenceState[] {
    return this.#db.prepare(LATEST).all(limit).map(sequenceState);
  }
}

/** Every saved state, in the order in which the publishers were first seen. */
export function* allSequences(db: DatabaseSync): Generator<SequenceState> {
  for (const row of db.prepare(`SELECT ${COLUMNS} FROM sequences ORDER BY id`).iterate())
    yield sequenceState(row);
}

/** @throws ConcheError CONCHE_LOG_CORRUPT where the column holds anything else than such a list */
function savedList<Item>(
  row: Record<string, unknown>,
  column: string,
  isItem: (value: unknown) => value is Item,
): Item[] {
  const text = String(row[column]);
  if (text === "[]") return [];
  const list = parsed(text);
  if (Array.isArray(list) && list.every(isItem)) return list;
  throw new ConcheError("CONCHE_LOG_CORRUPT", {
    message: `the sequence of ${row.machine} ${row.boot} can't be read: its ${column} is ${text.slice(0, 60)}`,
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isRange(value: unknown): value is SeqRange {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [from, to]: unknown[] = value;
  return isNumber(from) && isNumber(to) && from <= to;
}

/** Most lists are empty, once per publisher and commit. */
function listJson(list: readonly unknown[]): string {
  return list.length === 0 ? "[]" : JSON.stringify(list);
}

function sequenceState(row: Record<string, unknown>): SequenceState {
  return {
    machine: row.machine as MachineKey, // written from one
    boot: String(row.boot),
    highest: Number(row.highest),
    missing: savedList(row, "missing_json", isRange),
    stored: Number(row.stored),
    quarantined: Number(row.quarantined),
    quarantinedSeqs: savedList(row, "quarantined_seqs_json", isNumber),
    duplicates: Number(row.duplicates),
    refilled: Number(row.refilled),
    clockSkewMs: Number(row.clock_skew_ms),
    firstSeenAt: Number(row.first_seen_at),
    lastSeenAt: Number(row.last_seen_at),
  };
}
