import { connect, type Socket } from "node:net";

/** Sockets that are in the way: opened by the hundred, and opened again as soon as they are closed. */
export interface SocketFlood {
  /** How many have been opened so far, those that came again among them. */
  readonly opened: number;
  /** Resolves when as many as asked for are open, or when the first of them had to make room. */
  readonly full: Promise<void>;
  stop(): void;
}

/** What a flood is made of. */
export interface SocketFloodOptions {
  readonly sockets: number;
  /** Opened in one turn of the event loop, so that others get their turn between: 50 unless told otherwise. */
  readonly atOnce?: number;
  /** What each does when it is open; nothing unless told otherwise. */
  readonly begin?: (socket: Socket) => void;
}

const CLINGING_MS = 100;

/** Keeps so many sockets open at a port, whatever the server does with them. */
export function socketFlood(
  port: number,
  { sockets: wanted, atOnce = 50, begin = () => {} }: SocketFloodOptions,
): SocketFlood {
  const sockets = new Set<Socket>();
  const { promise: full, resolve } = Promise.withResolvers<void>();
  let opened = 0;
  let established = 0;
  const open = (): void => {
    opened++;
    // Half open: for a while it goes on holding its place when the server has ended its side.
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    sockets.add(socket);
    socket.on("connect", () => {
      if (++established >= wanted) resolve();
      begin(socket);
    });
    socket.on("error", () => {});
    socket.resume();
    socket.on("end", () => setTimeout(() => socket.destroy(), CLINGING_MS).unref());
    socket.on("close", () => {
      sockets.delete(socket);
      resolve();
    });
  };
  const filling = setInterval(() => {
    for (let n = 0; n < atOnce && sockets.size < wanted; n++) open();
  }, 1);
  return {
    get opened() {
      return opened;
    },
    full,
    stop: () => {
      clearInterval(filling);
      for (const socket of sockets) socket.destroy();
    },
  };
}
