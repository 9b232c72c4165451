import { type PublisherCompleteness, VERIFY_FINDINGS, type VerifyReport } from "../../log/verify-report.ts";
import { counted, grouped, unsequencedLine } from "./counts.ts";
import { jsonLine } from "./json-line.ts";
import { renderTable, type TableCell, type TableColumn, type TableSurface } from "./table.ts";

const PUBLISHER_COLUMNS: readonly TableColumn[] = [
  { title: "machine", flexible: true },
  { title: "boot", minor: true },
  { title: "highest", align: "right" },
  { title: "stored", align: "right" },
  { title: "quarantined", align: "right" },
  { title: "missing", align: "right" },
  { title: "duplicates", minor: true, align: "right" },
  { title: "missing numbers" },
];
const RANGES_SHOWN = 5;

/** What verifying came to, for people; `all` lists complete publishers too. */
export function verifyText(report: VerifyReport, all: boolean, surface: TableSurface): string {
  const { rows, totals, publishers, findings, unlisted } = report;
  const { received, stored, duplicates, quarantined } = totals;
  const shown = publishers.filter((publisher) => all || publisher.missing > 0 || !publisher.consistent);
  const numbered = publishers.filter(({ boot }) => boot !== null);
  const incomplete = numbered.filter(({ missing }) => missing > 0).length;
  const unsequenced = publishers.filter(({ boot }) => boot === null);
  const parts = [
    `${counted(rows, "message")} in the log`,
    `received ${grouped(received)} = stored ${grouped(stored)} + duplicates ${grouped(duplicates)} + quarantined ${grouped(quarantined)}`,
    `${counted(numbered.length, "publisher")}: ${grouped(incomplete)} with missing numbers`,
    ...(unsequenced.length === 0 ? [] : [unsequencedLine(unsequenced)]),
    ...(shown.length === 0 ? [] : ["", renderTable(PUBLISHER_COLUMNS, shown.map(publisherRow), surface)]),
    ...(findings.length === 0 ? [] : ["", renderTable(FINDING_COLUMNS, findings.map(findingRow), surface)]),
    ...(unlisted === 0 ? [] : [`and ${grouped(unlisted)} more`]),
    "",
    report.ok ? "everything adds up" : contradictions(report),
  ];
  return parts.join("\n");
}

/** `3 contradictions` */
export function contradictions({ findings, unlisted }: VerifyReport): string {
  return counted(findings.length + unlisted, "contradiction");
}

const FINDING_COLUMNS: readonly TableColumn[] = [
  { title: "contradiction" },
  { title: "where", flexible: true },
];

function findingRow({ kind, detail }: VerifyReport["findings"][number]): TableCell[] {
  return [{ text: `${kind}: ${VERIFY_FINDINGS[kind]}`, style: ["red", "bold"] }, detail];
}

function publisherRow(publisher: PublisherCompleteness): TableCell[] {
  const { machine, boot, highest, stored, quarantined, missing, missingRanges, duplicates, consistent } =
    publisher;
  const ranges = missingRanges
    .slice(0, RANGES_SHOWN)
    .map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`));
  const more = missingRanges.length > RANGES_SHOWN ? ", …" : "";
  const name = machine === "" ? "(other topics)" : machine;
  return [
    consistent ? name : { text: name, style: "red" },
    boot ?? "(no identity)",
    boot === null ? "" : highest,
    stored,
    quarantined,
    missing === 0 ? missing : { text: String(missing), style: "yellow" },
    duplicates,
    `${ranges.join(", ")}${more}`,
  ];
}

/** What verifying came to, as one line of JSON. */
export function verifyJson(report: VerifyReport): string {
  return jsonLine({ ...report });
}
