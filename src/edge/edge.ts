import type { Identity } from "../contract/identity.ts";
import type { DownTrust } from "../contract/signature.ts";
import { type MachineAddress, type MachineKey, type MessageType, machineKeyOf } from "../contract/topic.ts";
import { ConcheError } from "../errors/conche-error.ts";
import type { Clock } from "../time/clock.ts";
import { newBoot } from "./boot.ts";
import type { OpenLink } from "./broker-link.ts";
import { callBack } from "./call-back.ts";
import { DownGuard } from "./down-guard.ts";
import type { EdgeEvent } from "./edge-event.ts";
import { EdgeMachine } from "./edge-machine.ts";
import { type EdgeSettings, edgeSettings, type MachineOptions } from "./edge-options.ts";
import { Forgetter } from "./forgetter.ts";
import { type HandedOver, HandOver } from "./hand-over.ts";
import { Holdings } from "./holdings.ts";
import { parseMachineAddress } from "./machine-address.ts";
import { MachineQueue } from "./machine-queue.ts";
import { willPayload } from "./message-body.ts";
import type { Holding, NewestState, Outbox, RawProperties, Transfer } from "./outbox.ts";
import type { Relay } from "./relay.ts";
import type { SenderCounts } from "./sender.ts";
import type { UplinkStatus } from "./uplink.ts";
import { Uplinks } from "./uplinks.ts";

/** What an edge is made of. */
export interface EdgeDependencies {
  readonly outbox: Outbox;
  readonly openLink: OpenLink;
  readonly clock: Clock;
  /** Milliseconds since 1970, for boots. */
  readonly wallClock: () => number;
  readonly randomBytes: (size: number) => Uint8Array;
  /** A number from 0 to below 1, for jitter. */
  readonly random: () => number;
  readonly settings?: Partial<EdgeSettings>;
  /** For an edge that forwards what machines with a broker of their own say. */
  readonly relay?: Relay;
  /** Whose receipts and commands are believed; without it, everybody's whom the broker lets speak. */
  readonly trust?: DownTrust | undefined;
}

/** A message that is forwarded: its bytes stay as they are. */
export interface ForwardedMessage {
  readonly machine: MachineAddress;
  readonly type: MessageType;
  readonly payload: Uint8Array;
  /** Kept until a receipt covers it; else in the ring. */
  readonly durable: boolean;
  readonly raw: RawProperties;
  /** The number that it has already; without it, it gets the machine's next one here. */
  readonly identity: Identity | undefined;
  readonly transfer: Transfer | undefined;
}

/** What of a machine's messages waits for a receipt. */
export interface MachineStatus {
  readonly machine: MachineKey;
  /** Whether `machine()` was called for it: what an earlier process left is sent then, or at once when shared. */
  readonly open: boolean;
  /** What no receipt covers yet. */
  readonly waiting: Holding;
}

/** What an edge holds, whether it is connected, and its counts since its start. */
export interface EdgeStatus extends Readonly<SenderCounts> {
  /** What no receipt covers yet. */
  readonly waiting: Holding;
  readonly outboxLimitBytes: number;
  /** Messages that a receipt has covered. */
  readonly receipted: number;
  /** Telemetry that made room for newer before a receipt covered it. */
  readonly telemetryDropped: number;
  /** Whether receipts and commands have to be signed by somebody who is trusted. */
  readonly verifiesReceipts: boolean;
  readonly connections: readonly UplinkStatus[];
  readonly machines: readonly MachineStatus[];
}

/**
 * The publishing side: machines hand messages over, an outbox on disk keeps them, connections bring them to the
 * broker, and nothing but a receipt of the data center makes one forgotten.
 */
