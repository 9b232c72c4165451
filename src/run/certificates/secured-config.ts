import { join } from "node:path";
import { isLoopback } from "../../access/loopback.ts";
import type { Config } from "../../config/config-schema.ts";
import type { Plant } from "../../plant/plant.ts";
import { provision } from "./provision.ts";

/** Folder of the certificates below the data folder. */
const FOLDER = "certificates";
const ANYWHERE = /^(0\.0\.0\.0|::|\[::\])$/;

/** A configuration whose parts speak mutual TLS with one another under access rules, and where their certificates are. */
export interface SecuredConfig {
  readonly config: Config;
  readonly folder: string;
}

/**
 * Gives everybody of the plant a certificate, in the data folder, and names them in the configuration: the embedded
 * broker's own, which the HTTP server shows, too, and whom it lets in, that of each simulated machine, that of the
 * dashboard's desk.
 * @throws ConcheError CONCHE_CERTIFICATES_INVALID, CONCHE_OUTPUT_UNWRITABLE
 */
export async function securedConfig(config: Config, plant: Plant, nowMs: number): Promise<SecuredConfig> {
  const folder = join(config.data, FOLDER);
  const named = [config.mqtt.host, config.http.host].filter(
    (host) => !isLoopback(host) && !ANYWHERE.test(host),
  );
  const { folder: certificates } = await provision(
    { ...config.certificates, folder },
    {
      plant,
      server: "broker",
      // A name that is listened on is a name to reach it by; others are added with `conche provision --hosts`.
      hosts: named.length === 0 ? undefined : [...new Set(named)],
      gateways: [],
      datacenters: ["main"],
      desks: ["dashboard", "shell"],
    },
    nowMs,
  );
  const { layout } = certificates;
  const { identityPassphrase } = config.certificates;
  const server = (file: "cert.pem" | "key.pem" | "ca.pem" | "crl.pem") =>
    layout.identity("server/broker", file);
  const desk = (file: "ca.pem" | "cert.pem" | "key.pem") => layout.identity("desk/dashboard", file);
  return {
    folder,
    config: {
      ...config,
      // Who shows a certificate speaks for nobody else.
      access: { ...config.access, rules: "policy" },
      mqtt: {
        ...config.mqtt,
        cert: server("cert.pem"),
        key: server("key.pem"),
        keyPassphrase: identityPassphrase,
        clientCa: server("ca.pem"),
        crl: server("crl.pem"),
      },
      http: {
        ...config.http,
        cert: server("cert.pem"),
        key: server("key.pem"),
        keyPassphrase: identityPassphrase,
      },
      broker: {
        ...config.broker,
        ca: desk("ca.pem"),
        cert: desk("cert.pem"),
        key: desk("key.pem"),
        keyPassphrase: identityPassphrase,
      },
      signing: {
        key: layout.identity("datacenter/main", "signing-key.pem"),
        passphrase: identityPassphrase,
        trusted: layout.trustedKeys,
      },
      simulation: { ...config.simulation, machineCertificates: folder },
    },
  };
}
