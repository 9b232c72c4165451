import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import type { EmbeddedBrokerOptions } from "../../../src/adapters/broker/embedded-broker.ts";
import { loadConfig } from "../../../src/config/load-config.ts";
import { CertificateFolder } from "../../../src/run/certificates/certificate-folder.ts";
import { type CertificateNotice, ServerCertificates } from "../../../src/run/tls/server-certificates.ts";
import { type BrokerUnderTest, startBroker } from "../../adapters/broker/broker-under-test.ts";
import { RawClient } from "../../adapters/broker/raw-client.ts";
import type { Mosquitto, MosquittoOptions } from "../../servers/mosquitto.ts";
import { mosquitto, temporaryFolder } from "./data-center.ts";

export const MACHINE = "tunis-01/line-a/s5_tempering/temper-01";
export const OTHER = "tunis-01/line-a/s4_conching/conche-01";
export const DAY = 86_400_000;

/** An authority with certificates for a server and two machines, in a folder that is gone after the test. */
export async function plantCertificates(context: TestContext): Promise<CertificateFolder> {
  const folder = join(await temporaryFolder(context), "certificates");
  const config = await configOf([["certificates", folder]]);
  const { folder: made } = await CertificateFolder.openOrMake(config.certificates, "Test plant", Date.now());
  await made.issue("server/broker", ["localhost", "127.0.0.1"], Date.now());
  for (const name of [MACHINE, OTHER]) await made.issue(name, [], Date.now());
  await made.renewList(Date.now());
  return made;
}

function configOf(flags: readonly (readonly [string, string])[]) {
  return loadConfig({ flags: new Map(flags), environment: {}, workingFolder: "/", withFile: false });
}

/** The embedded broker with the certificates of a folder, read again as they change. */
export async function secureBroker(
  context: TestContext,
  folder: CertificateFolder,
  {
    tls = "1.3",
    ...options
  }: Partial<Omit<EmbeddedBrokerOptions, "tls">> & { readonly tls?: "1.2" | "1.3" } = {},
): Promise<BrokerUnderTest & { readonly notices: readonly CertificateNotice[] }> {
  const file = (name: "cert.pem" | "key.pem" | "ca.pem" | "crl.pem") =>
    folder.layout.identity("server/broker", name);
  const { mqtt } = await configOf([
    ["mqtt-cert", file("cert.pem")],
    ["mqtt-key", file("key.pem")],
    ["mqtt-client-ca", file("ca.pem")],
    ["mqtt-crl", file("crl.pem")],
    ["mqtt-tls", tls],
  ]);
  const notices: CertificateNotice[] = [];
  const certificates = await ServerCertificates.load(mqtt, (notice) => notices.push(notice));
  return { ...(await startBroker(context, { ...options, tls: certificates })), notices };
}

/** Mosquitto with the same certificates, asked for as in deploy/mosquitto; it reads the files again at SIGHUP. */
export function secureMosquitto(
  context: TestContext,
  folder: CertificateFolder,
  { global = [], files = {} }: Pick<MosquittoOptions, "global" | "files"> = {},
): Promise<Mosquitto> {
  const place = folder.layout.identity("server/broker");
  return mosquitto(context, {
    verbose: true,
    global: ["allow_anonymous false", ...global],
    listener: [
      `cafile ${join(place, "ca.pem")}`,
      `certfile ${join(place, "cert.pem")}`,
      `keyfile ${join(place, "key.pem")}`,
      `crlfile ${join(place, "crl.pem")}`,
      "require_certificate true",
      "use_identity_as_username true",
      "use_username_as_clientid true",
      "tls_version tlsv1.2",
    ],
    files,
  });
}

/** Files of an identity, as Node's TLS takes them. */
export async function pemsOf(folder: CertificateFolder, name: string) {
  const [ca, cert, key] = await Promise.all(
    (["ca.pem", "cert.pem", "key.pem"] as const).map((file) =>
      readFile(folder.layout.identity(name, file), "utf8"),
    ),
  );
  return { ca: ca ?? "", cert: cert ?? "", key: key ?? "" };
}

/** A client over TLS, and its socket; nothing is sent yet. */
export function tlsClient(
  port: number,
  options: ConnectionOptions,
): { readonly client: RawClient; readonly socket: TLSSocket } {
  const socket = connectTls({ port, host: "127.0.0.1", ...options });
  return { client: new RawClient(socket, 5), socket };
}

/** What CONNECT is answered with: the reason code of CONNACK, or nothing. */
export async function answerTo(
  port: number,
  options: ConnectionOptions,
  clientId = "temper",
): Promise<number | "nothing"> {
  const { client } = tlsClient(port, options);
  client.connect(clientId);
  const packet = await client.next();
  client.cut();
  return packet?.cmd === "connack" ? (packet.reasonCode ?? -1) : "nothing";
}
