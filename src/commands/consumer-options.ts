import { readFile } from "node:fs/promises";
import type { MqttConsumerOptions } from "../adapters/mqtt-packet/options.ts";
import type { Config } from "../config/config-schema.ts";
import { ConcheError, messageOf } from "../errors/conche-error.ts";

/**
 * The configuration of another broker as its consumer takes it.
 * @throws ConcheError CONCHE_CONFIG_INVALID when a certificate or key can't be read
 */
export async function consumerOptions(url: string, { broker, mqtt }: Config): Promise<MqttConsumerOptions> {
  const [ca, cert, key] = await Promise.all([
    pem("ca", broker.ca),
    pem("cert", broker.cert),
    pem("key", broker.key),
  ]);
  return {
    url,
    clientId: broker.clientId,
    protocol: broker.protocol === "5" ? 5 : 4,
    username: broker.username ?? undefined,
    password: broker.password ?? undefined,
    ca,
    cert,
    key,
    sessionExpiryS: broker.sessionExpirySeconds,
    receiveMaximum: broker.receiveMaximum,
    maxPacketBytes: mqtt.packetLimit,
    keepaliveS: broker.keepaliveSeconds,
  };
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
