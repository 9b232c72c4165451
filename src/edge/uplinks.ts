import { type MachineKey, machineKeyOf } from "../contract/topic.ts";
import type { Credentials } from "./broker-link.ts";
import type { ConnectionMode } from "./edge-options.ts";
import { parseMachineAddress } from "./machine-address.ts";
import type { MachineQueue } from "./machine-queue.ts";
import { willPayload } from "./message-body.ts";
import type { NewMessage } from "./outbox.ts";
import type { SenderCounts } from "./sender.ts";
import { Uplink, type UplinkDependencies, type UplinkIdentity, type UplinkStatus } from "./uplink.ts";
import { willMessage } from "./wire-message.ts";

/** What every uplink of an edge has in common, and what it tells of a machine. */
export interface UplinksDependencies extends Omit<UplinkDependencies, keyof UplinkIdentity | "onConnected"> {
  /** A connection is back that had the machine's will: the broker may have published it. */
  readonly willMayBeOut: (machine: MachineKey) => void;
}

/** How a machine connects where it has a connection of its own. */
export interface OwnConnection {
  readonly clientId: string;
  readonly credentials: Credentials;
  /** The text of its will's payload. */
  readonly will: string | undefined;
}

/** The connections of an edge: one for each machine, or one for all. */
export class Uplinks {
  readonly #dependencies: UplinksDependencies;
  readonly #byMachine = new Map<MachineKey, Uplink>();
  readonly #all: Uplink[] = [];
  /** Those that were given messages since the last {@link pump}. */
  readonly #touched = new Set<Uplink>();
  readonly #shared: Uplink | undefined;

  constructor(dependencies: UplinksDependencies, mode: ConnectionMode) {
    this.#dependencies = dependencies;
    if (mode.kind === "shared") this.#shared = this.#openShared(mode);
  }

  /** Whether all machines speak over one connection. */
  get isShared(): boolean {
    return this.#shared !== undefined;
  }

  /** The machine speaks over the shared connection from now on. */
  share(queue: MachineQueue): void {
    if (this.#shared === undefined || this.#byMachine.has(queue.machine)) return;
    this.#byMachine.set(queue.machine, this.#shared);
    this.#shared.add(queue);
  }

  /** Opens a connection for this machine alone. */
  open(queue: MachineQueue, { clientId, credentials, will }: OwnConnection): void {
    const { machine } = queue;
    const message = will === undefined ? undefined : willMessage(machine, will);
    const uplink = this.#newUplink({ clientId, credentials, will: message }, machine);
    this.#byMachine.set(machine, uplink);
    uplink.add(queue);
    uplink.start();
  }

  /** A message has reached the outbox; {@link pump} sends it. */
  stored(queue: MachineQueue, message: NewMessage): void {
    const uplink = this.#byMachine.get(queue.machine);
    if (uplink === undefined) return;
    uplink.stored(queue, message);
    this.#touched.add(uplink);
  }

  pump(): void {
    for (const uplink of this.#touched) uplink.pump();
    this.#touched.clear();
  }

  status(): UplinkStatus[] {
    return this.#all.map((uplink) => uplink.status());
  }

  counts(): SenderCounts {
    const sum: SenderCounts = { sentLive: 0, sentFromOutbox: 0, unheard: 0, refused: 0, expired: 0 };
    for (const { counts } of this.#all) {
      sum.sentLive += counts.sentLive;
      sum.sentFromOutbox += counts.sentFromOutbox;
      sum.unheard += counts.unheard;
      sum.refused += counts.refused;
      sum.expired += counts.expired;
    }
    return sum;
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#all.map((uplink) => uplink.close()));
  }

  #openShared(mode: Extract<ConnectionMode, { kind: "shared" }>): Uplink {
    const { clientId, will, credentials = {} } = mode;
    if (will === undefined) {
      const uplink = this.#newUplink({ clientId, credentials, will: undefined }, undefined);
      uplink.start();
      return uplink;
    }
    const machine = machineKeyOf(parseMachineAddress(will.machine));
    const message = willMessage(machine, willPayload(will.state));
    const uplink = this.#newUplink({ clientId, credentials, will: message }, machine);
    uplink.start();
    return uplink;
  }

  #newUplink(identity: UplinkIdentity, willOf: MachineKey | undefined): Uplink {
    const uplink = new Uplink({
      ...this.#dependencies,
      ...identity,
      onConnected: (resumed) => {
        if (resumed && willOf !== undefined) this.#dependencies.willMayBeOut(willOf);
      },
    });
    this.#all.push(uplink);
    return uplink;
  }
}
