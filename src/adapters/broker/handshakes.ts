import type { Server, Socket } from "node:net";
import { Crowd } from "../../broker/crowd.ts";

/**
 * Sockets of a listener that are not through their handshake: what a load balancer says first, TLS, WebSocket. None of
 * them is a connection of the broker yet, so their places are kept here: beyond the limit, one that is silent makes room.
 */
export class Handshakes {
  readonly #silent = new Crowd<Socket>();
  readonly #limit: number;
  readonly #ended: (remote: string) => void;

  /**
   * @param limit connections beyond which one has to go
   * @param ended hears of each that had to
   */
  constructor(limit: number, ended: (remote: string) => void) {
    this.#limit = limit;
    this.#ended = ended;
  }

  /** Watches the server that listens. @param remoteOf the address of a socket's other end */
  watch(server: Server, remoteOf: (socket: Socket) => string): void {
    let open = 0;
    server.prependListener("connection", (socket) => {
      open++;
      // Not the new one itself: it may be somebody.
      const first = open > this.#limit ? this.#silent.first() : undefined;
      this.#silent.join(socket, remoteOf(socket));
      socket.on("close", () => {
        open--;
        this.#silent.leave(socket);
      });
      if (first === undefined) return;
      this.#silent.leave(first);
      this.#ended(remoteOf(first));
      first.destroy();
    });
  }

  /** The handshake on it is done: from here on it is the broker's. */
  done(socket: Socket): void {
    this.#silent.leave(socket);
  }
}
