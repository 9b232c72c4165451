import { identityKindOf } from "../../access/certificate-identity.ts";

/** Beside the authority. */
export const FOLDER_README = `# Certificates of the plant

Made by \`conche provision\`. Copy each folder to whom it belongs, and to nobody else.

| folder | goes to |
|---|---|
| \`machine/SITE/LINE/STEP/MACHINE\` | the machine, or the simulator that plays it |
| \`gateway/NAME\` | a \`conche edge\` or \`conche bridge\` |
| \`datacenter/NAME\` | a data center that ingests from another broker |
| \`desk/NAME\` | a dashboard or another place where people act |
| \`server/NAME\` | a broker, or a data center with its embedded broker |

\`ca.pem\` and \`trusted-keys.pem\` are for everybody; \`crl.pem\` is for brokers, and has to be copied there each time it changes.

\`authority\` signs and revokes: it stays where \`conche provision\` runs, and is backed up. \`root-offline\` is to be taken
away: see its README.

\`conche provision\` again gives new machines of the plant their certificates; \`conche provision --help\` shows the rest.
`;

/** Beside the root's key. */
export const ROOT_README = `# The root of the plant's certificates: take it away

Whoever has \`root.key.pem\` can speak as everybody. Nothing of every day needs it.

1. Copy this folder to two media that are kept in two safes.
2. Check that the copies can be read.
3. Delete the folder here.

It is needed again when the issuing authority has to be replaced: when it ends, or when its key was lost or stolen.
`;

/** Beside the certificate of somebody. */
export function identityReadme(name: string, notAfterMs: number): string {
  const until = new Date(notAfterMs).toISOString().slice(0, 10);
  const kind = identityKindOf(name);
  const isServer = kind === "server";
  return `# ${name}

Valid until ${until}. \`conche provision rotate ${name}\` makes a new one; \`conche provision revoke ${name}\` ends it.

| file | what it is |
|---|---|
| \`cert.pem\` | the certificate, with the authority that has issued it |
| \`key.pem\` | its private key: for this ${isServer ? "server" : "identity"} alone, readable by its user only |
| \`ca.pem\` | what ${isServer ? "this server and its clients check one another" : "the broker's certificate is checked"} with |
| \`trusted-keys.pem\` | whose receipts and commands are believed: the public keys of the data centers; copied anew when one of them changes |
${isServer ? SERVER_FILES : ""}${kind === "datacenter" ? SIGNING_FILES : ""}
${isServer ? SERVER_USE : clientUse(name)}`;
}

const SERVER_FILES = `| \`crl.pem\` | which certificates of clients were revoked; replaced with each \`conche provision revoke\` |
`;

const SIGNING_FILES = `| \`signing-key.pem\`, \`signing-public.pem\` | what this data center signs receipts with |
`;

const SERVER_USE = `## A data center or an edge with its embedded broker

\`\`\`
conche datacenter --mqtt-host 0.0.0.0 --mqtt-cert cert.pem --mqtt-key key.pem --mqtt-client-ca ca.pem --mqtt-crl crl.pem
\`\`\`

The files are read again when they change; nothing has to be restarted.

## Mosquitto

\`\`\`
listener 8883
cafile ca.pem
certfile cert.pem
keyfile key.pem
crlfile crl.pem
require_certificate true
use_identity_as_username true
tls_version tlsv1.2
\`\`\`

Mosquitto reads all of them again at SIGHUP, for new connections. One that stands has to be cut: "Revoke at Mosquitto" in
docs/certificates.md.
`;

function clientUse(name: string): string {
  const kind = identityKindOf(name);
  if (kind === "gateway") {
    return `## Use

\`\`\`
conche edge --cloud mqtts://BROKER:8883 --cloud-ca ca.pem --cloud-cert cert.pem --cloud-key key.pem --trusted-keys trusted-keys.pem
\`\`\`
`;
  }
  if (kind === "datacenter") {
    return `## Use

\`\`\`
conche datacenter --broker mqtts://BROKER:8883 --ca ca.pem --cert cert.pem --key key.pem --signing-key signing-key.pem
\`\`\`

One that is a broker itself takes \`--signing-key\`, too, beside the settings of its server's certificate.
`;
  }
  if (kind === "desk") {
    return `## Use

At a data center with its embedded broker, beside the settings of that:

\`\`\`
conche datacenter ... --ca ca.pem --cert cert.pem --key key.pem
\`\`\`
`;
  }
  return `## Use

With the library:

\`\`\`ts
import { certificateFiles, openEdge } from "conche";

const tls = certificateFiles({ ca: "ca.pem", cert: "cert.pem", key: "key.pem" });
const edge = await openEdge({ url: "mqtts://BROKER:8883", outbox: "outbox", tls, trustedKeys: "trusted-keys.pem" });
const machine = await edge.machine("${name}");
\`\`\`

With Mosquitto's tools:

\`\`\`
mosquitto_pub -h BROKER -p 8883 --cafile ca.pem --cert cert.pem --key key.pem -q 1 \\
  -t factory/${name}/telemetry -m '{"ts":"2026-01-11T10:00:00Z","product_type":"dark","batch_id":"B20260111-DA-0042","tags":{"temp_c":31.4}}'
\`\`\`
`;
}
