import assert from "node:assert/strict";
import { NAMESPACE_RULES } from "../../src/access/namespace-rules.ts";
import { BrokerCore } from "../../src/broker/broker-core.ts";
import type { BrokerEvent } from "../../src/broker/broker-event.ts";
import { BROKER_LIMITS, type BrokerLimits } from "../../src/broker/broker-limits.ts";
import type { Connection, Line } from "../../src/broker/connection.ts";
import { SessionChanges } from "../../src/broker/session-changes.ts";
import type { DeliveredMessage, MessageSink, Settle } from "../../src/mqtt/delivery.ts";

/** A broker in memory: what clients are sent goes nowhere, the sink settles when it is told to. */
export class BrokerInMemory {
  now = 0;
  readonly defects: BrokerEvent[] = [];
  readonly counters = { messagesIn: 0, bytesIn: 0, inFlight: 0, messagesOut: 0 };
  readonly core: BrokerCore;
  #later: (() => void)[] = [];
  #waiting: (() => void)[] = [];

  constructor(limits: Partial<BrokerLimits> = {}) {
    const sink: MessageSink = {
      saturated: false,
      onRelief: (resume) => resume(),
      accept: <Message extends DeliveredMessage>(message: Message, settle: Settle<Message>) => {
        void message.properties;
        this.#waiting.push(() => settle(undefined, message));
      },
    };
    this.core = new BrokerCore(
      {
        limits: { ...BROKER_LIMITS, ...limits },
        rules: NAMESPACE_RULES,
        sink,
        counters: this.counters,
        changes: new SessionChanges(false),
        report: (event) => {
          if (event.kind === "defect") this.defects.push(event);
        },
        now: () => this.now,
        newClientId: () => "assigned",
        later: (task) => this.#later.push(task),
      },
      undefined,
    );
  }

  /** Tasks that wait for their turn. */
  get waiting(): number {
    return this.#later.length;
  }

  /** A connection that has said nothing yet. */
  open(): Connection {
    const line: Line = {
      backlog: 0,
      lastHeardAt: 0,
      held: false,
      blockedMs: () => 0,
      wake: () => {},
      hold: () => {},
      release: () => {},
      end: () => {},
    };
    const connection = this.core.connections.accept(line, { remote: "127.0.0.1", user: undefined });
    assert.ok(connection !== undefined);
    return connection;
  }

  /** A turn of the event loop: settles what the sink has, and does what waited for its turn. */
  turn(): void {
    this.now += 10;
    for (const settle of this.#waiting.splice(0)) settle();
    for (const task of this.#later.splice(0)) task();
  }
}
