import type { SQLInputValue, SQLOutputValue } from "node:sqlite";
import { ConcheError } from "../../../errors/conche-error.ts";
import type {
  QuarantinedMessage,
  QuarantineFilter,
  QuarantineReading,
  QuarantineSummary,
} from "../../../log/quarantine-reading.ts";
import type { QuarantineReason } from "../../../log/quarantine-reason.ts";
import { openForReading, type ReadableLog } from "./open-for-reading.ts";

/** As errors put it. */
const READING = "reading the quarantine";
const COLUMNS = `id, received_at, topic, reason, detail, schema, machine, boot, seq, qos, retain, replayed_at,
  replayed_id, note, properties_json`;
const PAGE_ROWS = 256;
const STATES = {
  open: " AND replayed_at IS NULL",
  replayed: " AND replayed_at IS NOT NULL",
  all: "",
} as const;

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
      db.prepare(`SELECT ${COLUMNS}, length(payload) AS payload_bytes FROM quarantine
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
      db.prepare(`SELECT ${COLUMNS}, payload FROM quarantine WHERE id = ?`).get(id),
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
          "SELECT reason, count(*) AS count FROM quarantine WHERE replayed_at IS NULL AND reason <> 'cleared' GROUP BY reason",
        )
        .all(),
    );
    return new Map(rows.map((row) => [row.reason as QuarantineReason, Number(row.count)]));
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
  };
}

function textOf(value: SQLOutputValue | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function numberOf(value: SQLOutputValue | undefined): number | null {
  return typeof value === "number" ? value : null;
}
