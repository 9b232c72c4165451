import { choice, optionalPath, optionalText, switchedOn } from "./setting.ts";

/** TLS of the embedded broker: parts of its slice. */
export const brokerTls = {
  cert: optionalPath({
    name: "mqtt-cert",
    argument: "FILE",
    help: "the embedded broker's certificate with its chain (PEM or DER): it then speaks TLS, and nothing else",
  }),
  key: optionalPath({ name: "mqtt-key", argument: "FILE", help: "private key (PEM or DER) of --mqtt-cert" }),
  keyPassphrase: optionalText({
    name: "mqtt-key-passphrase",
    argument: "PASSPHRASE",
    help: "passphrase of --mqtt-key, where it is encrypted; environment or file only",
    secret: true,
  }),
  clientCa: optionalPath({
    name: "mqtt-client-ca",
    argument: "FILE",
    help: "authorities that issue clients' certificates, up to their root; clients then need one, and are who it says",
  }),
  crl: optionalPath({
    name: "mqtt-crl",
    argument: "FILE",
    help: "revocation lists of those authorities: whoever is on one is cut off, and an expired one lets nobody in",
  }),
  tlsVersion: choice(
    { name: "mqtt-tls", argument: "1.3|1.2", help: "oldest TLS version that the embedded broker speaks" },
    ["1.3", "1.2"],
    "1.3",
  ),
};

/** A plant that is secured by itself. */
export const secure = switchedOn({
  name: "secure",
  help: "make certificates and a first token in the data folder; speak mutual TLS between all parts, and HTTPS",
});

/** Identities of simulated machines. */
export const machineCertificates = optionalPath({
  name: "machine-certificates",
  argument: "DIR",
  help: "folder of `conche provision`: each simulated machine connects with its own certificate from there",
  defaultText: "all with --cert",
});
