import { certificateFiles } from "../../adapters/credentials/certificate-files.ts";
import { UnusableFile } from "../../adapters/credentials/tls-files.ts";
import type { MqttConsumerOptions } from "../../adapters/mqtt-packet/options.ts";
import type { Config } from "../../config/config-schema.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import type { ClientTls } from "../../mqtt/client-tls.ts";

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

/** The broker that a consumer connects to, its client id and its limit. */
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
  readonly keyPassphrase: string | null;
}

/**
 * Reads certificates and key, and checks them: what is wrong with them is said at the start, and not by a broker that
 * doesn't answer. Later changes of the files count from the next connection on.
 * @param prefix what the settings' names begin with
 * @throws ConcheError CONCHE_CONFIG_INVALID
 */
export async function readPems(
  prefix: string,
  { ca, cert, key, keyPassphrase }: PemFiles,
): Promise<{ readonly tls?: ClientTls }> {
  if (ca === null && cert === null && key === null) return {};
  const passphrase = keyPassphrase ?? undefined;
  const names = { ca: ca ?? undefined, cert: cert ?? undefined, key: key ?? undefined, passphrase };
  try {
    return { tls: certificateFiles(names) };
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    throw new ConcheError("CONCHE_CONFIG_INVALID", {
      message: `${prefix}${error.role} = ${JSON.stringify(error.path)}: ${error.message}`,
    });
  }
}
