import type { ViewReading } from "../../views/view-table.ts";
import { STATES, type StateRow } from "./machine-state-tables.ts";

/** Whether an OFFLINE speaks of the connection in force: a will of an earlier start than the newest one is late. */
export function isOfNewestStart(offline: Pick<StateRow, "will_of_boot">, newestBoot: string): boolean {
  const { will_of_boot: boot } = offline;
  // Boots sort by when they began (contract/identity.ts).
  return boot === null || newestBoot === "" || boot >= newestBoot;
}

/** When a machine's connection was lost or closed, of messages from `fromMs` to before `toMs`, in order. */
export function linkLosses(reading: ViewReading, machine: string, fromMs: number, toMs: number): number[] {
  const states = reading.rows(STATES);
  let newestBoot = "";
  for (const row of states.range({ prefix: [machine], to: fromMs, order: "desc", limit: 1 })) {
    newestBoot = row.boot;
  }
  const losses: number[] = [];
  for (const row of states.range({ prefix: [machine], from: fromMs, to: toMs })) {
    if (row.state !== "OFFLINE") newestBoot = row.boot > newestBoot ? row.boot : newestBoot;
    else if (isOfNewestStart(row, newestBoot)) losses.push(row.at_ms);
  }
  return losses;
}
