import type { ConsumerEvent } from "../../adapters/mqtt-packet/consumer-event.ts";
import type { Notice } from "../../adapters/terminal/notices.ts";
import { messageOf } from "../../errors/conche-error.ts";
import { SessionWatch } from "../../ingest/session-watch.ts";
import type { SessionNotes } from "../../log/delivery-session.ts";
import { parseBrokerUrl } from "../../mqtt/broker-address.ts";
import { sessionLossNotice } from "./broker-notices.ts";

/** A session at another broker, and where its fate is told. */
export interface WatchedSessionDependencies {
  readonly notes: SessionNotes;
  readonly url: string;
  readonly clientId: string;
  /** The command that names the loss again. */
  readonly toldBy: string;
  readonly notice: (notice: Notice) => void;
}

/** How often a session that stands is noted, milliseconds: a loss is told from at most so much before a kill. */
const SIGN_OF_LIFE_MS = 60_000;

/** Our session at another broker: a loss is noted, told and counted, also when nobody was there to see it. */
export class WatchedSession {
  readonly #watch: SessionWatch;
  readonly #notice: (notice: Notice) => void;
  #timer: NodeJS.Timeout | undefined;
  /** Losses since the start. */
  lost = 0;

  constructor({ notes, url, clientId, toldBy, notice }: WatchedSessionDependencies) {
    this.#notice = notice;
    this.#watch = new SessionWatch({
      notes,
      broker: parseBrokerUrl(url).display,
      clientId,
      now: Date.now,
      onLoss: (loss) => {
        this.lost++;
        notice(sessionLossNotice(loss, toldBy));
      },
    });
  }

  /** To be told everything that happens to the connection. */
  happened(event: ConsumerEvent): void {
    // What the notes can't take (a full disk) keeps nobody from connecting.
    try {
      if (event.kind === "connected") this.#watch.connected(event.sessionPresent);
      else if (event.kind === "subscribed") this.#subscribed();
      else if (event.kind === "lost" || event.kind === "stopped") this.#ended();
    } catch (error) {
      const text = `the session at the broker can't be noted: ${messageOf(error)}`;
      this.#notice({ level: "warning", code: "session-unnoted", text });
    }
  }

  #subscribed(): void {
    this.#watch.subscribed();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#alive(), SIGN_OF_LIFE_MS).unref();
  }

  #ended(): void {
    clearInterval(this.#timer);
    this.#watch.alive();
  }

  #alive(): void {
    try {
      this.#watch.alive();
    } catch {
      // As old as it is, what is noted is still true.
    }
  }
}
