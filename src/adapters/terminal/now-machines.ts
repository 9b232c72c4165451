import { lineVerdict } from "../../monitor/machine-state/line-verdict.ts";
import type { MachineNow } from "../../monitor/machine-state/machines-now.ts";
import type { OverviewValue } from "../../monitor/overview.ts";
import { type Piece, type Style, textWidth } from "./styled-text.ts";
import { lastingText } from "./time-text.ts";

/** What rows of machines need beside the machines. */
export interface MachinesShown {
  readonly nowMs: number;
  /** Values that say at a glance how a machine does, by its key; null where their view isn't there yet. */
  readonly values: ReadonlyMap<string, readonly OverviewValue[]> | null;
  /** What is older than this is late, ms. */
  lateAfterMs(machine: string): number;
}

const STATE_COLUMN = 11;
/** Weight says "out of the normal range"; only a crossed alarm limit has a colour. */
const OUTSIDE: Readonly<Record<"alarm" | "normal", Style>> = { alarm: ["bold", "red"], normal: "bold" };

/** A row for each machine, their values below one another. */
export function machineRows(machines: readonly MachineNow[], page: MachinesShown): Piece[][] {
  const widest = Math.max(...machines.map(({ machine }) => textWidth(idOf(machine))), 0);
  const columns = valueColumns(machines, page);
  return machines.map((machine) => machinePieces(machine, widest, columns, page));
}

/** Step, machine, state, how long, and why it stands or how it does; the age of what late machines last said. */
function machinePieces(
  machine: MachineNow,
  widest: number,
  columns: readonly number[],
  page: MachinesShown,
): Piece[] {
  const [, , step = ""] = machine.machine.split("/");
  const { sinceMs, state, unknownWhy } = machine;
  const style = styleOf(machine);
  const lasting = sinceMs === null ? "" : lastingText(page.nowMs - sinceMs);
  const why = whyOf(machine);
  return [
    { text: `  ${step.slice(1, 2)} `, style: "dim" },
    { text: `${idOf(machine.machine).padEnd(widest)}  ` },
    { text: (unknownWhy === "not_said" && isBeside(machine) ? "–" : state).padEnd(STATE_COLUMN), style },
    { text: `${(unknownWhy === "not_said" ? "" : lasting).padStart(12)}  `, style },
    ...(why === ""
      ? valuePieces(valuesOf(machine, page), columns)
      : [{ text: `${why}  `, style: style ?? ("dim" as const) }]),
    ...ageOf(machine, page),
  ];
}

/** What stands has a reason to show, and what is unknown has no values that could be believed. */
function valuesOf(machine: MachineNow, { values }: MachinesShown): readonly OverviewValue[] {
  return whyOf(machine) === "" ? (values?.get(machine.machine) ?? []) : [];
}

/** The widths of the columns in which values stand below one another. */
function valueColumns(machines: readonly MachineNow[], page: MachinesShown): number[] {
  const widths: number[] = [];
  for (const machine of machines) {
    for (const [index, value] of valuesOf(machine, page).entries()) {
      widths[index] = Math.max(widths[index] ?? 0, textWidth(`${labelOf(value)} ${valueText(value)}`));
    }
  }
  return widths;
}

/** `outlet 33.65 °C`: by weight where it is out of its normal range, with the word for it. */
function valuePieces(values: readonly OverviewValue[], columns: readonly number[]): Piece[] {
  return values.flatMap((value, index): Piece[] => {
    const [label, text] = [labelOf(value), valueText(value)];
    const gap = (columns[index] ?? 0) - textWidth(`${label} ${text}`) + 3;
    return [
      { text: `${label} `, style: "dim" },
      { text, style: value.outside === null ? undefined : OUTSIDE[value.outside] },
      { text: " ".repeat(Math.max(0, gap)) },
    ];
  });
}

function labelOf({ label }: OverviewValue): string {
  return label.replaceAll("_", " ");
}

function valueText({ value, unit, decimals, quality, outside }: OverviewValue): string {
  if (value === null || quality === "bad") return "no value";
  const text = typeof value === "number" ? value.toFixed(decimals) : String(value);
  return `${outside === null ? "" : "out "}${quality === "uncertain" ? "≈" : ""}${text}${unit === null ? "" : ` ${unit}`}`;
}

function isBeside({ machine, connected }: MachineNow): boolean {
  return machine.includes("/s0_") && connected === true;
}

function styleOf(machine: MachineNow): Style | undefined {
  const { stopped, unknown, waiting, idle } = lineVerdict([machine]);
  if (unknown.length > 0) return ["bold", "magenta"];
  if (stopped.length > 0) return ["bold", "inverse"];
  return waiting.length > 0 || idle.length > 0 ? "dim" : undefined;
}

const UNKNOWN_WHY = { offline: "connection lost", silent: "silent", not_said: "has not said" } as const;

function whyOf({ unknownWhy, lastTold, reason, connected, machine }: MachineNow): string {
  if (unknownWhy === "not_said" && connected === true && machine.includes("/s0_")) return "connected";
  if (unknownWhy === "not_said" && connected === null) return "never heard";
  if (unknownWhy !== null) {
    return `${UNKNOWN_WHY[unknownWhy]}${lastTold === null ? "" : `, was ${lastTold.state}`}`;
  }
  if (reason === null) return "";
  const said = reason.message ?? reason.code.toLowerCase().replaceAll("_", " ");
  return reason.causedBy === null ? said : `${said} ‹ ${idOf(reason.causedBy)}`;
}

/** How old its newest message is, where that is worth a word and the state doesn't say so already. */
function ageOf(
  { machine, lastReceivedMs, lastSeen, unknownWhy }: MachineNow,
  { nowMs, lateAfterMs }: MachinesShown,
): Piece[] {
  if (lastReceivedMs === null || unknownWhy === "silent" || unknownWhy === "offline") return [];
  const ageMs = nowMs - lastReceivedMs;
  // One that sends no telemetry speaks when something changes.
  if (lastSeen.telemetry === undefined || ageMs <= lateAfterMs(machine)) return [];
  return [{ text: `${lastingText(ageMs)} old`, style: "bold" }];
}

/** The machine's own name of its key. */
export function idOf(key: string): string {
  return key.split("/")[3] ?? key;
}
