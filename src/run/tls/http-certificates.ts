import type { AuditTrail } from "../../access/audit.ts";
import type { Notice } from "../../adapters/terminal/notices.ts";
import type { Config } from "../../config/config-schema.ts";
import { certificateTeller } from "../audit/certificate-audit.ts";
import { ServerCertificates } from "./server-certificates.ts";

const NOT_AUDITED: AuditTrail = { record: () => {} };

/**
 * The certificate of the HTTP server, which follows its files; undefined where none is named.
 * @param audit where revocations are noted; nowhere unless told otherwise
 * @throws ConcheError CONCHE_CONFIG_INVALID
 */
export function httpCertificates(
  { http }: Config,
  notice: (notice: Notice) => void,
  audit: AuditTrail = NOT_AUDITED,
): Promise<ServerCertificates | undefined> {
  return ServerCertificates.load(http, certificateTeller("HTTP", audit, notice), "http");
}

/** How the HTTP server is reached: scheme and authority. */
export function httpAddress({ http }: Config, authority: string): string {
  return `${http.cert === null ? "http" : "https"}://${authority}`;
}
