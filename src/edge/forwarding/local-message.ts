import type { UserProperties } from "../../contract/identity.ts";
import type { ConcheError } from "../../errors/conche-error.ts";

/**
 * A message that a local broker or client hands over. The shape is that of what a delivery hands to a data center
 * (mqtt/delivery.ts), so that the same deliveries feed both.
 */
export interface LocalMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** The payload's whole length, when `payload` holds only its beginning. */
  readonly cutFromBytes?: number | undefined;
  readonly qos: number;
  readonly retain: boolean;
  /** Whether a cleared retain flag means that the publisher didn't set it. */
  readonly retainVisible: boolean;
  /** Whether this may be a retained message that is said again to a new subscription. */
  readonly mayBeReplay: boolean;
  readonly properties:
    | { readonly contentType?: string | undefined; readonly userProperties?: UserProperties | undefined }
    | undefined;
  /** How it was handed over at QoS 1. */
  readonly transfer?: LocalTransfer | undefined;
}

/** The handshake that brings a QoS 1 message: what it can be known by when it comes again. */
export interface LocalTransfer {
  /** The client that sent it; empty for a broker that this process is a client of. */
  readonly sender: string;
  readonly packetId: number;
  /** Whether its sender says that it may have sent it before (DUP). */
  readonly repeated: boolean;
}

/** Called once: without an error the message is kept and may be acknowledged, with one it must not be. */
export type Settle = (error?: ConcheError) => void;
