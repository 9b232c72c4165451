import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Notice } from "../adapters/terminal/notices.ts";
import type { Desk, DeskMessage, DeskPlace, DeskStatus } from "../api/desk.ts";
import type { Config } from "../config/config-schema.ts";
import { DESK_STEP, type MessageType } from "../contract/topic.ts";
import { type Edge, type EdgeEvent, openEdge } from "../index.ts";
import { parseBrokerUrl } from "../mqtt/broker-address.ts";
import { consumerOptions } from "./broker/consumer-options.ts";
import { within } from "./wait.ts";

/** People write a few messages an hour. */
const OUTBOX_BYTES = 8 * 1024 * 1024;
const FOLDER = "desk-outbox";
/** So long an answer waits for the log's word: shorter than what makes a question a slow one, longer than a receipt takes. */
const CONFIRMED_WITHIN_MS = 200;

/** Where a desk publishes. */
export interface PublishingPlace {
  /** Its level in the topic, as `dashboard`. */
  readonly name: string;
  readonly url: string;
  /** The folder of the outbox. */
  readonly outbox: string;
  /** Told when the broker can't be reached, and when it can again. */
  readonly notice?: ((notice: Notice) => void) | undefined;
}

/** What people do at this program, published through the library: a desk for each line, one outbox for all. */
export class PublishingDesk implements Desk {
  readonly #edge: Edge;
  readonly #place: PublishingPlace;
  /** Since when a connection is missing, ms since 1970. */
  #missingSinceMs: number | null = null;
  /** What keeps it from the broker, once that is known. */
  #why: string | null = null;
  #drained: Promise<void> | undefined;

