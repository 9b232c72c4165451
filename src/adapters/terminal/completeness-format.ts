import type { CompletenessReport, CompletenessRow } from "../../log/completeness.ts";
import type { SessionLoss } from "../../log/delivery-session.ts";
import { lengthInWords } from "../../time/length-in-words.ts";
import { counted, grouped, unsequencedLine } from "./counts.ts";
import { type CsvFormat, type CsvValue, csvFile, csvShown } from "./csv.ts";
import { jsonLine } from "./json-line.ts";
import { renderTable, type TableCell, type TableColumn, type TableSurface } from "./table.ts";

const COLUMNS: readonly TableColumn[] = [
  { title: "machine", flexible: true },
  { title: "boot", minor: true },
  { title: "seen", align: "right" },
  { title: "stored", align: "right" },
  { title: "missing", align: "right" },
  { title: "refilled", minor: true, align: "right" },
  { title: "duplicates", minor: true, align: "right" },
  { title: "quarantined", align: "right" },
  { title: "clock", minor: true, align: "right" },
  { title: "last heard", minor: true },
  { title: "missing numbers" },
];
const RANGES_SHOWN = 5;
/** Smaller differences are the message's way, not the clock's. */
const NOTABLE_SKEW_MS = 1_000;

/** The report for people. */
export function completenessText(
  { totals, rows, sessionsLost }: CompletenessReport,
  surface: TableSurface,
): string {
  const { publishers, incomplete, seen, stored, missing, refilled, duplicates } = totals;
  const law = `seen ${grouped(seen)} = stored ${grouped(stored)} + quarantined ${grouped(seen - stored - missing)} + missing ${grouped(missing)}`;
  const further = `${counted(refilled, "number")} refilled, ${counted(duplicates, "duplicate")}`;
  const unsequenced = rows.filter(({ boot }) => boot === null);
  const lost = sessionsLost.map(sessionLossLine);
  if (rows.length === 0) return ["no publisher fits", ...lost].join("\n");
  const verdict =
    incomplete === 0
      ? "nothing is missing of what has numbers"
      : `${counted(incomplete, "publisher")} of ${grouped(publishers)} with numbers missing`;
  return [
    renderTable(COLUMNS, rows.map(cells), surface),
    "",
    `${counted(publishers, "publisher")}: ${law}`,
    further,
    ...(unsequenced.length === 0 ? [] : [unsequencedLine(unsequenced)]),
    ...lost,
    "",
    verdict,
  ].join("\n");
}

/** A lost session in a line. Never a number: of what has none, only the time can be told. */
export function sessionLossLine({ broker, clientId, fromMs, untilMs }: SessionLoss): string {
  const [from, until] = [fromMs, untilMs].map((ms) => new Date(ms).toISOString());
  return `${from} to ${until}: ${broker} had lost the session ${clientId}; messages without identity may be missing`;
}

function cells(row: CompletenessRow): TableCell[] {
  const { machine, boot, highest, stored, missing, refilled, duplicates, quarantined, clockSkewMs } = row;
  return [
    machine === "" ? "(other topics)" : machine,
    boot ?? "(no identity)",
    highest ?? "",
    stored,
    missing === 0 ? missing : { text: String(missing), style: ["red", "bold"] },
    refilled,
    duplicates,
    quarantined === 0 ? quarantined : { text: String(quarantined), style: "yellow" },
    skew(clockSkewMs),
    new Date(row.lastSeenAt).toISOString(),
    rangesText(row.missingRanges),
  ];
}

function skew(ms: number | null): TableCell {
  if (ms === null) return "";
  const text = `${ms > 0 ? "+" : ms < 0 ? "-" : ""}${lengthInWords(Math.abs(ms))}`;
  return Math.abs(ms) < NOTABLE_SKEW_MS ? text : { text, style: "yellow" };
}

function rangesText(ranges: CompletenessRow["missingRanges"]): string {
  const shown = ranges.slice(0, RANGES_SHOWN).map(rangeText);
  return `${shown.join(", ")}${ranges.length > RANGES_SHOWN ? ", …" : ""}`;
}

function rangeText([from, to]: readonly [number, number]): string {
  return from === to ? `${from}` : `${from}-${to}`;
}

/** A lost session for JSON, times in ISO 8601. */
export function sessionLossFields({ broker, clientId, fromMs, untilMs }: SessionLoss) {
  return {
    broker,
    client_id: clientId,
    from: new Date(fromMs).toISOString(),
    until: new Date(untilMs).toISOString(),
  };
}

/** The report as one JSON document in a line. */
export function completenessJson({ totals, rows, sessionsLost }: CompletenessReport): string {
  const lost = sessionsLost.map(sessionLossFields);
  const { quarantinedUnsequenced, ...sums } = totals;
  const shown = { ...sums, quarantined_unsequenced: quarantinedUnsequenced };
  return jsonLine({ totals: shown, rows: rows.map((row) => fields(row)), sessions_lost: lost });
}

/** The rows as CSV, with a head; every missing range in the last column. Escaped where a person looks. */
export function completenessCsv(
  { rows }: CompletenessReport,
  { columns }: Pick<TableSurface, "columns">,
  format: CsvFormat,
): string {
  const values = rows.map((row): CsvValue[] => [
    ...Object.values(facts(row)),
    row.missingRanges.map(rangeText).join(" "),
  ]);
  return csvShown(csvFile(CSV_HEAD, values, format), columns);
}

const CSV_HEAD = [
  "machine",
  "boot",
  "highest",
  "stored",
  "missing",
  "refilled",
  "duplicates",
  "quarantined",
  "clock_skew_ms",
  "first_seen_at",
  "last_seen_at",
  "missing_numbers",
];

function facts(row: CompletenessRow) {
  const { machine, boot, highest, stored, missing, refilled, duplicates, quarantined } = row;
  return {
    ...{ machine, boot, highest, stored, missing, refilled, duplicates, quarantined },
    clock_skew_ms: row.clockSkewMs,
    first_seen_at: new Date(row.firstSeenAt).toISOString(),
    last_seen_at: new Date(row.lastSeenAt).toISOString(),
  };
}

function fields(row: CompletenessRow): Record<string, unknown> {
  return { ...facts(row), missing_ranges: row.missingRanges };
}