export class Edge {
  readonly #dependencies: EdgeDependencies;
  readonly #settings: EdgeSettings;
  readonly #holdings: Holdings;
  readonly #handOver: HandOver;
  readonly #forgetter: Forgetter;
  readonly #uplinks: Uplinks;
  readonly #queues = new Map<MachineKey, MachineQueue>();
  readonly #machines = new Map<MachineKey, EdgeMachine>();
  readonly #listeners = new Set<(event: EdgeEvent) => void>();
  #waitingForDrain: (() => void)[] = [];
  #lastBootMs = 0;
  #connectedOnce = false;
  #closing: Promise<void> | undefined;

  /**
   * Takes the outbox over, with what it holds; closing the edge closes it.
   * @throws ConcheError CONCHE_CONFIG_INVALID; CONCHE_USAGE or CONCHE_MESSAGE_REFUSED over a shared connection's will
   */
  constructor(dependencies: EdgeDependencies) {
    const { outbox, clock, trust, wallClock } = dependencies;
    const emit = (event: EdgeEvent) => this.#emit(event);
    this.#dependencies = dependencies;
    this.#settings = edgeSettings(dependencies.settings ?? {});
    this.#holdings = new Holdings(outbox.leftovers);
    const shared = { outbox, clock, emit, holdings: this.#holdings };
    this.#forgetter = new Forgetter({ ...shared, forgotten: () => this.#checkDrained() });
    this.#uplinks = new Uplinks(
      {
        ...dependencies,
        ...shared,
        guard: trust === undefined ? undefined : new DownGuard(trust, wallClock),
        window: this.#settings.window,
        retry: this.#settings.retry,
        forget: (publisher, covered) => this.#forgetter.forget(publisher, covered),
        onCommand: (machine, command) => this.#machines.get(machine)?.command(command),
        willMayBeOut: (machine) => this.#restate(machine),
      },
      this.#settings.connection,
    );
    this.#handOver = new HandOver({
      ...shared,
      limits: this.#settings,
      stored: (queue, message) => this.#uplinks.stored(queue, message),
      groupStored: () => this.#uplinks.pump(),
      idle: () => this.#checkDrained(),
    });
    for (const { publisher, highest } of outbox.leftovers) {
      this.#queue(publisher.machine).addLeftover(publisher, highest);
    }
    for (const state of outbox.memory.states) this.#queue(state.machine).noteState(state);
    // All that was left behind may go out over the one connection of a gateway.
    for (const queue of this.#queues.values()) this.#uplinks.share(queue);
  }

  /**
   * A machine of this edge: the same object each time it is asked for.
   * @param address `<site>/<line>/<step>/<machine>`, or its parts
   * @throws ConcheError CONCHE_USAGE, CONCHE_MESSAGE_REFUSED (the will), CONCHE_EDGE_CLOSED
   */
  async machine(address: string | MachineAddress, options: MachineOptions = {}): Promise<EdgeMachine> {
    if (this.#closing !== undefined) throw closed();
    const parsed = parseMachineAddress(address);
    const key = machineKeyOf(parsed);
    const known = this.#machines.get(key);
    if (known !== undefined) return known;
    const { will, clientId = key.replaceAll("/", "."), ...credentials } = options;
    if (this.#uplinks.isShared && Object.keys(options).length > 0) throw notShareable(key);
    const willText = will === undefined ? undefined : willPayload(will);
    const queue = this.#queue(key);
    const machine = new EdgeMachine({ address: parsed, queue, handOver: (message) => this.#take(message) });
    this.#machines.set(key, machine);
    if (this.#uplinks.isShared) this.#uplinks.share(queue);
    else this.#uplinks.open(queue, { clientId, credentials, will: willText });
    return machine;
  }

  /**
   * Takes a message over that somebody else has said, on the shared connection. Resolves with its number when it is on
   * disk here; a message that can't be taken now is refused at once, so that nothing overtakes it. Both refuse with
   * the errors of {@link EdgeMachine.publish} and with CONCHE_OUTBOX_CONFLICT.
   */
  forward({ machine, payload, raw, ...message }: ForwardedMessage): Promise<Identity> | ConcheError {
    if (this.#closing !== undefined) return closed();
    const queue = this.#queue(machineKeyOf(machine));
    this.#uplinks.share(queue);
    // A copy, of these bytes alone: they may be a small part of a large buffer, which would live as long as they do. Small
    // ones share one of Buffer's pools: a buffer for each costs more than its bytes.
    const content = { kind: "raw", payload: Buffer.from(payload), raw } as const;
    return this.#handOver.offer({ ...message, queue, content });
  }

  /** What came from this sender without a number will not come again: its session is gone. */
  endSender(sender: string): void {
    this.#handOver.endSender(sender);
  }

  /** The last state that a machine has said. */
  newestState(machine: MachineKey): NewestState | undefined {
    return this.#queues.get(machine)?.newestState;
  }

  /** Calls back for everything that happens to the edge; returns a function that ends this. */
  onEvent(listener: (event: EdgeEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  status(): EdgeStatus {
    return {
      ...this.#uplinks.counts(),
      waiting: structuredClone(this.#holdings.total),
      outboxLimitBytes: this.#settings.outboxBytes,
      receipted: this.#holdings.receipted,
      telemetryDropped: this.#holdings.telemetryDropped,
      verifiesReceipts: this.#dependencies.trust !== undefined,
      connections: this.#uplinks.status(),
      machines: Array.from(this.#queues.keys(), (machine) => ({
        machine,
        open: this.#machines.has(machine),
        waiting: structuredClone(this.#holdings.ofMachine(machine)),
      })),
    };
  }

  /** Resolves when everything handed over, and what comes meanwhile, is covered by receipts. */
  async drained(): Promise<void> {
    if (this.#holdings.isEmpty && this.#handOver.isIdle) return;
    await new Promise<void>((resolve) => this.#waitingForDrain.push(resolve));
  }

  /**
   * Stops: takes no more, puts what was handed over on disk, disconnects in order (no will is published). What no
   * receipt covers stays in the outbox for the next start; wait for {@link drained} first where that matters.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#handOver.settled();
    this.#forgetter.close();
    await this.#uplinks.close();
    await this.#dependencies.outbox.close();
  }

  #take(message: HandedOver): Promise<Identity> {
    return this.#closing === undefined ? this.#handOver.take(message) : Promise.reject(closed());
  }

  #queue(machine: MachineKey): MachineQueue {
    let queue = this.#queues.get(machine);
    if (queue === undefined) {
      queue = new MachineQueue({ machine, timing: this.#settings, newBoot: () => this.#newBoot() });
      this.#queues.set(machine, queue);
    }
    return queue;
  }

  /** Sorts after every boot of this process before it, even where the clock was set back. */
  #newBoot(): string {
    this.#lastBootMs = Math.max(this.#dependencies.wallClock(), this.#lastBootMs + 1);
    return newBoot(this.#lastBootMs, this.#dependencies.randomBytes);
  }

  #restate(machine: MachineKey): void {
    // Where that isn't possible the outbox is full or has failed, and an event has said so.
    this.#machines
      .get(machine)
      ?.restate()
      .catch(() => {});
  }

  #checkDrained(): void {
    if (!this.#holdings.isEmpty || !this.#handOver.isIdle) return;
    for (const resolve of this.#waitingForDrain.splice(0)) resolve();
  }

  #emit(event: EdgeEvent): void {
    const first = event.kind === "connected" && !this.#connectedOnce;
    if (first) this.#connectedOnce = true;
    this.#tell(event);
    if (first && this.#dependencies.trust === undefined) this.#tell({ kind: "receipts-unverified" });
  }

  #tell(event: EdgeEvent): void {
    for (const listener of this.#listeners) callBack(() => listener(event));
  }
}

function closed(): ConcheError {
  return new ConcheError("CONCHE_EDGE_CLOSED", { message: "the edge was closed" });
}

function notShareable(machine: string): ConcheError {
  return new ConcheError("CONCHE_USAGE", {
    message: `${machine} can't have a will or credentials of its own: all machines of this edge share a connection`,
    hint: "give them in the edge's `connection`, or use a connection per machine",
  });
}
