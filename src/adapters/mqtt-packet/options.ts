import { UP_ROOT } from "../../contract/topic.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import type { RetryLimits } from "../../mqtt/backoff.ts";
import { type BrokerAddress, parseBrokerUrl } from "../../mqtt/broker-address.ts";
import type { ClientTls } from "../../mqtt/client-tls.ts";
import type { Clock } from "../../time/clock.ts";
import { SYSTEM_CLOCK } from "../../time/system-clock.ts";
import type { ConsumerEvent } from "./consumer-event.ts";

/** How to reach a broker and what to ask of it. */
export interface MqttConsumerOptions {
  /** `mqtt://host:1883` or `mqtts://host:8883`; may hold user name and password. */
  readonly url: string;
  /** The session's name at the broker: the same at every start, and no other client's. */
  readonly clientId: string;
  /** 5 (the default), or 4 for MQTT 3.1.1. */
  readonly protocol?: 4 | 5 | undefined;
  /** Topic filters to subscribe to; `factory/#` unless told otherwise. */
  readonly filters?: readonly string[] | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM: who may have signed the broker's certificate, instead of the authorities that Node knows. */
  readonly ca?: string | Buffer | undefined;
  /** PEM: the client certificate and its key. */
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
  /** Authorities, certificate and key, asked for at each connection: what it gives wins. */
  readonly tls?: ClientTls | undefined;
  /** The name that the broker's certificate must bear, when it isn't the URL's host. */
  readonly servername?: string | undefined;
  /** How long the broker keeps messages for us while we are away (MQTT 5), seconds. */
  readonly sessionExpiryS?: number | undefined;
  /** The most QoS 1 messages the broker may send ahead of our acknowledgements (MQTT 5). */
  readonly receiveMaximum?: number | undefined;
  /** The largest packet taken whole, fixed header included; of a longer PUBLISH only the beginning is kept. */
  readonly maxPacketBytes?: number | undefined;
  /** Seconds; the broker may shorten it (MQTT 5). */
  readonly keepaliveS?: number | undefined;
  /** From opening the socket to the answer to the subscription, milliseconds. */
  readonly connectTimeoutMs?: number | undefined;
  readonly retry?: RetryLimits | undefined;
  /** A connection that was ready this long makes the next pauses begin small again, milliseconds. */
  readonly stableAfterMs?: number | undefined;
  /** Outgoing messages in flight or waiting for their turn; more are refused. */
  readonly maxPublishes?: number | undefined;
  /** An outgoing message that isn't acknowledged in this time counts as not handed over, milliseconds. */
  readonly publishTimeoutMs?: number | undefined;
  /** Told of everything that happens to the connection. */
  readonly onStatus?: ((event: ConsumerEvent) => void) | undefined;
  readonly clock?: Clock | undefined;
  /** A number from 0 to below 1, for jitter. */
  readonly random?: (() => number) | undefined;
}

/** The options with every default filled in, checked. */
export interface ConsumerSettings {
  readonly address: BrokerAddress;
  readonly clientId: string;
  readonly protocol: 4 | 5;
  readonly filters: readonly string[];
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly ca: string | Buffer | undefined;
  readonly cert: string | Buffer | undefined;
  readonly key: string | Buffer | undefined;
  readonly tls: ClientTls | undefined;
  readonly servername: string | undefined;
  readonly sessionExpiryS: number;
  readonly receiveMaximum: number;
  readonly maxPacketBytes: number;
  readonly keepaliveS: number;
  readonly connectTimeoutMs: number;
  readonly retry: RetryLimits;
  readonly stableAfterMs: number;
  readonly maxPublishes: number;
  readonly publishTimeoutMs: number;
  readonly onStatus: (event: ConsumerEvent) => void;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * What a consumer does where nothing is configured; a session is kept for a week, so that a long stop loses nothing.
 */
export const CONSUMER_DEFAULTS = {
  protocol: 5,
  filters: [`${UP_ROOT}/#`],
  sessionExpiryS: 7 * 24 * 3600,
  receiveMaximum: 1_000,
  maxPacketBytes: 1024 * 1024,
  keepaliveS: 30,
  connectTimeoutMs: 10_000,
  retry: { firstMs: 500, longestMs: 30_000 },
  stableAfterMs: 10_000,
  maxPublishes: 10_000,
  publishTimeoutMs: 10_000,
} as const satisfies Partial<ConsumerSettings>;

/**
 * Fills in the defaults and checks what the types can't say.
 *
 * @throws ConcheError CONCHE_BROKER_URL_INVALID, or CONCHE_CONFIG_INVALID with all findings at once
 */
export function consumerSettings(options: MqttConsumerOptions): ConsumerSettings {
  const address = parseBrokerUrl(options.url);
  const settings: ConsumerSettings = {
    ...CONSUMER_DEFAULTS,
    ca: undefined,
    cert: undefined,
    key: undefined,
    tls: undefined,
    servername: undefined,
    onStatus: () => {},
    clock: SYSTEM_CLOCK,
    random: Math.random,
    ...given(options),
    username: options.username ?? address.username,
    password: options.password ?? address.password,
    address,
  };
  const findings = [...checks(settings)];
  if (findings.length > 0) {
    throw new ConcheError("CONCHE_CONFIG_INVALID", { message: findings.join("; ") });
  }
  return settings;
}

/** Without the keys that are there but undefined: they mean the default too. */
function given(options: MqttConsumerOptions): Given {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Given;
}

type Given = Pick<MqttConsumerOptions, "clientId"> & {
  [Key in keyof MqttConsumerOptions]: Exclude<MqttConsumerOptions[Key], undefined>;
};

function* checks(settings: ConsumerSettings): Generator<string> {
  const idBytes = Buffer.byteLength(settings.clientId);
  if (idBytes < 1 || idBytes > 65_535) yield "the client id must have 1 to 65,535 bytes";
  if (settings.password !== undefined && settings.username === undefined) {
    yield "a password for the broker needs a user name";
  }
  if (settings.filters.length === 0) yield "there must be a topic filter to subscribe to";
  for (const filter of settings.filters) {
    if (!isTopicFilter(filter)) yield `"${filter}" is not a topic filter`;
  }
  if ((settings.cert === undefined) !== (settings.key === undefined)) {
    yield "a client certificate needs its key, and a key its certificate";
  }
  if (!settings.address.tls && (settings.ca ?? settings.cert ?? settings.tls) !== undefined) {
    yield `certificates need mqtts://, not ${settings.address.display}`;
  }
  yield* range("the session expiry in seconds", settings.sessionExpiryS, 1, 0xffff_ffff);
  yield* range("the receive maximum", settings.receiveMaximum, 1, 65_535);
  yield* range("the largest packet in bytes", settings.maxPacketBytes, 1_024, 268_435_460);
  yield* range("the keepalive in seconds", settings.keepaliveS, 1, 65_535);
}

function* range(name: string, value: number, from: number, to: number): Generator<string> {
  if (!Number.isSafeInteger(value) || value < from || value > to) {
    yield `${name} must be a whole number from ${from} to ${to}, not ${value}`;
  }
}

/** MQTT 5, 4.7: `+` fills a level, `#` only the last one; neither shares its level with anything. */
function isTopicFilter(filter: string): boolean {
  if (filter === "" || filter.includes("\0") || Buffer.byteLength(filter) > 65_535) return false;
  const levels = filter.split("/");
  return levels.every(
    (level, index) => (level === "#" && index === levels.length - 1) || level === "+" || !/[+#]/.test(level),
  );
}
