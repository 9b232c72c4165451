import { X509Certificate } from "node:crypto";
import { consumerOptions } from "../../run/broker/consumer-options.ts";
import { type Expiry, expiryWarnings, WARN_BEFORE_MS } from "../../run/tls/expiry.ts";
import { httpCertificates } from "../../run/tls/http-certificates.ts";
import { ServerCertificates } from "../../run/tls/server-certificates.ts";
import { asConcheError } from "../report-error.ts";
import { type Check, type Finding, fail, ok, warn } from "./finding.ts";

const SERVER_HINT =
  "`conche provision rotate server/NAME` makes a certificate, `conche provision crl` a revocation list";
const CLIENT_HINT = "`conche provision rotate NAME` makes another one";

/** Certificates, authorities and revocation lists, the broker's and our own: whether they fit, and when they end. */
export const checkCertificates: Check = async (config) => {
  const findings: Finding[] = [];
  try {
    if (config.broker.url === null) {
      const certificates = await ServerCertificates.load(config.mqtt, () => {});
      if (certificates !== undefined) findings.push(...endings(certificates.expiries()));
    }
    const https = await httpCertificates(config, () => {});
    if (https !== undefined) findings.push(...endings(https.expiries()));
    const { tls } = await consumerOptions(config.broker.url ?? "mqtts://localhost", config);
    const own = tls?.().cert;
    if (own !== undefined) findings.push(ownEnding(new X509Certificate(own).validToDate.getTime()));
  } catch (error) {
    const { message, hint } = asConcheError(error);
    findings.push(fail("certificates", message, hint));
  }
  return findings;
};

function endings(expiries: readonly Expiry[]): Finding[] {
  const now = Date.now();
  const ended = expiryWarnings(
    expiries.filter(({ endsMs }) => endsMs <= now),
    now,
  );
  const soon = expiryWarnings(
    expiries.filter(({ endsMs }) => endsMs > now),
    now,
  );
  if (ended.length + soon.length === 0) {
    const first = Math.min(...expiries.map(({ endsMs }) => endsMs));
    return [
      ok("certificates", `the server's fit together, the first ends at ${new Date(first).toISOString()}`),
    ];
  }
  return [
    ...ended.map((text) => fail("certificates", text, SERVER_HINT)),
    ...soon.map((text) => warn("certificates", text, SERVER_HINT)),
  ];
}

function ownEnding(endsMs: number): Finding {
  const at = new Date(endsMs).toISOString();
  if (endsMs <= Date.now()) return fail("client certificate", `it has ended at ${at}`, CLIENT_HINT);
  if (endsMs <= Date.now() + WARN_BEFORE_MS)
    return warn("client certificate", `it ends at ${at}`, CLIENT_HINT);
  return ok("client certificate", `it ends at ${at}`);
}
