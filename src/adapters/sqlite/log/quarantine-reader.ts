import type { SQLInputValue, SQLOutputValue } from "node:sqlite";
import { ConcheError } from "../../../errors/conche-error.ts";
import type {
  QuarantineDecision,
  QuarantinedMessage,
  QuarantineFilter,
  QuarantineReading,
  QuarantineSummary,
} from "../../../log/quarantine-reading.ts";
import type { QuarantineReason, QuarantineState } from "../../../log/quarantine-reason.ts";
import { openForReading, type ReadableLog } from "./open-for-reading.ts";
import { readStateCounts } from "./quarantine-space.ts";

/** As errors put it. */
const READING = "reading the quarantine";
const COLUMNS = `id, received_at, topic, reason, detail, schema, machine, boot, seq, qos, retain, replayed_at,
  replayed_id, note, properties_json, kind, at, decided_by, why`;
const TABLES = "quarantine LEFT JOIN quarantine_decisions ON quarantine_id = id";
const PAGE_ROWS = 256;
const STATES = {
  open: " AND replayed_at IS NULL AND kind IS NULL",
  replayed: " AND replayed_at IS NOT NULL AND kind IS NOT 'corrected'",
  corrected: " AND kind = 'corrected'",
  dismissed: " AND replayed_at IS NULL AND kind = 'dismissed'",
  all: "",
} as const;
/** What LIKE takes for more than itself. */
const WILDCARDS = /[\\%_]/g;

type Row = Record<string, SQLOutputValue>;

/** Reads the quarantine of a log from its files. */
export class QuarantineReader implements QuarantineReading {
  readonly #log: ReadableLog;

  private constructor(log: ReadableLog) {
    this.#log = log;
  }

  /** @throws ConcheError as {@link openForReading} */
  static open(folder: string): QuarantineReader {
    return new QuarantineReader(openForReading(folder));
  }

  *list(filter: QuarantineFilter): Generator<QuarantineSummary> {
    const { conditions, values } = toSql(filter);
    let wanted = filter.limit ?? Number.POSITIVE_INFINITY;
    let after = filter.afterId ?? 0;
    const statement = this.#log.guard(READING, (db) =>
      db.prepare(`SELECT ${COLUMNS}, length(payload) AS payload_bytes FROM ${TABLES}
        WHERE id > :after ${conditions} ORDER BY id LIMIT :limit`),
    );
    while (wanted > 0) {
      const limit = Math.min(PAGE_ROWS, wanted);
      const page = this.#log.guard(READING, () => statement.all({ ...values, after, limit }));
      for (const row of page) yield { ...describe(row), payloadBytes: Number(row.payload_bytes) };
      if (page.length < limit) return;
      wanted -= page.length;
      after = Number(page.at(-1)?.id);
    }
  }

  get(id: number): QuarantinedMessage {
    const row = this.#log.guard(READING, (db) =>
      db.prepare(`SELECT ${COLUMNS}, payload FROM ${TABLES} WHERE id = ?`).get(id),
    );
    if (row === undefined) {
      throw new ConcheError("CONCHE_QUARANTINE_UNKNOWN", { message: `quarantine has no message ${id}` });
    }
    return { ...describe(row), payload: row.payload as Uint8Array }; // a BLOB column
  }

  openByReason(): Map<QuarantineReason, number> {
    const rows = this.#log.guard(READING, (db) =>
      db
        .prepare(
          `SELECT reason, count(*) AS count FROM ${TABLES} WHERE reason <> 'cleared'${STATES.open} GROUP BY reason`,
        )
        .all(),
    );
    return new Map(rows.map((row) => [row.reason as QuarantineReason, Number(row.count)]));
  }

  countByState(): Record<QuarantineState, number> {
    return this.#log.guard(READING, (db) => readStateCounts(db));
  }

  close(): void {
    this.#log.close();
  }
}

function toSql(filter: QuarantineFilter): { conditions: string; values: Record<string, SQLInputValue> } {
  let conditions: string = STATES[filter.state ?? "open"];
  const values: Record<string, SQLInputValue> = {};
  if (filter.reason !== undefined) {
    conditions += " AND reason = :reason";
    values.reason = filter.reason;
  } else if ((filter.state ?? "open") === "open") {
    // There is nothing to be done about those.
    conditions += " AND reason <> 'cleared'";
  }
  if (filter.machine !== undefined) {
    // The topic names the machine also where the identity could not be read.
    conditions += " AND instr(topic, '/' || :machine || '/') > 0";
    values.machine = filter.machine;
  }
  if (filter.sinceMs !== undefined) {
    conditions += " AND received_at >= :since";
    values.since = filter.sinceMs;
  }
  if (filter.untilMs !== undefined) {
    conditions += " AND received_at < :until";
    values.until = filter.untilMs;
  }
  if (filter.text !== undefined) {
    conditions += " AND (topic LIKE :text ESCAPE '\\' OR detail LIKE :text ESCAPE '\\')";
    values.text = `%${filter.text.replace(WILDCARDS, "\\$&")}%`;
  }
  return { conditions, values };
}

function describe(row: Row): Omit<QuarantineSummary, "payloadBytes"> {
  return {
    id: Number(row.id),
    receivedAt: Number(row.received_at),
    topic: String(row.topic),
    reason: row.reason as QuarantineReason, // written from one
    detail: String(row.detail),
    schema: textOf(row.schema),
    machine: textOf(row.machine),
    boot: textOf(row.boot),
    seq: numberOf(row.seq),
    qos: Number(row.qos),
    retain: row.retain !== 0,
    replayedAt: numberOf(row.replayed_at),
    replayedId: numberOf(row.replayed_id),
    note: textOf(row.note),
    propertiesJson: textOf(row.properties_json),
    state: stateOf(row),
    decision: decisionOf(row),
  };
}

function stateOf({ replayed_at, kind }: Row): QuarantineState {
  if (kind === "corrected") return "corrected";
  if (replayed_at !== null) return "replayed";
  return kind === "dismissed" ? "dismissed" : "open";
}

function decisionOf({ kind, at, decided_by, why }: Row): QuarantineDecision | null {
  if (kind !== "corrected" && kind !== "dismissed") return null;
  return { kind, at: Number(at), by: String(decided_by), why: String(why) };
}

function textOf(value: SQLOutputValue | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function numberOf(value: SQLOutputValue | undefined): number | null {
  return typeof value === "number" ? value : null;
}
