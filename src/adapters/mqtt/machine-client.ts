import { connect, type ErrorWithReasonCode, type IClientOptions, type MqttClient } from "mqtt";
import { CONTENT_TYPE, SCHEMA_PROPERTY } from "../../contract/identity.ts";
import type { MachineConnection, PublishedMessage, PublishOutcome } from "../../edge/machine-connection.ts";
import { ConcheError, messageOf } from "../../errors/conche-error.ts";

/** How a machine reaches its broker. */
export interface MachineClientOptions {
  /** `mqtt://host:1883`, `mqtts://…`, `ws://…` */
  readonly url: string;
  readonly clientId: string;
  /** 5, or 4 for MQTT 3.1.1. */
  readonly protocol: 4 | 5;
  readonly will: PublishedMessage;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM */
  readonly ca?: Buffer | undefined;
  readonly cert?: Buffer | undefined;
  readonly key?: Buffer | undefined;
  /** Gives up connecting when aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Hears of a lost or failing connection, once until it is back. */
  readonly onTrouble?: ((error: ConcheError) => void) | undefined;
}

const RECONNECT_MS = 1_000;
/** MQTT 5, 3.4.2.1: accepted, and nobody subscribes. */
const NO_MATCHING_SUBSCRIBERS = 0x10;
/** Longest that a clean disconnect may take before the socket is closed, milliseconds. */
const CLOSE_MS = 2_000;

/**
 * One machine's connection. Resolves when the broker has accepted it; an unreachable broker is tried until the
 * signal is aborted. Reconnects by itself afterwards.
 * @throws ConcheError CONCHE_BROKER_REFUSED when the broker says no, CONCHE_SHUTTING_DOWN when aborted
 */
export async function connectMachine(options: MachineClientOptions): Promise<MachineConnection> {
  const client = connect(options.url, clientOptions(options));
  const trouble = reportTrouble(client, options);
  const { signal } = options;
  try {
    await new Promise<void>((resolve, reject) => {
      client.once("connect", () => resolve());
      client.on("error", (error) => {
        if (isRefusal(error)) reject(refusal(options.url, error));
      });
      const abort = () =>
        reject(
          new ConcheError("CONCHE_SHUTTING_DOWN", { message: `stopped before ${options.url} was reached` }),
        );
      if (signal?.aborted) abort();
      signal?.addEventListener("abort", abort, { once: true });
    });
  } catch (error) {
    await client.endAsync(true).catch(() => {});
    throw error;
  }
  return new MqttMachineConnection(client, options.protocol, trouble);
}

function clientOptions({
  will,
  protocol,
  clientId,
  username,
  password,
  ca,
  cert,
  key,
}: MachineClientOptions): IClientOptions {
  return {
    clientId,
    protocolVersion: protocol,
    clean: true,
    // What a dead connection had in flight is sent again; new QoS 0 messages are not kept for it.
    reconnectPeriod: RECONNECT_MS + Math.round(Math.random() * RECONNECT_MS),
    queueQoSZero: false,
    resubscribe: false,
    will: { topic: will.topic, payload: Buffer.from(will.payload), qos: will.qos, retain: will.retain },
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

/** Tells of the first failure after a good connection, and not of each further attempt. */
function reportTrouble(client: MqttClient, { url, onTrouble }: MachineClientOptions): Trouble {
  const trouble: Trouble = { closing: false };
  let told = false;
  let reason = "the connection was closed";
  client.on("error", (error) => {
    reason = messageOf(error) || (error as NodeJS.ErrnoException).code || reason;
  });
  client.on("connect", () => {
    told = false;
    reason = "the connection was closed";
  });
  client.on("close", () => {
    if (told || trouble.closing) return;
    told = true;
    onTrouble?.(
      new ConcheError("CONCHE_BROKER_UNREACHABLE", {
        message: `${url}: ${reason}; trying again`,
        retryable: true,
      }),
    );
  });
  return trouble;
}

interface Trouble {
  /** The connection is being closed on purpose. */
  closing: boolean;
}

class MqttMachineConnection implements MachineConnection {
  readonly #client: MqttClient;
  readonly #protocol: 4 | 5;
  readonly #trouble: Trouble;

  constructor(client: MqttClient, protocol: 4 | 5, trouble: Trouble) {
    this.#client = client;
    this.#protocol = protocol;
    this.#trouble = trouble;
  }

  publish({ topic, payload, qos, retain, schema }: PublishedMessage): Promise<PublishOutcome> {
    const userProperties = schema === undefined ? {} : { userProperties: { [SCHEMA_PROPERTY]: schema } };
    const properties =
      this.#protocol === 5 ? { properties: { contentType: CONTENT_TYPE, ...userProperties } } : {};
    return new Promise((resolve) => {
      this.#client.publish(topic, payload, { qos, retain, ...properties }, (error, packet) => {
        if (error) resolve({ kind: "refused", error: refusal(topic, error) });
        else if (packet && "reasonCode" in packet && packet.reasonCode === NO_MATCHING_SUBSCRIBERS) {
          resolve({ kind: "no-subscriber" });
        } else resolve({ kind: "sent" });
      });
    });
  }

  async close(): Promise<void> {
    this.#trouble.closing = true;
    const force = setTimeout(() => this.#client.end(true), CLOSE_MS);
    await this.#client.endAsync(!this.#client.connected).catch(() => {});
    clearTimeout(force);
  }
}

/** A CONNACK with an error code, as opposed to a network error. */
function isRefusal(error: Error): boolean {
  return typeof (error as Partial<ErrorWithReasonCode>).code === "number";
}

function refusal(what: string, error: Error): ConcheError {
  return new ConcheError("CONCHE_BROKER_REFUSED", { message: `${what}: ${messageOf(error)}`, cause: error });
}
