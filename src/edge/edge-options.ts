import type { RetryLimits } from "./backoff.ts";
import type { Credentials } from "./broker-link.ts";
import type { HandOverLimits } from "./hand-over.ts";
import type { BodyOf } from "./message-body.ts";
import type { RecoveryTiming } from "./recovery.ts";

/** How machines share connections. */
export type ConnectionMode =
  /** A connection, with a will, for each machine: the broker itself tells when a machine has gone. */
  | { readonly kind: "per-machine" }
  /**
   * One connection for all machines of a gateway. A connection has one will, so the broker can only tell that the
   * gateway has gone.
   */
  | {
      readonly kind: "shared";
      readonly clientId: string;
      readonly credentials?: Credentials;
      readonly will?: GatewayWill;
    };

/** The will of a gateway: its own state, as the machine that it is (`s0_edge/<gateway>`). */
export interface GatewayWill {
  /** `<site>/<line>/<step>/<machine>`. */
  readonly machine: string;
  readonly state: BodyOf<"state">;
}

/** What an edge can be told; everything has a default. */
export interface EdgeSettings extends RecoveryTiming, HandOverLimits {
  readonly connection: ConnectionMode;
  /** Most QoS 1 messages sent ahead of the broker's acknowledgements, per connection. */
  readonly window: number;
  readonly retry: RetryLimits;
}

export const EDGE_DEFAULTS: EdgeSettings = {
  connection: { kind: "per-machine" },
  outboxBytes: 256 * 1024 * 1024,
  messageBytes: 256 * 1024,
  pendingBytes: 16 * 1024 * 1024,
  window: 1_000,
  retry: { firstMs: 500, longestMs: 30_000 },
  receiptTimeoutMs: 10_000,
  longestReceiptTimeoutMs: 60_000,
};

/** What a machine can be told beside its address. */
export interface MachineOptions extends Credentials {
  /**
   * What the broker says for the machine when its connection breaks: a state, usually
   * `{ ts: "unknown", state: "OFFLINE" }`. After a reconnect the machine's last state is said again.
   */
  readonly will?: BodyOf<"state">;
  /** The machine's name at the broker; its address with dots unless told otherwise. */
  readonly clientId?: string;
}
