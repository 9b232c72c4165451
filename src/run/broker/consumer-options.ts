import { readFile } from "node:fs/promises";
import type { MqttConsumerOptions } from "../../adapters/mqtt-packet/options.ts";
import type { Config } from "../../config/config-schema.ts";
import { ConcheError, messageOf } from "../../errors/conche-error.ts";

/** How a broker is received from: what the settings of the broker and of the machines' broker have in common. */
export interface ConsumerConfig extends PemFiles {
  /** 5 or 3.1.1; the configuration has seen to that. */
  readonly protocol: string;
  readonly username: string | null;
  readonly password: string | null;
  readonly sessionExpirySeconds: number;
  readonly receiveMaximum: number;
  readonly keepaliveSeconds: number;
}

/** Which broker, and as whom. */
export interface ConsumerPlace {
  readonly url: string;
  readonly clientId: string;
  /** Largest packet taken, bytes. */
  readonly packetLimit: number;
  /** What the names of its settings begin with. */
  readonly prefix: string;
}

/**
 * The settings of a broker as its consumer takes them.
 * @throws ConcheError CONCHE_CONFIG_INVALID when a certificate or key can't be read
 */
export async function consumerOptionsOf(
  { url, clientId, packetLimit, prefix }: ConsumerPlace,
  settings: ConsumerConfig,
): Promise<MqttConsumerOptions> {
  return {
    url,
    clientId,
    protocol: settings.protocol === "5" ? 5 : 4,
    username: settings.username ?? undefined,
    password: settings.password ?? undefined,
    ...(await readPems(prefix, settings)),
    sessionExpiryS: settings.sessionExpirySeconds,
    receiveMaximum: settings.receiveMaximum,
    maxPacketBytes: packetLimit,
    keepaliveS: settings.keepaliveSeconds,
  };
}

/**
 * The configuration of another broker (`--broker`) as its consumer takes it.
 * @throws ConcheError CONCHE_CONFIG_INVALID when a certificate or key can't be read
 */
export function consumerOptions(url: string, { broker, mqtt }: Config): Promise<MqttConsumerOptions> {
  const { clientId } = broker;
  return consumerOptionsOf({ url, clientId, packetLimit: mqtt.packetLimit, prefix: "" }, broker);
}

/** The files that a broker's settings name. */
export interface PemFiles {
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
}

/**
 * Reads certificates and key.
 * @param prefix what the settings' names begin with
 * @throws ConcheError CONCHE_CONFIG_INVALID
 */
export async function readPems(
  prefix: string,
  files: PemFiles,
): Promise<{ ca: Buffer | undefined; cert: Buffer | undefined; key: Buffer | undefined }> {
  const [ca, cert, key] = await Promise.all([
    pem(`${prefix}ca`, files.ca),
    pem(`${prefix}cert`, files.cert),
    pem(`${prefix}key`, files.key),
  ]);
  return { ca, cert, key };
}

async function pem(name: string, path: string | null): Promise<Buffer | undefined> {
  if (path === null) return undefined;
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ConcheError("CONCHE_CONFIG_INVALID", {
      message: `${name} = ${JSON.stringify(path)}: the file can't be read: ${messageOf(cause)}`,
      cause,
    });
  }
}
