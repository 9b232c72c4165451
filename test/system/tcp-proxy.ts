import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** Sees what passes on one connection, as it passes. */
export interface Tap {
  /** From the client to the server. */
  up(chunk: Buffer): void;
  /** From the server to the client; what is passed on now. */
  down(chunk: Buffer): Buffer;
  /** Takes the way to pass on later what was held back. */
  attach(pass: (bytes: Buffer) => void): void;
}

/** A wire that can be cut, and listened to: passes bytes on to a port of this machine. */
export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #connected: (() => void)[] = [];
  #frozen = false;
  #refusing = false;

  private constructor(target: number, tapped: (() => Tap) | undefined) {
    this.#server = createServer((near) => {
      if (this.#refusing) {
        near.destroy();
        return;
      }
      const far = connect({ port: target, host: "127.0.0.1", noDelay: true });
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.setNoDelay(true);
        socket.on("error", () => {});
        socket.on("close", () => {
          near.destroy();
          far.destroy();
          this.#sockets.delete(socket);
        });
      }
      if (this.#frozen) return;
      const tap = tapped?.();
      if (tap !== undefined) {
        near.on("data", (chunk: Buffer) => tap.up(chunk));
        tap.attach((bytes) => near.write(bytes));
        far.on("data", (chunk: Buffer) => {
          const passed = tap.down(chunk);
          if (passed.length > 0) near.write(passed);
        });
        far.on("end", () => near.end());
      } else far.pipe(near);
      near.pipe(far);
      for (const resolve of this.#connected.splice(0)) resolve();
    });
  }

  /** @param tapped called for each connection that is made, when somebody listens in */
  static async listen(target: number, tapped?: () => Tap): Promise<TcpProxy> {
    const proxy = new TcpProxy(target, tapped);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return address.port;
  }

  /** Resolves when somebody connects next. */
  connected(): Promise<void> {
    return new Promise((resolve) => this.#connected.push(resolve));
  }

  /** From now on nothing passes, and nobody is told: as when a cable is pulled. */
  freeze(): void {
    this.#frozen = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** Lets bytes pass on new connections; those that were frozen stay dead. */
  thaw(): void {
    this.#frozen = false;
  }

  /** Breaks every connection, and each new one as soon as it is there, until {@link admit}. */
  refuse(): void {
    this.#refusing = true;
    this.cut();
  }

  admit(): void {
    this.#refusing = false;
  }

  /** Breaks every connection, with whatever was under way. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }
}
