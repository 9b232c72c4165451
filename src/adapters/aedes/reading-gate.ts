import type { MessageSink } from "../../mqtt/delivery.ts";
import type { ClientLink } from "./client-link.ts";
import { HOLD } from "./client-stream.ts";

/** Stops reading from all clients while the sink has more than it has room for, and for good when the broker ends. */
export class ReadingGate {
  readonly #sink: MessageSink;
  readonly #links: ReadonlySet<ClientLink>;
  #state: "open" | "waiting" | "shut" = "open";

  constructor(sink: MessageSink, links: ReadonlySet<ClientLink>) {
    this.#sink = sink;
    this.#links = links;
  }

  /** The sink has enough; reading goes on when it says so. */
  saturated(): void {
    if (this.#state !== "open") return;
    this.#state = "waiting";
    this.#holdAll();
    this.#sink.onRelief(() => {
      if (this.#state !== "waiting") return;
      this.#state = "open";
      for (const link of this.#links) link.stream.release(HOLD.GATE);
    });
  }

  /** Reads no more from anybody. */
  shut(): void {
    this.#state = "shut";
    this.#holdAll();
  }

  /** A client that was just accepted is held like the others; before that its CONNECT has to be read. */
  join(link: ClientLink): void {
    if (this.#state !== "open") link.stream.hold(HOLD.GATE);
  }

  #holdAll(): void {
    for (const link of this.#links) {
      if (link.phase === "ready") link.stream.hold(HOLD.GATE);
    }
  }
}
