import type { DeliveryPolicy } from "../contract/policy.ts";
import type { ConcheError } from "../errors/conche-error.ts";

/** What became of a published message, as far as the broker says. */
export type PublishOutcome =
  /** Acknowledged (QoS 1), or handed to the network (QoS 0, which nobody acknowledges). */
  | { readonly kind: "sent" }
  /** Acknowledged, but nobody subscribes (MQTT 5 reason 16): no proof that anybody will store it. */
  | { readonly kind: "no-subscriber" }
  /** Refused by the broker, or not taken because the connection is down and the queue full. */
  | { readonly kind: "refused"; readonly error: ConcheError };

/** A message as a machine publishes it. */
export interface PublishedMessage extends Pick<DeliveryPolicy, "qos" | "retain"> {
  readonly topic: string;
  readonly payload: string;
  /** The payload's schema, as `telemetry/2`: an MQTT 5 user property. */
  readonly schema?: string;
  /** Published later than it happened: an MQTT 5 user property, which MQTT 3.1.1 has no place for. */
  readonly refill?: true;
}

/** PORT. One machine's connection to a broker. It reconnects by itself. */
export interface MachineConnection {
  /** Never rejects. Resolves for QoS 1 when the broker has answered. */
  publish(message: PublishedMessage): Promise<PublishOutcome>;
  /** Sends what is queued, disconnects cleanly (the will is not published). */
  close(): Promise<void>;
}

/** Opens the connection of one machine, with its will. Rejects with CONCHE_BROKER_UNREACHABLE or _REFUSED. */
export type ConnectMachine = (clientId: string, will: PublishedMessage) => Promise<MachineConnection>;
