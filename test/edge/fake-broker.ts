import type { Command } from "../../src/contract/command.ts";
import type { Receipt } from "../../src/contract/receipt.ts";
import { downTopic, type MachineKey } from "../../src/contract/topic.ts";
import type {
  BrokerLink,
  LinkMessage,
  LinkOwner,
  LinkRequest,
  OpenLink,
  PublishAnswer,
} from "../../src/edge/broker-link.ts";
import { ConcheError } from "../../src/errors/conche-error.ts";

/** A message that has reached the broker. */
export interface Sent {
  readonly message: LinkMessage;
  readonly answer: (answer: PublishAnswer) => void;
}

/** A connection as the broker sees it. */
export interface FakeConnection {
  readonly request: LinkRequest;
  readonly owner: LinkOwner;
  readonly filters: string[];
  open: boolean;
}

/** A broker that does what the test says: answers or not, takes or not, hangs up. */
export class FakeBroker {
  readonly connections: FakeConnection[] = [];
  readonly sent: Sent[] = [];
  reachable = true;
  /** Answers every QoS 1 message at once. */
  answers: PublishAnswer | undefined = { kind: "taken" };
  receiveMaximum = 65_535;
  /** Messages that the sockets still take; then they are full until {@link relieve}. */
  room = Number.POSITIVE_INFINITY;

  readonly open: OpenLink = (request, owner) => {
    const connection: FakeConnection = { request, owner, filters: [...request.filters], open: false };
    this.connections.push(connection);
    queueMicrotask(() => this.#decide(connection));
    return this.#link(connection);
  };

  get live(): FakeConnection[] {
    return this.connections.filter(({ open }) => open);
  }

  /** What has arrived, short: type, number, QoS, and a mark for what was sent later or again. */
  get arrived(): string[] {
    return this.sent.map(({ message }) => {
      const { boot: _boot, seq } = identityOf(message);
      const refill = message.userProperties?.refill === undefined ? "" : " refill";
      return `${message.topic.split("/").at(-1)} ${seq} qos${message.qos}${refill}`;
    });
  }

  receipt(machine: MachineKey, receipt: Omit<Receipt, "at">): void {
    this.down(downTopic(machine, "receipt"), JSON.stringify({ ...receipt, at: "2026-01-11T10:00:00Z" }));
  }

  command(machine: MachineKey, command: Command): void {
    this.down(downTopic(machine, "command"), JSON.stringify(command));
  }

  /** Delivers to whoever has subscribed. */
  down(topic: string, payload: string): void {
    for (const { owner, filters } of this.live) {
      if (filters.includes(topic)) owner.received(topic, Buffer.from(payload), { retain: true });
    }
  }

  cut(): void {
    for (const connection of this.live) {
      connection.open = false;
      connection.owner.down(gone());
    }
  }

  relieve(): void {
    this.room = Number.POSITIVE_INFINITY;
    for (const { owner } of this.live) owner.relieved();
  }

  #decide(connection: FakeConnection): void {
    connection.open = this.reachable;
    if (!this.reachable) connection.owner.down(gone());
    else connection.owner.up({ receiveMaximum: this.receiveMaximum, maximumPacketBytes: 1e6 });
  }

  #link(connection: FakeConnection): BrokerLink {
    return {
      publish: (message, answered) => {
        if (!connection.open || this.room <= 0) return false;
        this.room--;
        const answer = (given: PublishAnswer) => {
          if (connection.open && message.qos > 0) answered(given);
        };
        this.sent.push({ message, answer });
        const { answers } = this;
        if (answers !== undefined) queueMicrotask(() => answer(answers));
        return true;
      },
      subscribe: (filters) => {
        connection.filters.push(...filters);
      },
      close: async () => {
        connection.open = false;
      },
    };
  }
}

/** The identity of a message, wherever it is. */
export function identityOf({ userProperties, payload }: LinkMessage): { boot: string; seq: number } {
  if (typeof userProperties?.boot === "string") {
    return { boot: userProperties.boot, seq: Number(userProperties.seq) };
  }
  return JSON.parse(String(payload)) as { boot: string; seq: number };
}

function gone(): ConcheError {
  return new ConcheError("CONCHE_BROKER_UNREACHABLE", { message: "gone", retryable: true });
}
