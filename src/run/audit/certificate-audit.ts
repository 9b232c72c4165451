import type { AuditTrail } from "../../access/audit.ts";
import type { Notice } from "../../adapters/terminal/notices.ts";
import { certificateNotice } from "../broker/broker-notices.ts";
import type { CertificateNotice } from "../tls/server-certificates.ts";

/**
 * What happens to a listener's certificates, for the console and the audit: every certificate that its list has revoked
 * since it was read last is an entry, whether its owner is connected or not.
 * @param listener as an auditor knows it: `MQTT`, `HTTP`
 */
export function certificateTeller(
  listener: string,
  audit: AuditTrail,
  notice: (notice: Notice) => void,
): (told: CertificateNotice) => void {
  return (told) => {
    notice(certificateNotice(told));
    if (told.kind !== "certificates-revoked") return;
    for (const { serial, issuer, reason, atMs } of told.revoked) {
      audit.record({
        kind: "certificate-revoked",
        subject: issuer,
        clientId: null,
        remote: null,
        object: serial,
        detail: `${reason}, as of ${new Date(atMs).toISOString()}: ${listener} takes it no longer`,
      });
    }
  };
}
