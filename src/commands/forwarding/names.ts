import type { Config } from "../../config/config-schema.ts";
import type { MachineAddress } from "../../contract/topic.ts";
import { parseMachineAddress } from "../../edge/machine-address.ts";
import type { ForwardingRole } from "./sides.ts";

/** Under which names an edge or bridge appears. */
export interface Names {
  /** Left in every message; made of the outbox, so that no two can share it. */
  readonly hop: string;
  /** At the broker above. */
  readonly cloudClientId: string;
  /** At the machines' broker: the same after a restart, or what that keeps for us would be lost. */
  readonly localClientId: string;
  readonly gateway: MachineAddress;
}

/**
 * Without a name, the one at the machines' broker is the same for all, so that a second bridge there is found out (each
 * message would be forwarded twice), and the one above is everybody's own, so that many sites need no names.
 * @throws ConcheError CONCHE_USAGE over the gateway's address
 */
export function namesOf(role: ForwardingRole, { forwarding }: Config, outboxId: string): Names {
  const { name, gateway } = forwarding;
  const own = outboxId.slice(0, 8);
  const machine = name ?? `${role}-${own}`;
  return {
    hop: `${role}-${outboxId.slice(0, 18)}`,
    cloudClientId: `conche-${role}-${name ?? own}`,
    localClientId: name === null ? `conche-${role}` : `conche-${role}-${name}`,
    gateway: parseMachineAddress(gateway ?? `unassigned/unassigned/s0_edge/${machine}`),
  };
}
