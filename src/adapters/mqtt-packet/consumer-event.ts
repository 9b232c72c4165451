import type { ConcheError } from "../../errors/conche-error.ts";

/** What happens to a consumer's connection. For logs and for the tests; the state of now is in `status()`. */
export type ConsumerEvent =
  | { readonly kind: "connecting"; readonly broker: string }
  | {
      readonly kind: "connected";
      /** Whether the broker still had our session, with what arrived meanwhile. */
      readonly sessionPresent: boolean;
      /** How long it keeps the session, seconds; undefined when it does not say (MQTT 3.1.1). */
      readonly sessionExpiryS: number | undefined;
    }
  /** The broker keeps the session for less than was asked: what comes while we are away longer is gone. */
  | { readonly kind: "session-shortened"; readonly detail: string }
  /** The broker no longer has the session of an earlier connection; what it had kept for us is gone. */
  | { readonly kind: "session-lost"; readonly detail: string }
  | { readonly kind: "subscribed"; readonly filters: readonly string[] }
  /** The broker refused a subscription or granted less than QoS 1; asked again after the pause. */
  | { readonly kind: "not-subscribed"; readonly error: ConcheError; readonly retryInMs: number }
  /** The broker answered CONNECT with a refusal. */
  | { readonly kind: "refused"; readonly error: ConcheError; readonly retryInMs: number | undefined }
  /** There is no connection any more, or none came about. */
  | { readonly kind: "lost"; readonly error: ConcheError; readonly retryInMs: number | undefined }
  /** A message over the size limit was cut and handed on as such (MQTT 3.1.1). */
  | { readonly kind: "oversize"; readonly topic: string; readonly bytes: number }
  | { readonly kind: "paused" }
  | { readonly kind: "stopped" };

/** Counters since the consumer was made. */
export interface ConsumerStats {
  /** Connections on which the broker said yes. */
  connections: number;
  /** Messages handed to the sink. */
  received: number;
  /** Of these, with the DUP flag: the broker had sent them before. */
  redelivered: number;
  /** PUBACKs written. */
  acknowledged: number;
  /** Messages settled without an error after their connection had ended: acknowledged by nobody, redelivered. */
  settledTooLate: number;
  /** Messages settled with an error, never acknowledged. */
  refusedBySink: number;
  /** Messages that came after `pause()`: left to the broker where it keeps them (QoS 1). */
  leftUnread: number;
  /** Messages over the size limit. */
  oversize: number;
  /** Times that reading stopped because the sink was saturated. */
  saturated: number;
  /** Outgoing messages the broker acknowledged. */
  published: number;
  /** Of these, those that had no subscriber (reason 16): fine for a retained one. */
  publishedToNobody: number;
  /** Outgoing messages that were refused, given up or never sent. */
  publishFailures: number;
  /** Times the broker broke the protocol. */
  violations: number;
  bytesReceived: number;
}

/** The counters of a consumer that begins, all zero. */
export function newConsumerStats(): ConsumerStats {
  return {
    connections: 0,
    received: 0,
    redelivered: 0,
    acknowledged: 0,
    settledTooLate: 0,
    refusedBySink: 0,
    leftUnread: 0,
    oversize: 0,
    saturated: 0,
    published: 0,
    publishedToNobody: 0,
    publishFailures: 0,
    violations: 0,
    bytesReceived: 0,
  };
}
