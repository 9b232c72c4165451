import type { CurrentValue } from "../../monitor/tags/current-values.ts";
import type { TagLimits } from "../../plant/schema/tag.ts";
import { type CsvFormat, csvRecords } from "./csv.ts";
import { jsonLine } from "./json-line.ts";
import { renderTable, type TableCell, type TableColumn, type TableSurface } from "./table.ts";

/** A tag's newest value with what the plant model says of it. */
export interface TagRow extends CurrentValue {
  readonly machine: string;
  readonly product: string | null;
  readonly label: string | null;
  readonly decimals: number | null;
  readonly limits: TagLimits;
  readonly stands: "normal" | "out" | "alarm" | null;
  /** Now minus when it was measured, milliseconds. */
  readonly ageMs: number;
  /** Only held: the machine isn't connected, or said it no more for too long. */
  readonly stale: boolean;
}

const COLUMNS: readonly TableColumn[] = [
  { title: "tag", flexible: true },
  { title: "", minor: true },
  { title: "value", align: "right" },
  { title: "unit" },
  { title: "", minor: true },
  { title: "normal", minor: true },
  { title: "alarm" },
  { title: "age", align: "right" },
];
const RANGE_WIDTH = 12;

/** For people: a table for each machine. */
export function tagsText(rows: readonly TagRow[], surface: TableSurface): string {
  if (rows.length === 0) return "no machine has sent telemetry yet";
  const machines = Map.groupBy(rows, ({ machine }) => machine);
  return [...machines]
    .map(([machine, values]) => {
      const product = values[0]?.product;
      const title = product === null || product === undefined ? machine : `${machine}  ${product}`;
      return `${title}\n${renderTable(COLUMNS, values.map(cells), surface)}`;
    })
    .join("\n\n");
}

function cells(row: TagRow): TableCell[] {
  const { limits, stands } = row;
  const style = stands === "alarm" ? ("red" as const) : stands === "out" ? ("bold" as const) : undefined;
  const value = valueText(row);
  const range = [limits.min, limits.max].some((limit) => limit !== undefined)
    ? between(limits.min, limits.max)
    : "";
  const alarms = [
    limits.alarm_low === undefined ? "" : `<${limits.alarm_low}`,
    limits.alarm_high === undefined ? "" : `>${limits.alarm_high}`,
  ];
  return [
    row.tag,
    row.label ?? "",
    style === undefined ? value : { text: value, style },
    row.unit ?? "",
    style === undefined ? rangeBar(row) : { text: rangeBar(row), style },
    range,
    alarms.filter((text) => text !== "").join(" "),
    row.stale ? { text: `${ageText(row.ageMs)}, stale`, style: "magenta" } : ageText(row.ageMs),
  ];
}

function between(min: number | undefined, max: number | undefined): string {
  return min === undefined ? `to ${max}` : max === undefined ? `from ${min}` : `${min} to ${max}`;
}

function valueText({ value, quality, decimals }: TagRow): string {
  if (value === null || quality === "bad") return "no value";
  const text = typeof value === "number" && decimals !== null ? value.toFixed(decimals) : String(value);
  return quality === "uncertain" ? `≈ ${text}` : text;
}

/** Where a value stands in its normal range: `├──●──┤`; beside it, it is at the end that it is beyond. */
function rangeBar({ value, quality, limits: { min, max }, stands }: TagRow): string {
  if (typeof value !== "number" || quality === "bad" || min === undefined || max === undefined) return "";
  const word = stands === "alarm" ? " alarm" : stands === "out" ? " out" : "";
  const share = max > min ? (value - min) / (max - min) : 0.5;
  if (share < 0) return `◀${"─".repeat(RANGE_WIDTH)}┤${word}`;
  if (share > 1) return `├${"─".repeat(RANGE_WIDTH)}▶${word}`;
  const at = Math.round(share * (RANGE_WIDTH - 1));
  return `├${"─".repeat(at)}●${"─".repeat(RANGE_WIDTH - 1 - at)}┤${word}`;
}

/** An age in its two largest units' worth: `0.4 s`, `12 s`, `5 min`, `3 h`, `2 d`. */
export function ageText(ms: number): string {
  if (ms < 0) return "ahead";
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} d`;
}

/** A line of JSON for each value. */
export function tagsJson(rows: readonly TagRow[]): string {
  return rows.map((row) => `${jsonLine(shown(row))}\n`).join("");
}

/** The rows as a file of CSV; empty without any. */
export function tagsCsv(rows: readonly TagRow[], format: CsvFormat): string {
  return csvRecords(rows.map(shown), format);
}

function shown(row: TagRow) {
  const { machine, tag, value, unit, quality, status, stands, limits, product } = row;
  return {
    ...{ machine, tag, value, unit, quality, status, standing: stands },
    at: new Date(row.atMs).toISOString(),
    ...{ age_ms: row.ageMs, stale: row.stale },
    received_at: new Date(row.receivedAtMs).toISOString(),
    min: limits.min ?? null,
    max: limits.max ?? null,
    alarm_low: limits.alarm_low ?? null,
    alarm_high: limits.alarm_high ?? null,
    ...{ product, boot: row.boot, seq: row.seq, message_id: row.messageId },
    ...{ label: row.label, decimals: row.decimals },
  };
}
