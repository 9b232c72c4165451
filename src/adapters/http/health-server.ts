import type { AddressInfo } from "node:net";
import { listenError } from "../../errors/listen-error.ts";
import { type HealthSources, healthApp } from "./health-app.ts";
import type { HttpLimits } from "./http-limits.ts";
import type { HttpTls } from "./tls-server.ts";

/** Where to listen, and where the answers come from. */
export interface HealthServerOptions extends HealthSources {
  /** Address to listen on; 127.0.0.1 unless told otherwise. */
  readonly host?: string;
  /** Host names beside this machine's own that requests may carry: a reverse proxy's. Lower case. */
  readonly trustedHosts?: readonly string[];
  /** TCP port; 0 picks a free one. */
  readonly port: number;
  /** Certificates; without them nothing is encrypted. */
  readonly tls?: HttpTls | undefined;
  readonly limits?: HttpLimits;
}

/** The HTTP server of health, metrics, API and dashboard, once it listens. */
export interface HealthServer {
  /** The port it listens on. */
  readonly port: number;
  /** Closes the port and all connections. */
  close(): Promise<void>;
}

/**
 * Serves `/healthz`, `/readyz` and `/metrics` (and `/`, which lists them) over HTTP.
 *
 * @throws ConcheError CONCHE_PORT_IN_USE, CONCHE_PORT_REFUSED
 */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const { host = "127.0.0.1", trustedHosts = [], port, tls, limits } = options;
  const app = healthApp(options, { host, trustedHosts, tls, ...(limits === undefined ? {} : { limits }) });
  try {
    await app.listen({ host, port });
  } catch (thrown) {
    await app.close();
    throw listenError(thrown, {
      protocol: "HTTP",
      host,
      port,
      hostOption: "--http-host",
      portOption: "--http-port",
    });
  }
  const { port: bound } = app.server.address() as AddressInfo;
  return { port: bound, close: () => app.close() };
}
