import type { Holding } from "../../edge/outbox.ts";
import {
  OUTBOX_FINDINGS,
  type OutboxMachine,
  type OutboxPublisher,
  type OutboxReport,
} from "../../edge/outbox-report.ts";
import { sessionLossFields, sessionLossLine } from "./completeness-format.ts";
import { counted, grouped } from "./counts.ts";
import { jsonLine } from "./json-line.ts";
import { renderTable, type TableCell, type TableColumn, type TableSurface } from "./table.ts";

const COLUMNS: readonly TableColumn[] = [
  { title: "machine", flexible: true },
  { title: "boot", minor: true },
  { title: "highest", minor: true, align: "right" },
  { title: "taken", align: "right" },
  { title: "receipted", align: "right" },
  { title: "dropped", align: "right" },
  { title: "waiting", align: "right" },
  { title: "telemetry", minor: true, align: "right" },
  { title: "bytes", minor: true, align: "right" },
  { title: "oldest" },
];
const FINDING_COLUMNS: readonly TableColumn[] = [
  { title: "contradiction" },
  { title: "where", flexible: true },
];

/** What verifying an outbox came to, for people; `all` lists boots of whom nothing waits too. */
export function outboxText(report: OutboxReport, all: boolean, surface: TableSurface): string {
  const { id, openedBy, machines, waiting, oldestAt, sessionsLost, findings, unlisted } = report;
  const { durable, telemetry } = report.totals;
  const rows = machines.flatMap((machine) =>
    machine.boots
      .filter((boot) => all || !boot.consistent || messagesOf(boot.waiting) > 0)
      .map((boot) => cells(machine, boot)),
  );
  const since = oldestAt === null ? "" : `, the oldest since ${new Date(oldestAt).toISOString()}`;
  const parts = [
    `outbox ${id}, ${openedBy === null ? "not open" : holderText(openedBy)}`,
    `taken ${grouped(durable.taken)} = receipted ${grouped(durable.receipted)} + waiting ${grouped(waiting.durable.messages)}`,
    `telemetry taken ${grouped(telemetry.taken)} = receipted ${grouped(telemetry.receipted)} + dropped ${grouped(telemetry.dropped)} + waiting ${grouped(waiting.telemetry.messages)}`,
    `${counted(messagesOf(waiting), "message")} of ${counted(waitingMachines(machines), "machine")} ${messagesOf(waiting) === 1 ? "waits" : "wait"} (${grouped(bytesOf(waiting))} bytes)${since}`,
    ...sessionsLost.map(sessionLossLine),
    ...(rows.length === 0 ? [] : ["", renderTable(COLUMNS, rows, surface)]),
    ...(findings.length === 0 ? [] : ["", renderTable(FINDING_COLUMNS, findings.map(findingRow), surface)]),
    ...(unlisted === 0 ? [] : [`and ${grouped(unlisted)} more`]),
    "",
    report.ok ? "everything adds up" : outboxContradictions(report),
  ];
  return parts.join("\n");
}

/** `3 contradictions` */
export function outboxContradictions({ findings, unlisted }: OutboxReport): string {
  return counted(findings.length + unlisted, "contradiction");
}

/** The same as one line of JSON, times in ISO 8601. */
export function outboxJson(report: OutboxReport): string {
  return jsonLine({
    ...report,
    sessionsLost: report.sessionsLost.map(sessionLossFields),
    oldestAt: isoTime(report.oldestAt),
    machines: report.machines.map((machine) => ({
      ...machine,
      oldestAt: isoTime(machine.oldestAt),
      boots: machine.boots.map((boot) => ({ ...boot, oldestAt: isoTime(boot.oldestAt) })),
    })),
  });
}

function cells({ machine }: OutboxMachine, boot: OutboxPublisher): TableCell[] {
  const { durable, telemetry, waiting, consistent } = boot;
  return [
    consistent ? machine : { text: machine, style: "red" },
    boot.boot,
    boot.highest,
    durable.taken + telemetry.taken,
    durable.receipted + telemetry.receipted,
    telemetry.dropped === 0 ? 0 : { text: String(telemetry.dropped), style: "yellow" },
    waiting.durable.messages,
    waiting.telemetry.messages,
    bytesOf(waiting),
    isoTime(boot.oldestAt) ?? "",
  ];
}

function findingRow({ kind, detail }: OutboxReport["findings"][number]): TableCell[] {
  return [{ text: `${kind}: ${OUTBOX_FINDINGS[kind]}`, style: ["red", "bold"] }, detail];
}

function holderText({ pid, host, since }: NonNullable<OutboxReport["openedBy"]>): string {
  return pid === 0 ? "just being opened" : `open in process ${pid} on ${host} since ${since}`;
}

function waitingMachines(machines: readonly OutboxMachine[]): number {
  return machines.filter(({ waiting }) => messagesOf(waiting) > 0).length;
}

function messagesOf({ durable, telemetry }: Holding): number {
  return durable.messages + telemetry.messages;
}

function bytesOf({ durable, telemetry }: Holding): number {
  return durable.bytes + telemetry.bytes;
}

function isoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
