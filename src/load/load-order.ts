import type { Qos } from "../contract/policy.ts";

/** Message types a load can be made of: those that nobody retains and that need no story around them. */
export const LOAD_TYPES = ["telemetry", "alarm", "quality"] as const;
/** A type of message that a load sends. */
export type LoadType = (typeof LOAD_TYPES)[number];

/** What a load consists of, whichever broker it is for. */
export interface LoadOrder {
  /** The site whose machines the load pretends to be; a topic level. */
  readonly site: string;
  readonly type: LoadType;
  readonly payloadVersion: 1 | 2;
  /** Whether messages carry boot and seq; those of payload version 1 never do. */
  readonly identified: boolean;
  /** One machine, with one connection, each. */
  readonly connections: number;
  readonly qos: Qos;
  /** Size of a payload in bytes. */
  readonly payloadBytes: number;
  /** Messages of a connection that may wait for their acknowledgement; the broker may ask for fewer (MQTT 5). */
  readonly window: number;
  /** Messages per second over all connections; undefined: as fast as they are acknowledged. */
  readonly rate?: number | undefined;
  /** Messages in all; undefined: until it is stopped. */
  readonly messages?: number | undefined;
}

/** The part of a load that one thread makes. */
export interface LoadShare extends LoadOrder {
  /** Machines are numbered over all shares. */
  readonly firstMachine: number;
}

/**
 * Deals a load out: connections evenly, messages and rate by connections, so that every connection does the same
 * whichever share it is in. Never more shares than connections.
 */
export function sharesOf(order: LoadOrder, shares: number): LoadShare[] {
  const { connections, rate, messages } = order;
  const count = Math.max(1, Math.min(shares, connections));
  const upTo = (total: number, index: number) => Math.floor((total * index) / count);
  return Array.from({ length: count }, (_, index) => {
    const part = (total: number) => upTo(total, index + 1) - upTo(total, index);
    const mine = part(connections);
    return {
      ...order,
      firstMachine: upTo(connections, index),
      connections: mine,
      rate: rate === undefined ? undefined : (rate * mine) / connections,
      messages: messages === undefined ? undefined : part(messages),
    };
  });
}
