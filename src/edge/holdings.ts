import type { Publisher } from "../contract/identity.ts";
import type { MachineKey } from "../contract/topic.ts";
import type { DroppedTelemetry, Holding, MutableQuantity, PublisherHolding, Quantity } from "./outbox.ts";

interface MutableHolding {
  readonly durable: MutableQuantity;
  readonly telemetry: MutableQuantity;
}

/** What the outbox holds, counted along: in all and by machine. */
export class Holdings {
  readonly #total = emptyHolding();
  readonly #machines = new Map<MachineKey, MutableHolding>();

  constructor(leftovers: readonly PublisherHolding[]) {
    for (const { publisher, durable, telemetry } of leftovers) {
      this.#change(publisher, "durable", durable, 1);
      this.#change(publisher, "telemetry", telemetry, 1);
    }
  }

  /** Messages that a receipt has covered, since the start. */
  receipted = 0;
  /** Telemetry that made room for newer, since the start. */
  telemetryDropped = 0;

  get total(): Holding {
    return this.#total;
  }

  get isEmpty(): boolean {
    return this.#total.durable.messages === 0 && this.#total.telemetry.messages === 0;
  }

  ofMachine(machine: MachineKey): Holding {
    return this.#machines.get(machine) ?? emptyHolding();
  }

  added(publisher: Publisher, durable: boolean, bytes: number): void {
    this.#change(publisher, durable ? "durable" : "telemetry", { messages: 1, bytes }, 1);
  }

  dropped(dropped: DroppedTelemetry): void {
    this.telemetryDropped += dropped.messages;
    this.#change(dropped.publisher, "telemetry", dropped, -1);
  }

  deleted(publisher: Publisher, { durable, telemetry }: Holding): void {
    this.receipted += durable.messages + telemetry.messages;
    this.#change(publisher, "durable", durable, -1);
    this.#change(publisher, "telemetry", telemetry, -1);
  }

  #change({ machine }: Publisher, kind: keyof Holding, quantity: Quantity, sign: 1 | -1): void {
    let holding = this.#machines.get(machine);
    if (holding === undefined) {
      holding = emptyHolding();
      this.#machines.set(machine, holding);
    }
    for (const each of [this.#total[kind], holding[kind]]) {
      each.messages += sign * quantity.messages;
      each.bytes += sign * quantity.bytes;
    }
  }
}

function emptyHolding(): MutableHolding {
  return { durable: { messages: 0, bytes: 0 }, telemetry: { messages: 0, bytes: 0 } };
}
