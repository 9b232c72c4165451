import { isUtf8 } from "node:buffer";
import type { QuarantinedMessage, QuarantineSummary } from "../../log/quarantine-reading.ts";
import { jsonLine } from "./json-line.ts";
import { sanitizeBlock } from "./sanitize.ts";
import { cutText } from "./styled-text.ts";
import { renderTable, type TableCell, type TableColumn, type TableSurface } from "./table.ts";

const LIST_COLUMNS: readonly TableColumn[] = [
  { title: "id", align: "right" },
  { title: "received", minor: true },
  { title: "reason" },
  { title: "bytes", minor: true, align: "right" },
  { title: "topic" },
  { title: "detail", flexible: true },
];

/**
 * Longer than any topic of the namespace. One of 65 kB, which a broker may let through, would pad every other row to
 * its own length; JSON and `quarantine show` have it whole.
 */
const LONGEST_TOPIC_SHOWN = 360;

/** Quarantined messages as a table. */
export function quarantineTable(messages: readonly QuarantineSummary[], surface: TableSurface): string {
  const rows = messages.map((message): TableCell[] => [
    message.id,
    new Date(message.receivedAt).toISOString(),
    message.state === "open"
      ? { text: message.reason, style: "red" }
      : `${message.reason} (${message.state})`,
    message.payloadBytes,
    cutText(message.topic, LONGEST_TOPIC_SHOWN),
    message.detail,
  ]);
  return renderTable(LIST_COLUMNS, rows, surface);
}

/** A quarantined message as one line of JSON, without its bytes. */
export function quarantineJson(message: QuarantineSummary): string {
  return jsonLine({ ...factsOf(message), payload_bytes: message.payloadBytes });
}

/** A quarantined message as one line of JSON, its bytes in base64. */
export function quarantinedJson(message: QuarantinedMessage): string {
  return jsonLine({ ...factsOf(message), payload_base64: Buffer.from(message.payload).toString("base64") });
}

/** Everything that is known of a quarantined message, and its payload as text or, where it is none, in hexadecimal. */
export function quarantinedText(message: QuarantinedMessage, surface: TableSurface): string {
  const facts = Object.entries(factsOf(message)).filter(([, value]) => value !== null);
  const rows = facts.map(([name, value]) => [name, String(value)]);
  const table = renderTable([{ title: "field" }, { title: "value" }], rows, { ...surface, columns: null });
  return `${table}\n\n${payloadText(message.payload)}`;
}

function payloadText(payload: Uint8Array): string {
  const size = `payload, ${payload.length} ${payload.length === 1 ? "byte" : "bytes"}`;
  if (payload.length === 0) return size;
  if (isUtf8(payload)) return `${size}:\n${sanitizeBlock(Buffer.from(payload).toString("utf8"))}`;
  return `${size}, not UTF-8:\n${hexDump(payload)}`;
}

const BYTES_PER_LINE = 16;

/** Offset, bytes, characters: what `hexdump -C` shows. */
function hexDump(payload: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < payload.length; at += BYTES_PER_LINE) {
    const bytes = Buffer.from(payload.subarray(at, at + BYTES_PER_LINE));
    const hex = bytes
      .toString("hex")
      .replace(/../g, "$& ")
      .padEnd(BYTES_PER_LINE * 3);
    lines.push(
      `${at.toString(16).padStart(8, "0")}  ${hex} ${bytes.toString("latin1").replace(/[^\x20-\x7e]/g, ".")}`,
    );
  }
  return lines.join("\n");
}

function factsOf(message: QuarantineSummary | QuarantinedMessage) {
  return {
    id: message.id,
    received_at: new Date(message.receivedAt).toISOString(),
    topic: message.topic,
    reason: message.reason,
    detail: message.detail,
    schema: message.schema,
    qos: message.qos,
    retain: message.retain,
    machine: message.machine,
    boot: message.boot,
    seq: message.seq,
    properties: message.propertiesJson,
    replayed_at: message.replayedAt === null ? null : new Date(message.replayedAt).toISOString(),
    replayed_id: message.replayedId,
    note: message.note,
    state: message.state,
    decided_at: message.decision === null ? null : new Date(message.decision.at).toISOString(),
    decided_by: message.decision?.by ?? null,
    why: message.decision?.why ?? null,
  };
}
