import { ConcheError } from "../errors/conche-error.ts";
import type { RetryLimits } from "../mqtt/backoff.ts";
import type { Credentials } from "./broker-link.ts";
import type { HandOverLimits } from "./hand-over.ts";
import type { BodyOf } from "./message-body.ts";
import type { RecoveryTiming } from "./recovery.ts";

/** Whether each machine has a connection of its own, with its own will, or all share one. */
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
  /** Most bytes of telemetry kept until a receipt covers it; past it the oldest makes room. */
  readonly telemetryBytes: number;
  /** Most QoS 1 messages sent ahead of the broker's acknowledgements, per connection. */
  readonly window: number;
  readonly retry: RetryLimits;
}

const EDGE_DEFAULTS: EdgeSettings = {
  connection: { kind: "per-machine" },
  outboxBytes: 256 * 1024 * 1024,
  telemetryBytes: 256 * 1024 * 1024,
  messageBytes: 256 * 1024,
  pendingBytes: 16 * 1024 * 1024,
  window: 1_000,
  retry: { firstMs: 500, longestMs: 30_000 },
  receiptTimeoutMs: 10_000,
  longestReceiptTimeoutMs: 60_000,
};

/**
 * The settings with every default filled in, checked.
 * @throws ConcheError CONCHE_CONFIG_INVALID with all findings at once
 */
export function edgeSettings(given: Partial<EdgeSettings>): EdgeSettings {
  const told = Object.entries(given).filter(([, value]) => value !== undefined);
  const settings: EdgeSettings = { ...EDGE_DEFAULTS, ...Object.fromEntries(told) };
  const findings = [...checks(settings)];
  if (findings.length === 0) return settings;
  throw new ConcheError("CONCHE_CONFIG_INVALID", {
    message: findings.join("; "),
    hint: "correct the listed settings, or leave them out",
  });
}

function* checks(settings: EdgeSettings): Generator<string> {
  const { retry, messageBytes } = settings;
  yield* range("messageBytes", messageBytes, 1, MOST_BYTES);
  for (const name of ["outboxBytes", "telemetryBytes", "pendingBytes"] as const) {
    yield* range(name, settings[name], 4 * messageBytes, MOST_BYTES, " (four messages)");
  }
  yield* range("window", settings.window, 1, 65_535);
  yield* range("retry.firstMs", retry.firstMs, 1, retry.longestMs);
  yield* range("retry.longestMs", retry.longestMs, 1, LONGEST_MS);
  yield* range("receiptTimeoutMs", settings.receiptTimeoutMs, 100, settings.longestReceiptTimeoutMs);
  yield* range("longestReceiptTimeoutMs", settings.longestReceiptTimeoutMs, 100, LONGEST_MS);
}

const MOST_BYTES = Number.MAX_SAFE_INTEGER;
/** The longest time that a timer takes. */
const LONGEST_MS = 2 ** 31 - 1;

function* range(name: string, value: number, from: number, to: number, why = ""): Generator<string> {
  if (Number.isSafeInteger(value) && value >= from && value <= to) return;
  const bounds = to === MOST_BYTES ? `from ${from}${why}` : `from ${from}${why} to ${to}`;
  yield `${name} must be a whole number ${bounds}, not ${value}`;
}

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
