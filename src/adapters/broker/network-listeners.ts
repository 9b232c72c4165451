import type { X509Certificate } from "node:crypto";
import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer, type Server, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createServer as createTlsServer, TLSSocket, Server as TlsServer } from "node:tls";
import { createWebSocketStream, type WebSocket, WebSocketServer } from "ws";
import { mayOpenWebSocket } from "../../access/browser-origin.ts";
import { type ListenAttempt, listenError } from "../../errors/listen-error.ts";
import {
  type BrokerTls,
  handshakeFault,
  peerOf,
  secureContextOptions,
  tlsServerOptions,
} from "./broker-tls.ts";
import { Handshakes } from "./handshakes.ts";
import { takeProxyHeader } from "./proxy-header.ts";

/** Where the broker listens, and what of the WebSocket handshake is its own affair. */
export interface ListenOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Port of MQTT over WebSocket; undefined: none. */
  readonly wsPort: number | undefined;
  /** Certificates; without them nothing is encrypted. Both ports speak TLS then, and nothing else. */
  readonly tls: BrokerTls | undefined;
  /** Whether a load balancer says in front of each connection whose it is (PROXY protocol v2). */
  readonly proxyProtocol?: boolean | undefined;
  /** Web origins that may connect beside pages of the same host. */
  readonly allowedOrigins: readonly string[];
  /** Largest WebSocket message, bytes. */
  readonly messageBytes: number;
  /** How long a WebSocket handshake may take, milliseconds. */
  readonly handshakeMs: number;
  /** Most connections of each kind. */
  readonly connections: number;
  /** So many more may be there for the moment in which one ends and another takes its place. */
  readonly ending: number;
}

/** A client whose certificate was checked. */
export interface CertifiedPeer {
  readonly certificate: X509Certificate;
  readonly user: string;
}

/** Who gets the connections. */
export interface ConnectionHandler {
  connected(transport: Duplex, remote: string, peer: CertifiedPeer | undefined): void;
  refused(
    remote: string,
    reason: "connections" | "origin" | "certificate" | "protocol",
    detail: string,
  ): void;
}

const PATH = "/mqtt";
const SUBPROTOCOL = "mqtt";
const PROBE_AFTER_MS = 60_000;
/** Of connections that came through a load balancer: whose they are. */
const REMOTES = new WeakMap<object, string>();
/** How often unfinished handshakes are looked for. */
const CHECK_EVERY_MS = 1_000;

/** The TCP port and, where asked for, the WebSocket port. */
export class NetworkListeners {
  readonly #options: ListenOptions;
  readonly #handler: ConnectionHandler;
  readonly #tcp: Server;
  readonly #http: HttpServer | undefined;
  readonly #webSockets: WebSocketServer | undefined;
  readonly #handshakes: Handshakes;
  /** What listens: the servers themselves, or what takes off what a load balancer says first. */
  readonly #doors: { readonly tcp: Server; readonly http: Server | undefined };

