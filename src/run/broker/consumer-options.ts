import type { X509Certificate } from "node:crypto";
import { readCertificates, readPrivateKey, UnusableFile } from "../../adapters/credentials/tls-files.ts";
import type { MqttConsumerOptions } from "../../adapters/mqtt-packet/options.ts";
import type { Config } from "../../config/config-schema.ts";
import { ConcheError } from "../../errors/conche-error.ts";

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

/** What is read from them, checked, as PEM; the key is no longer encrypted. */
export interface Pems {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/**
 * Reads certificates and key, and checks them: what is wrong with them is said at the start, and not by a broker that
 * doesn't answer.
 * @param prefix what the settings' names begin with
 * @throws ConcheError CONCHE_CONFIG_INVALID
 */
export async function readPems(prefix: string, files: PemFiles): Promise<Pems> {
  const { keyPassphrase } = files;
  const [ca, cert, key] = await Promise.all([
    named(`${prefix}ca`, files.ca, readCertificates),
    named(`${prefix}cert`, files.cert, readCertificates),
    named(`${prefix}key`, files.key, (path) => readPrivateKey(path, keyPassphrase ?? undefined)),
  ]);
  const [own] = cert ?? [];
  if (own !== undefined && key !== undefined && !own.checkPrivateKey(key)) {
    throw unusable(
      `${prefix}key`,
      String(files.key),
      `it is not the key of the certificate in ${files.cert}`,
    );
  }
  return { ca: pemOf(ca), cert: pemOf(cert), key: key?.export({ type: "pkcs8", format: "pem" }).toString() };
}

function pemOf(certificates: readonly X509Certificate[] | undefined): string | undefined {
  return certificates?.map(String).join("");
}

async function named<Content>(
  name: string,
  path: string | null,
  read: (path: string) => Promise<Content>,
): Promise<Content | undefined> {
  if (path === null) return undefined;
  try {
    return await read(path);
  } catch (error) {
    if (error instanceof UnusableFile) throw unusable(name, path, error.message);
    throw error;
  }
}

function unusable(name: string, path: string, what: string): ConcheError {
  return new ConcheError("CONCHE_CONFIG_INVALID", { message: `${name} = ${JSON.stringify(path)}: ${what}` });
}
