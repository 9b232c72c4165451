import type { MessageSink } from "../mqtt/delivery.ts";
import { type Connection, HOLD } from "./connection.ts";

/** Stops reading from all clients while the sink has more than it has room for, and for good when the broker ends. */
export class ReadingGate {
  readonly #sink: MessageSink;
  readonly #connections: ReadonlySet<Connection>;
  #state: "open" | "waiting" | "shut" = "open";

  constructor(sink: MessageSink, connections: ReadonlySet<Connection>) {
    this.#sink = sink;
    this.#connections = connections;
  }

  /** The sink has enough; reading goes on when it says so. */
  saturated(): void {
    if (this.#state !== "open") return;
    this.#state = "waiting";
    this.#holdAll();
    this.#sink.onRelief(() => {
      if (this.#state !== "waiting") return;
      this.#state = "open";
      for (const connection of this.#connections) connection.line.release(HOLD.GATE);
    });
  }

  /** Reads no more from anybody. */
  shut(): void {
    this.#state = "shut";
    this.#holdAll();
  }

  /** A client that was just accepted is held like the others; before that its CONNECT has to be read. */
  join(connection: Connection): void {
    if (this.#state !== "open") connection.line.hold(HOLD.GATE);
  }

  #holdAll(): void {
    for (const connection of this.#connections) {
      if (connection.phase === "ready") connection.line.hold(HOLD.GATE);
    }
  }
}
