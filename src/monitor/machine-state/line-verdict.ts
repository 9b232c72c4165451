import { isBesideProcess } from "./line-now.ts";
import type { MachineNow } from "./machines-now.ts";

/** How a line is, from bad to good, with the machines that make it so: its verdict is the first that has any. */
export interface LineVerdict {
  /** Stand for a reason of their own that isn't planned: jams, failures, holds. */
  readonly stopped: readonly MachineNow[];
  /** Nobody knows what they do. */
  readonly unknown: readonly MachineNow[];
  /** Stand for a planned reason: changeover, cleaning, maintenance, a break. */
  readonly prepared: readonly MachineNow[];
  /** Starved or blocked. */
  readonly waiting: readonly MachineNow[];
  /** Nothing ordered. */
  readonly idle: readonly MachineNow[];
  readonly running: readonly MachineNow[];
}

const PREPARED: ReadonlySet<string> = new Set(["changeover", "cleaning", "maintenance", "break"]);

/** Sorts the machines of a line by how they are. Gateways and controllers count only where they are unknown. */
export function lineVerdict(machines: readonly MachineNow[]): LineVerdict {
  const groups = Map.groupBy(machines, standingOf);
  const of = (standing: ReturnType<typeof standingOf>) => groups.get(standing) ?? [];
  return {
    stopped: of("stopped"),
    unknown: of("unknown"),
    prepared: of("prepared"),
    waiting: of("waiting"),
    idle: of("idle"),
    running: of("running"),
  };
}

function standingOf({
  machine,
  state,
  unknownWhy,
  connected,
  reason,
}: MachineNow): keyof LineVerdict | "beside" {
  if (isBesideProcess(machine)) {
    // A gateway says no more than that it is connected.
    const silent = unknownWhy === "silent" || unknownWhy === "offline" || connected === null;
    return silent ? "unknown" : "beside";
  }
  if (state === "unknown") return "unknown";
  if (state === "Execute") return "running";
  const category = reason?.category;
  if (category === "starved" || category === "blocked") return "waiting";
  if (category === "no_order" || (category === undefined && state === "Idle")) return "idle";
  return category !== undefined && PREPARED.has(category) ? "prepared" : "stopped";
}