  constructor(options: ListenOptions, handler: ConnectionHandler) {
    this.#options = options;
    this.#handler = handler;
    this.#handshakes = new Handshakes(options.connections, (remote) =>
      this.#crowded(remote, ", and this one is silent"),
    );
    const socketOptions = { noDelay: true, keepAlive: true, keepAliveInitialDelay: PROBE_AFTER_MS };
    const { tls } = options;
    const secure = tls && { ...socketOptions, ...tlsServerOptions(tls.material(), options.handshakeMs) };
    this.#tcp =
      secure === undefined
        ? createServer(socketOptions, (socket) => this.#opened(socket, socket, undefined))
        : createTlsServer(secure, (socket) => this.#secured(socket, socket));
    this.#watchHandshakes(this.#tcp);
    const tcp = this.#door(this.#tcp);
    this.#doors = { tcp, http: undefined };
    if (options.wsPort === undefined) return;
    const { handshakeMs } = options;
    const timeouts = {
      headersTimeout: handshakeMs,
      requestTimeout: handshakeMs,
      connectionsCheckingInterval: Math.min(CHECK_EVERY_MS, handshakeMs),
    };
    const upgradeOnly = (_request: IncomingMessage, response: ServerResponse) => {
      response.writeHead(426, { connection: "close", upgrade: "websocket" }).end();
    };
    this.#http =
      secure === undefined
        ? createHttpServer({ ...socketOptions, ...timeouts }, upgradeOnly)
        : createHttpsServer({ ...secure, ...timeouts }, upgradeOnly);
    this.#watchHandshakes(this.#http);
    this.#doors = { tcp, http: this.#door(this.#http) };
    this.#http.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
    this.#webSockets = new WebSocketServer({
      noServer: true,
      maxPayload: options.messageBytes,
      perMessageDeflate: false,
      handleProtocols: () => SUBPROTOCOL,
    });
  }

  /** Resolves when both ports listen; otherwise neither does, and it rejects with CONCHE_PORT_…. */
  async listen(): Promise<void> {
    const { host, port, wsPort = 0 } = this.#options;
    const address = { host, hostOption: "--mqtt-host" };
    try {
      await listen(this.#doors.tcp, { ...address, protocol: "MQTT", port, portOption: "--mqtt-port" });
      if (this.#doors.http !== undefined) {
        const attempt = {
          ...address,
          protocol: "MQTT over WebSocket",
          port: wsPort,
          portOption: "--mqtt-ws-port",
        };
        await listen(this.#doors.http, attempt);
      }
    } catch (error) {
      this.close();
      throw error;
    }
    // Out of file descriptors, say: that connection fails, the port stays open.
    for (const server of [this.#doors.tcp, this.#doors.http]) {
      server?.on("error", (error) => this.#handler.refused("", "connections", error.message));
    }
  }

  /** The port MQTT listens on, once it does. */
  get port(): number {
    return portOf(this.#doors.tcp);
  }

  get wsPort(): number | undefined {
    return this.#doors.http === undefined ? undefined : portOf(this.#doors.http);
  }

  /** New connections get the newest certificates; those there are keep theirs. */
  renew(): void {
    const { tls } = this.#options;
    if (tls === undefined) return;
    const context = secureContextOptions(tls.material());
    for (const server of [this.#tcp, this.#http])
      if (server instanceof TlsServer) server.setSecureContext(context);
  }

  /** Takes no more connections; those there are stay. */
  close(): void {
    this.#doors.tcp.close();
    this.#doors.http?.close();
    this.#http?.closeIdleConnections();
  }

  /** The server that listens for this one. */
  #door(server: Server): Server {
    const { proxyProtocol = false, handshakeMs, connections, ending } = this.#options;
    const door = proxyProtocol
      ? createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: PROBE_AFTER_MS }, (socket) =>
          takeProxyHeader(socket, handshakeMs, (header) => {
            if (typeof header === "string") {
              this.#handler.refused(remoteOf(socket), "protocol", header);
              socket.destroy();
              return;
            }
            if (header.remote !== undefined) REMOTES.set(socket, header.remote);
            server.emit("connection", socket);
          }),
        )
      : server;
    door.maxConnections = connections + ending;
    door.on("drop", (data) => this.#crowded(data?.remoteAddress ?? ""));
    // Plain TCP has no handshake of its own.
    if (proxyProtocol || server instanceof TlsServer || server === this.#http)
      this.#handshakes.watch(door, remoteOf);
    return door;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refusal = this.#handshakeFault(request);
    if (refusal !== undefined) {
      socket.on("error", () => {});
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.#webSockets?.handleUpgrade(request, socket, head, (webSocket) => {
      const stream = binaryStream(webSocket);
      if (request.socket instanceof TLSSocket) this.#secured(request.socket, stream);
      else this.#opened(request.socket, stream, undefined);
    });
  }

  /** A connection whose handshake is done: whoever shows a certificate must be somebody by it. */
  #secured(socket: TLSSocket, transport: Duplex): void {
    const { tls } = this.#options;
    const certificate = peerOf(socket);
    if (tls === undefined || tls.material().clientCa === undefined) {
      this.#opened(socket, transport, undefined);
      return;
    }
    const verdict =
      certificate === undefined ? { refusal: "it shows no certificate" } : tls.admit(certificate);
    if (certificate !== undefined && "user" in verdict) {
      this.#opened(socket, transport, { certificate, user: verdict.user });
      return;
    }
    // A socket that was destroyed has forgotten its address.
    const remote = remoteOf(socket);
    transport.on("error", () => {});
    transport.destroy();
    socket.destroy();
    if ("refusal" in verdict) this.#handler.refused(remote, "certificate", verdict.refusal);
  }

  /** What was to be said before MQTT was said. */
  #opened(socket: Socket, transport: Duplex, peer: CertifiedPeer | undefined): void {
    this.#handshakes.done(lowestOf(socket));
    this.#handler.connected(transport, remoteOf(socket), peer);
  }

  #watchHandshakes(server: Server): void {
    // Read once while it is open, an address stays known.
    if (server instanceof TlsServer) server.prependListener("connection", remoteOf);
    server.on("tlsClientError", (error: Error, socket: TLSSocket) => {
      // The TLS socket is destroyed by now and has forgotten its address; what it stood on has not.
      const below: unknown = Reflect.get(socket, "_parent");
      const known = below instanceof Socket ? remoteOf(below) : "";
      this.#handler.refused(known, "certificate", handshakeFault(error, socket));
    });
  }

  /** The status line of the refusal, or undefined. */
  #handshakeFault(request: IncomingMessage): string | undefined {
    const { host, origin } = request.headers;
    if (!mayOpenWebSocket({ host, origin }, this.#options.host, this.#options.allowedOrigins)) {
      const detail = `a page of ${origin} may not connect to ${host}`;
      this.#handler.refused(remoteOf(request.socket), "origin", detail);
      return "403 Forbidden";
    }
    if ((request.url ?? "").split("?")[0] !== PATH) return "404 Not Found";
    // MQTT 5, 6.0: the client offers the subprotocol `mqtt`.
    const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
    return offered.includes(SUBPROTOCOL) ? undefined : "400 Bad Request";
  }

  #crowded(remote: string, why = ""): void {
    const detail = `there are ${this.#options.connections} connections${why}`;
    this.#handler.refused(remote, "connections", detail);
  }
}

/** MQTT 5, 6.0: MQTT travels in binary frames; a text frame ends the connection. */
function binaryStream(webSocket: WebSocket): Duplex {
  webSocket.on("message", (_data, isBinary) => {
    if (!isBinary) webSocket.close(1003);
  });
  return createWebSocketStream(webSocket);
}

/** The socket that was accepted: a TLS socket stands on it. */
function lowestOf(socket: Socket): Socket {
  const below: unknown = Reflect.get(socket, "_parent");
  return below instanceof Socket ? below : socket;
}

function remoteOf(socket: Socket): string {
  const told = REMOTES.get(socket) ?? REMOTES.get(lowestOf(socket));
  if (told !== undefined) return told;
  return (socket.remoteAddress ?? "").replace(/^::ffff:/, "");
}

function portOf(server: Server): number {
  const address = server.address() as AddressInfo | null;
  return address?.port ?? 0;
}

function listen(server: Server, attempt: ListenAttempt): Promise<void> {
  const { host, port } = attempt;
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => reject(listenError(error, attempt));
    server.once("error", failed);
    server.listen({ host, port }, () => {
      server.off("error", failed);
      resolve();
    });
  });
}
