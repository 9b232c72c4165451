import type { ViewReading } from "../../views/view-table.ts";
import { SEEN, STATES, type StateRow } from "./machine-state-tables.ts";
import { slotOf } from "./presence.ts";
import { newestWordMs } from "./silence.ts";

/** Whether an OFFLINE speaks of the connection in force: a will of an earlier start than the one that spoke last is late. */
function isOfNewestStart(offline: Pick<StateRow, "will_of_boot">, newestBoot: string): boolean {
  const { will_of_boot: boot } = offline;
  // Boots sort by when they began (contract/identity.ts).
  return boot === null || newestBoot === "" || boot >= newestBoot;
}

/**
 * When a machine's connection was lost or closed, of messages from `fromMs` to before `toMs`, in order. Left out is a
 * loss after which the machine spoke within the same slot of its presence: the slot alone could not tell.
 */
export function linkLosses(reading: ViewReading, machine: string, fromMs: number, toMs: number): number[] {
  const states = reading.rows(STATES);
  let newestBoot = "";
  for (const row of states.range({ prefix: [machine], to: fromMs, order: "desc" })) {
    if (row.state === "OFFLINE") continue;
    newestBoot = row.boot;
    break;
  }
  const losses: number[] = [];
  const spokeAt = (atMs: number) => {
    while (slotOf(losses.at(-1) ?? Number.NaN) === slotOf(atMs)) losses.pop();
  };
  for (const row of states.range({ prefix: [machine], from: fromMs, to: toMs })) {
    if (row.state !== "OFFLINE") {
      newestBoot = row.boot;
      spokeAt(row.at_ms);
    } else if (isOfNewestStart(row, newestBoot)) losses.push(row.at_ms);
  }
  const heardMs = newestWordMs(reading.rows(SEEN).get(machine));
  return losses.filter((lossMs) => heardMs <= lossMs || slotOf(heardMs) !== slotOf(lossMs));
}
