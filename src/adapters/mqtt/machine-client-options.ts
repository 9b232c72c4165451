import type { ConcheError } from "../../errors/conche-error.ts";
import type { ClientTls } from "../../mqtt/client-tls.ts";
import type { PublishedMessage } from "../../mqtt/machine-connection.ts";

/** How one machine reaches its broker. */
export interface MachineClientOptions {
  /** `mqtt://host:1883`, `mqtts://host:8883`, `ws://host/mqtt` or `wss://host/mqtt`; may hold user and password. */
  readonly url: string;
  readonly clientId: string;
  /** 5, or 4 for MQTT 3.1.1. */
  readonly protocol: 4 | 5;
  /** What the broker publishes when the machine is gone without saying so. */
  readonly will?: PublishedMessage | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM: who may have signed the broker's certificate, instead of the authorities that Node knows. */
  readonly ca?: string | Buffer | undefined;
  /** PEM: the client certificate and its key. */
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
  /** Authorities, certificate and key, asked for at each connection: what it gives wins. */
  readonly tls?: ClientTls | undefined;
  /** The first connection is tried until this is aborted; without it, one failed attempt is the end. */
  readonly signal?: AbortSignal | undefined;
  /** Hears of every attempt that failed and of every lost connection; the next attempt follows by itself. */
  readonly onTrouble?: ((error: ConcheError) => void) | undefined;
  /** Messages that may wait for the connection or for their turn; more are refused. */
  readonly maxQueued?: number | undefined;
  /** Bounds of the pauses between attempts, milliseconds. */
  readonly retry?: { readonly firstMs: number; readonly longestMs: number } | undefined;
  readonly keepaliveS?: number | undefined;
  readonly connectTimeoutMs?: number | undefined;
  /** Longest that `close` waits for the broker's answers, and then for it to hang up, milliseconds. */
  readonly closeTimeoutMs?: number | undefined;
  /** A number from 0 to below 1, for jitter. */
  readonly random?: (() => number) | undefined;
}

/** What a machine's client does where nothing is configured: milliseconds, seconds and messages, as the names say. */
export const MACHINE_CLIENT_DEFAULTS = {
  maxQueued: 1_000,
  retry: { firstMs: 500, longestMs: 30_000 },
  keepaliveS: 30,
  connectTimeoutMs: 10_000,
  closeTimeoutMs: 2_000,
} as const;

/** How the connections of an edge reach their broker, whoever they are for. */
export interface EdgeLinkOptions {
  /** `mqtt://host:1883`, `mqtts://host:8883`, `ws://host/mqtt` or `wss://host/mqtt`; may hold user and password. */
  readonly url: string;
  /** For connections that have no credentials of their own. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM: who may have signed the broker's certificate, instead of the authorities that Node knows. */
  readonly ca?: string | Buffer | undefined;
  /** PEM: the client certificate and its key, for connections that have none of their own. */
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
  /** Authorities, certificate and key, asked for at each connection: what it gives wins. */
  readonly tls?: ClientTls | undefined;
  /** A broker that is silent for one and a half times as long counts as gone, seconds. */
  readonly keepaliveS?: number | undefined;
  /** How long the broker has to answer CONNECT, and then SUBSCRIBE, milliseconds. */
  readonly connectTimeoutMs?: number | undefined;
}
