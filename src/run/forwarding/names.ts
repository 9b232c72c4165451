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
  /**
   * At the machines' broker: the same after a restart, or what that keeps for us would be lost; and another than above,
   * or a loop that the addresses don't show would look like two clients of one name. Without `--name` no longer than
   * the 23 characters that every broker takes [MQTT-3.1.3-5].
   */
  readonly localClientId: string;
  readonly gateway: MachineAddress;
}

/**
 * Without a name, all of them are made of the outbox: the same after a restart, and never those of another, so that many
 * sites need no names. Two bridges that shared one at a broker would throw each other out for ever; two that take the
 * same machines' messages are found out by the receipts for them.
 * @throws ConcheError CONCHE_USAGE over the gateway's address
 */
export function namesOf(role: ForwardingRole, { forwarding }: Config, outboxId: string): Names {
  const { name, gateway } = forwarding;
  const own = outboxId.slice(0, 8);
  const machine = name ?? `${role}-${own}`;
  return {
    hop: `${role}-${outboxId.slice(0, 18)}`,
    cloudClientId: `conche-${role}-${name ?? own}`,
    localClientId: `conche-${name ?? own}-local`,
    gateway: parseMachineAddress(gateway ?? `unassigned/unassigned/s0_edge/${machine}`),
  };
}
