import type { AccessRules } from "../access/access-rules.ts";
import type { MessageSink } from "../mqtt/delivery.ts";
import type { BrokerEvent } from "./broker-event.ts";
import type { BrokerLimits } from "./broker-limits.ts";
import type { SessionChanges } from "./session-changes.ts";

/** What the broker counts as it goes. */
export interface BrokerCounters {
  /** Messages taken from clients, wills included. */
  messagesIn: number;
  bytesIn: number;
  /** Messages handed to the sink that it has not answered yet. */
  inFlight: number;
  /** Messages sent to subscribers. */
  messagesOut: number;
}

/** What all parts of the broker are given: limits, rules, where messages go, and the world outside. */
export interface BrokerContext {
  readonly limits: BrokerLimits;
  readonly rules: AccessRules;
  readonly sink: MessageSink;
  readonly counters: BrokerCounters;
  /** What of the sessions is to be kept. */
  readonly changes: SessionChanges;
  report(event: BrokerEvent): void;
  /** Milliseconds from some fixed moment; never goes back. */
  now(): number;
  /** A client identifier that nobody else has. */
  newClientId(): string;
  /** Runs the task once others have had their turn. */
  later(task: () => void): void;
}