  private constructor(edge: Edge, place: PublishingPlace) {
    this.#edge = edge;
    this.#place = place;
    edge.onEvent((event) => this.#hear(event));
  }

  /**
   * Opens the outbox. The broker need not be there.
   * @throws ConcheError as `openEdge`
   */
  static async open(config: Config, place: PublishingPlace): Promise<PublishingDesk> {
    const { url, outbox } = place;
    const { username, password, tls, keepaliveS } = await consumerOptions(url, config);
    const edge = await openEdge({
      url,
      ...{ username, password, tls },
      keepaliveS,
      outbox,
      outboxBytes: OUTBOX_BYTES,
      telemetryBytes: OUTBOX_BYTES,
      trustedKeys: config.signing.trusted ?? undefined,
    });
    const desk = new PublishingDesk(edge, place);
    // What a run before this one left behind goes out over the connection of its machine.
    for (const { machine, waiting } of edge.status().machines)
      if (waiting.durable.messages > 0) await edge.machine(machine);
    return desk;
  }

  async publish(
    { site, line }: DeskPlace,
    type: MessageType,
    body: Readonly<Record<string, unknown>>,
  ): Promise<DeskMessage> {
    const machine = await this.#edge.machine(`${site}/${line}/${DESK_STEP}/${this.#place.name}`);
    const { boot, seq } = await machine.publish(type, body as never); // checked against the contract there
    this.#look();
    const confirmed = this.#why === null && (await within(this.drained(), CONFIRMED_WITHIN_MS));
    return {
      ...{ machine: machine.key, boot, seq, confirmed },
      unreachableSinceMs: confirmed ? null : this.#missingSinceMs,
    };
  }

  /** How it stands with the broker, and what waits. */
  status(): DeskStatus {
    const unreachable =
      this.#why === null || this.#missingSinceMs === null
        ? null
        : { address: this.address, sinceMs: this.#missingSinceMs, why: this.#why };
    return { waiting: this.#edge.status().waiting.durable.messages, unreachable };
  }

  /** Resolves when the log has everything that was published. */
  drained(): Promise<void> {
    this.#drained ??= this.#edge.drained().finally(() => {
      this.#drained = undefined;
    });
    return this.#drained;
  }

  /** What no receipt covers stays in the outbox for the next time. */
  close(): Promise<void> {
    return this.#edge.close();
  }

  #hear(event: EdgeEvent): void {
    this.#look();
    if (event.kind !== "disconnected" || this.#missingSinceMs === null) return;
    const first = this.#why === null;
    this.#why = `${event.error.code}: ${event.error.message}`;
    if (!first) return;
    const text = `what people do can't reach the broker at ${this.address}: ${this.#why}; it waits in the outbox`;
    this.#place.notice?.({ level: "warning", code: "desk-unreachable", text });
  }

  #look(): void {
    if (this.#edge.status().connections.every(({ connected }) => connected)) {
      const text = `what people do reaches the broker at ${this.address} again`;
      if (this.#why !== null) this.#place.notice?.({ level: "info", code: "desk-reached", text });
      this.#why = null;
      this.#missingSinceMs = null;
    } else this.#missingSinceMs ??= Date.now();
  }

  /** `mqtt://host:port` */
  get address(): string {
    return parseBrokerUrl(this.#place.url, { webSocket: true }).display;
  }
}

/** The outbox of who acts in a shell: not the data center's own, which one process at a time has open. */
export function shellOutbox(data: string): string {
  return join(data, "shell-outbox");
}

/** The longest that what was said in a shell keeps others in a shell from acting. */
const LEFT_BEHIND_MS = 10_000;

/**
 * Sends on, once, what was said in a shell while no data center was there to confirm it. Where another process has the
 * outbox open, that one sends it.
 * @returns ends it; what is not confirmed by then stays
 */
export function sendLeftInShell(
  config: Config,
  url: string,
  notice: (notice: Notice) => void,
): () => Promise<void> {
  const outbox = shellOutbox(config.data);
  if (!existsSync(outbox)) return async () => {};
  const ended = Promise.withResolvers<void>();
  const send = async () => {
    const desk = await PublishingDesk.open(config, { name: "shell", url, outbox });
    try {
      const { waiting } = desk.status();
      await within(Promise.race([desk.drained(), ended.promise]), LEFT_BEHIND_MS);
      if (waiting === 0 || desk.status().waiting > 0) return;
      const text = `the log has what was said in a shell while no data center was there: ${waiting}`;
      notice({ level: "info", code: "shell-sent", text });
    } finally {
      await desk.close();
    }
  };
  const done = send().catch(() => {}); // the next who acts in a shell is told why
  return () => {
    ended.resolve();
    return done;
  };
}

/** A desk that is opened by the first action, or for what waits of those before: most runs of a data center see none. */
export class LazyDesk implements Desk {
  readonly #open: () => Promise<PublishingDesk>;
  readonly #outbox: string;
  #desk: Promise<PublishingDesk> | undefined;
  #opened: PublishingDesk | undefined;
  #hushed = false;

  /**
   * @param urlOf the broker's address, known when the first action comes
   * @param notice told when the broker can't be reached, and when it can again
   */
  constructor(config: Config, name: string, urlOf: () => string, notice: (notice: Notice) => void) {
    const outbox = join(config.data, FOLDER);
    this.#outbox = outbox;
    const say = (told: Notice) => {
      if (!this.#hushed) notice(told);
    };
    this.#open = () => PublishingDesk.open(config, { name, url: urlOf(), outbox, notice: say });
  }

  /** Sends on what was said before a restart and no receipt covers yet; nothing where nobody has ever acted here. */
  resume(): void {
    if (existsSync(this.#outbox)) void this.#whenOpen().catch(() => {}); // said to whoever acts next
  }

  async publish(...message: Parameters<Desk["publish"]>): Promise<DeskMessage> {
    return (await this.#whenOpen()).publish(...message);
  }

  /** Undefined before the first action. */
  status(): DeskStatus | undefined {
    return this.#opened?.status();
  }

  async #whenOpen(): Promise<PublishingDesk> {
    this.#desk ??= this.#open();
    try {
      this.#opened = await this.#desk;
      return this.#opened;
    } catch (error) {
      // What kept it from being opened may be over when the next one acts.
      this.#desk = undefined;
      throw error;
    }
  }

  /** Says no more: a broker that ends with this process is no news. */
  hush(): void {
    this.#hushed = true;
  }

  async close(): Promise<void> {
    await (await this.#desk?.catch(() => undefined))?.close();
  }
}
