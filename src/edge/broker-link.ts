import type { UserProperties } from "../contract/identity.ts";
import type { Qos } from "../contract/policy.ts";
import type { ConcheError } from "../errors/conche-error.ts";
import type { ClientTls } from "../mqtt/client-tls.ts";
import type { TravellingProperties } from "../mqtt/delivery.ts";

/** A message as it goes to the broker. */
export interface LinkMessage {
  readonly topic: string;
  readonly payload: string | Uint8Array;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly contentType?: string | undefined;
  readonly userProperties?: UserProperties | undefined;
  readonly properties?: TravellingProperties | undefined;
}

/** What the broker answers to a QoS 1 message. None of it means that the data center has it. */
export type PublishAnswer =
  | { readonly kind: "taken" }
  /** Reason 16: nobody subscribes, so nobody will store it. */
  | { readonly kind: "no-subscriber" }
  | { readonly kind: "refused"; readonly error: ConcheError };

/** What the broker allows on this connection. */
export interface LinkLimits {
  /** QoS 1 messages it takes ahead of its acknowledgements. */
  readonly receiveMaximum: number;
  readonly maximumPacketBytes: number;
}

/** Who a client is to its broker. */
export interface Credentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM: the client certificate and its key. */
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
  /** The same, asked for at each connection: what it gives wins. */
  readonly tls?: ClientTls | undefined;
}

/** What a connection is opened with. */
export interface LinkRequest {
  readonly clientId: string;
  readonly credentials: Credentials;
  readonly will: LinkMessage | undefined;
  /** Subscribed to before anything is published, at QoS 1. */
  readonly filters: readonly string[];
}

/** What travels beside a message that was received. */
export interface ReceivedWith {
  readonly retain: boolean;
  readonly userProperties?: UserProperties | undefined;
  readonly properties?: TravellingProperties | undefined;
}

/** What a connection tells its owner. Nothing comes after `down`. */
export interface LinkOwner {
  /** Connected, and subscribed as far as the broker allows. */
  up(limits: LinkLimits): void;
  /** The broker refused a subscription: there will be no receipts, or no commands. */
  unsubscribed(error: ConcheError): void;
  received(topic: string, payload: Uint8Array, beside: ReceivedWith): void;
  /** The socket takes more again, after `publish` returned false. */
  relieved(): void;
  /** The connection is gone, or none came about. Called once. */
  down(error: ConcheError): void;
}

/** PORT. One connection to a broker: it keeps nothing, repeats nothing, and ends with its socket. */
export interface BrokerLink {
  /**
   * Writes a message. False, and nothing is written, while the socket can't take more: `relieved` follows.
   * @param answered called once for QoS 1 with the broker's answer, and never after `down`
   */
  publish(message: LinkMessage, answered: (answer: PublishAnswer) => void): boolean;
  subscribe(filters: readonly string[]): void;
  /** Disconnects in order, so that the will is not published. `down` is not called for it. */
  close(): Promise<void>;
}

/** Opens a connection; what comes of it is told to the owner. Never throws over what a network or broker does. */
export type OpenLink = (request: LinkRequest, owner: LinkOwner) => BrokerLink;
