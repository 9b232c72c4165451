import { flagNames } from "../../contract/policy.ts";
import type { StoredMessage } from "../../log/log-reading.ts";
import { type CsvFormat, type CsvValue, csvDialect, csvRows } from "./csv.ts";
import { jsonLineWith } from "./json-line.ts";
import { TYPE_STYLE } from "./message-line.ts";
import { sanitizeBlock } from "./sanitize.ts";
import { renderTable, type TableCell, type TableColumn, type TableSurface } from "./table.ts";

/** Rows that are turned into text at once: enough to be quick, few enough for memory to stay flat. */
const ROWS_AT_ONCE = 500;

/** What exports call the fields of a message; the columns of `mqtt_messages` where there is one. */
const FIELDS = {
  id: (message) => message.id,
  ts: (message) => message.ts,
  received_at: (message) => new Date(message.receivedAt).toISOString(),
  topic: (message) => message.topic,
  site: (message) => message.site,
  line: (message) => message.line,
  step: (message) => message.step,
  machine: (message) => message.machine,
  type: (message) => message.type,
  qos: (message) => message.qos,
  retain: (message) => message.retain,
  version: (message) => message.version,
  boot: (message) => message.boot,
  seq: (message) => message.seq,
  batch_id: (message) => message.batchId,
} as const satisfies Record<string, (message: StoredMessage) => CsvValue>;

const FIELD_ENTRIES = Object.entries(FIELDS);

/**
 * Messages as CSV, in pieces that may be written one after the other. Where a person looks at them (`columns` isn't
 * null), what could act on the terminal is escaped; a file gets every character.
 */
export function* csvMessages(
  messages: Iterable<StoredMessage>,
  { columns }: Pick<TableSurface, "columns">,
  head = true,
  format: CsvFormat = "csv",
): Generator<string> {
  const dialect = csvDialect(format);
  const surface = columns === null ? (text: string) => text : sanitizeBlock;
  if (head) yield dialect.start + csvRows([[...Object.keys(FIELDS), "flags", "payload_json"]], dialect);
  for (const some of inGroups(messages)) {
    const rows = some.map((message) => [
      ...FIELD_ENTRIES.map(([, read]) => read(message)),
      flagNames(message.flags).join(" "),
      message.payload,
    ]);
    yield surface(csvRows(rows, dialect));
  }
}

/** Messages as JSON Lines, in pieces that may be written one after the other. The payload keeps every digit. */
export function* jsonMessages(messages: Iterable<StoredMessage>): Generator<string> {
  for (const some of inGroups(messages)) yield some.map((message) => `${jsonMessage(message)}\n`).join("");
}

function jsonMessage(message: StoredMessage): string {
  const fields = Object.fromEntries(FIELD_ENTRIES.map(([name, read]) => [name, read(message)]));
  return jsonLineWith({ ...fields, flags: flagNames(message.flags) }, "payload", message.payload);
}

const TABLE_COLUMNS: readonly TableColumn[] = [
  { title: "id", align: "right" },
  { title: "ts" },
  { title: "machine" },
  { title: "type", minor: true },
  { title: "batch", minor: true },
  { title: "payload", flexible: true },
];

/** Messages as a table for people. */
export function messageTable(messages: readonly StoredMessage[], surface: TableSurface): string {
  const rows = messages.map(
    ({ id, ts, topic, site, line, step, machine, type, batchId, payload }): TableCell[] => [
      id,
      ts,
      // A row carried over from an older program may have a topic of another form.
      site === null ? topic : `${site}/${line}/${step}/${machine}`,
      type === null ? "" : { text: type, style: TYPE_STYLE[type] },
      batchId ?? "",
      payload,
    ],
  );
  return renderTable(TABLE_COLUMNS, rows, surface);
}

function* inGroups(messages: Iterable<StoredMessage>): Generator<StoredMessage[]> {
  let some: StoredMessage[] = [];
  for (const message of messages) {
    some.push(message);
    if (some.length === ROWS_AT_ONCE) {
      yield some;
      some = [];
    }
  }
  if (some.length > 0) yield some;
}
