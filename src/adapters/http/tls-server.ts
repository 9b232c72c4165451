import type { X509Certificate } from "node:crypto";
import type { Server } from "node:http";
import { createServer } from "node:https";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
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
  /** Who may have issued clients' certificates; undefined: none is asked for. */
  readonly clientCa: string | undefined;
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
        // Whoever has none, or one that doesn't count, can still log in with a token.
        requestCert: tls.material().clientCa !== undefined,
        rejectUnauthorized: false,
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
function contextOf({ cert, key, clientCa, oldestVersion }: HttpTlsMaterial) {
  return { cert, key, minVersion: oldestVersion, ...(clientCa === undefined ? {} : { ca: clientCa }) };
}

/** The certificate that the other end has shown, where Node has found its chain good. */
export function clientCertificate(socket: Socket): X509Certificate | undefined {
  return socket instanceof TLSSocket && socket.authorized ? socket.getPeerX509Certificate() : undefined;
}
