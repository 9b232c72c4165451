import { lineVerdict } from "../../monitor/machine-state/line-verdict.ts";
import type { MachineNow } from "../../monitor/machine-state/machines-now.ts";
import type { LineNow } from "../../monitor/machine-state/plant-now.ts";
import type { Piece } from "./styled-text.ts";
import { lastingText } from "./time-text.ts";

const NAMED = 2;

/** A sentence for a line: what is wrong, since when; else that it runs. */
export function verdictPieces({ line, name, machines }: LineNow, nowMs: number): Piece[] {
  const title: Piece = { text: `${name ?? line}  ` };
  const { stopped, unknown, prepared, waiting, idle, running } = lineVerdict(machines);
  const [first] = stopped;
  const all = machines.length;
  if (unknown.length === all)
    return [title, { text: `nothing known: ${silence(unknown, nowMs)}`, style: ["bold", "magenta"] }];
  const parts: Piece[] = [];
  if (first !== undefined) {
    const { reason, sinceMs } = first;
    const why = reason?.message ?? reason?.code ?? first.state;
    const since = sinceMs === null ? "" : ` for ${lastingText(nowMs - sinceMs)}`;
    const others = stopped.length > 1 ? `, and ${stopped.length - 1} more` : "";
    parts.push({ text: `${idOf(first)} stands${since}: ${why}${others}.`, style: "bold" });
  }
  if (unknown.length > 0) {
    parts.push({ text: `${unknown.map(idOf).join(", ")} unknown.`, style: ["bold", "magenta"] });
  }
  const rest = [
    phrase(running.length, "runs", "run"),
    ...waitingPhrases(waiting),
    phrase(prepared.length, "is in changeover or cleaning", "are in changeover or cleaning"),
    phrase(idle.length, "has no order", "have no order"),
  ].filter((part) => part !== "");
  parts.push({ text: rest.join(", ") });
  return [title, ...parts.flatMap((part, index) => (index === 0 ? [part] : [{ text: " " }, part]))];
}

/** `weigher-01 waits for mixer-02`; many are counted. */
function waitingPhrases(waiting: readonly MachineNow[]): string[] {
  if (waiting.length > NAMED) return [phrase(waiting.length, "waits", "wait")];
  return waiting.map((machine) => {
    const by = machine.reason?.causedBy;
    return `${idOf(machine)} waits${by === null || by === undefined ? "" : ` for ${by.split("/")[3]}`}`;
  });
}

function phrase(count: number, one: string, more: string): string {
  return count === 0 ? "" : `${count} ${count === 1 ? one : more}`;
}

function silence(unknown: readonly MachineNow[], nowMs: number): string {
  const last = Math.max(...unknown.map(({ sinceMs }) => sinceMs ?? Number.NEGATIVE_INFINITY));
  return Number.isFinite(last) ? `last heard ${lastingText(nowMs - last)} ago` : "never heard";
}

function idOf({ machine }: MachineNow): string {
  return machine.split("/")[3] ?? machine;
}
