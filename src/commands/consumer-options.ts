import { readFile } from "node:fs/promises";
import type { MqttConsumerOptions } from "../adapters/mqtt-packet/options.ts";
import type { Config } from "../config/config-schema.ts";
import { ConcheError, messageOf } from "../errors/conche-error.ts";

/**
 * The configuration of another broker as its consumer takes it.
 * @throws ConcheError CONCHE_CONFIG_INVALID when a certificate or key can't be read
 */
export async function consumerOptions(url: string, { broker, mqtt }: Config): Promise<MqttConsumerOptions> {
  return {
    url,
    clientId: broker.clientId,
    protocol: broker.protocol === "5" ? 5 : 4,
    username: broker.username ?? undefined,
    password: broker.password ?? undefined,
    ...(await readPems("", broker)),
    sessionExpiryS: broker.sessionExpirySeconds,
    receiveMaximum: broker.receiveMaximum,
    maxPacketBytes: mqtt.packetLimit,
    keepaliveS: broker.keepaliveSeconds,
  };
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
