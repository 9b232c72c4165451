import type { Command } from "../contract/command.ts";
import { BOOT_PATTERN, type Identity } from "../contract/identity.ts";
import { DELIVERY_POLICY } from "../contract/policy.ts";
import type { MachineAddress, MachineKey, MessageType } from "../contract/topic.ts";
import { ConcheError } from "../errors/conche-error.ts";
import { callBack } from "./call-back.ts";
import type { HandedOver } from "./hand-over.ts";
import type { MachineQueue } from "./machine-queue.ts";
import { type BodyOf, bodyText } from "./message-body.ts";
import type { RawProperties } from "./outbox.ts";
import { checkRaw } from "./wire-message.ts";

/** What a payload that must stay as it is travels with. */
export interface RawOptions extends RawProperties {
  /** The identity that the message has already; without it, it gets the machine's next number. */
  readonly identity?: Identity;
  /** Whether it must not be lost; as its type has it unless told otherwise (all but telemetry). */
  readonly durable?: boolean;
}

/** What a machine is made of. */
export interface EdgeMachineDependencies {
  readonly address: MachineAddress;
  readonly queue: MachineQueue;
  readonly handOver: (message: HandedOver) => Promise<Identity>;
}

/** One machine's voice: what is handed over here reaches the data center. */
export class EdgeMachine {
  readonly address: MachineAddress;
  readonly #dependencies: EdgeMachineDependencies;
  readonly #commandListeners = new Set<(command: Command) => void>();
  #lastState: string | undefined;

  constructor(dependencies: EdgeMachineDependencies) {
    this.address = dependencies.address;
    this.#dependencies = dependencies;
  }

  /** `<site>/<line>/<step>/<machine>`. */
  get key(): MachineKey {
    return this.#dependencies.queue.machine;
  }

  /**
   * Hands a message over. Resolves, with the number it got, when it is on disk here: everything but telemetry will
   * then reach the data center exactly once, as long as the two disks survive. Telemetry is in the ring, and
   * reaches it as long as the ring keeps it.
   *
   * Rejects with CONCHE_MESSAGE_REFUSED what the contract refuses, with CONCHE_OUTBOX_FULL, CONCHE_OUTBOX_BUSY or
   * CONCHE_DISK_FULL what can't be kept now, with CONCHE_OUTBOX_IO when the disk has failed, with
   * CONCHE_EDGE_CLOSED after `close()`. What was rejected was not sent and has no number.
   */
  async publish<Type extends MessageType>(type: Type, body: BodyOf<Type>): Promise<Identity> {
    const text = bodyText(type, body);
    if (type === "state") this.#lastState = text;
    return this.#handOverBody(type, text);
  }

  /**
   * Hands over bytes that must stay as they are (a machine that knows nothing of identity, version 1): the identity
   * travels in MQTT 5 user properties. The payload isn't checked; what the contract refuses ends in the data
   * center's quarantine. Resolves and rejects as {@link publish} does, and with CONCHE_OUTBOX_CONFLICT where the
   * outbox holds other bytes under the identity given.
   */
  async publishRaw(
    type: MessageType,
    payload: string | Uint8Array,
    options: RawOptions = {},
  ): Promise<Identity> {
    const { identity, durable = DELIVERY_POLICY[type].qos > 0, ...raw } = options;
    checkRaw(type, raw);
    if (identity !== undefined) checkIdentity(identity);
    // A copy: the caller may reuse its buffer as soon as this call returns.
    const bytes = Buffer.from(payload);
    const content = { kind: "raw", payload: bytes, raw } as const;
    return this.#dependencies.handOver({ queue: this.#dependencies.queue, type, durable, content, identity });
  }

  /**
   * Calls back for each command from the data center; returns a function that ends this. A command may come more
   * than once (`command_id` tells), and what is given while the machine is not connected does not come.
   */
  onCommand(listener: (command: Command) => void): () => void {
    this.#commandListeners.add(listener);
    return () => this.#commandListeners.delete(listener);
  }

  /** A command has come. */
  command(command: Command): void {
    for (const listener of this.#commandListeners) callBack(() => listener(command));
  }

  /**
   * Says its last state again, as a new message: the broker may have published the will, and that is what the
   * data center and whoever connects take for the state now.
   */
  async restate(): Promise<void> {
    if (this.#lastState === undefined) return;
    await this.#handOverBody("state", this.#lastState);
  }

  #handOverBody(type: MessageType, text: string): Promise<Identity> {
    const durable = DELIVERY_POLICY[type].qos > 0;
    return this.#dependencies.handOver({
      queue: this.#dependencies.queue,
      type,
      durable,
      content: { kind: "body", text },
    });
  }
}

function checkIdentity({ boot, seq }: Identity): void {
  if (BOOT_PATTERN.test(boot) && Number.isSafeInteger(seq) && seq >= 1) return;
  throw new ConcheError("CONCHE_MESSAGE_REFUSED", {
    message: "boot must be 8 to 64 characters of [0-9A-Za-z_-], seq a whole number from 1",
  });
}
