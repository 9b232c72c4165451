import type { Notice } from "../../adapters/terminal/notices.ts";
import type { Config } from "../../config/config-schema.ts";
import { certificateNotice } from "../broker/broker-notices.ts";
import { ServerCertificates } from "./server-certificates.ts";

/**
 * The certificate of the HTTP server, which follows its files; undefined where none is named.
 * @throws ConcheError CONCHE_CONFIG_INVALID
 */
export function httpCertificates(
  { http }: Config,
  notice: (notice: Notice) => void,
): Promise<ServerCertificates | undefined> {
  return ServerCertificates.load(http, (told) => notice(certificateNotice(told)), "http");
}

/** How the HTTP server is reached: scheme and authority. */
export function httpAddress({ http }: Config, authority: string): string {
  return `${http.cert === null ? "http" : "https"}://${authority}`;
}
