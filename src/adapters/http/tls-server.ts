import type { Server } from "node:http";
import { createServer } from "node:https";
import type { FastifyServerFactory } from "fastify";
import type { HttpLimits } from "./http-limits.ts";

/** PORT. The certificate of the HTTP server, which may be replaced while it runs. */
export interface HttpTls {
  /** The newest that can be used, PEM. */
  material(): HttpTlsMaterial;
  /** Hears of every change. @returns what ends the watch */
  watch(changed: () => void): () => void;
}

/** What an HTTPS server shows. */
export interface HttpTlsMaterial {
  readonly cert: string;
  readonly key: string;
  readonly oldestVersion: "TLSv1.2" | "TLSv1.3";
}

/** Makes HTTPS servers that show a new certificate as soon as there is one: open connections go on. */
export function tlsServerFactory(tls: HttpTls, limits: HttpLimits): FastifyServerFactory {
  return (handler): Server => {
    const server = createServer(
      {
        ...contextOf(tls.material()),
        // Whoever is silent before the handshake is over is gone as soon as whoever is silent in a header.
        handshakeTimeout: limits.headersMs,
        headersTimeout: limits.headersMs,
        requestTimeout: limits.requestMs,
        keepAliveTimeout: limits.silenceMs,
        connectionsCheckingInterval: limits.checkEveryMs,
        maxHeaderSize: limits.headerBytes,
        ALPNProtocols: ["http/1.1"],
      },
      handler,
    );
    server.setTimeout(limits.silenceMs);
    const unwatch = tls.watch(() => server.setSecureContext(contextOf(tls.material())));
    server.on("close", unwatch);
    return server;
  };
}

/** Ticket keys are left out: Node makes new ones with each change. */
function contextOf({ cert, key, oldestVersion }: HttpTlsMaterial) {
  return { cert, key, minVersion: oldestVersion };
}
