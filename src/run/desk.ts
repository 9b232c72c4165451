import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Desk, DeskMessage, DeskPlace } from "../api/desk.ts";
import type { Config } from "../config/config-schema.ts";
import { DESK_STEP, type MessageType } from "../contract/topic.ts";
import { type Edge, openEdge } from "../index.ts";
import { consumerOptions } from "./broker/consumer-options.ts";

/** People write a few messages an hour. */
const OUTBOX_BYTES = 8 * 1024 * 1024;
const FOLDER = "desk-outbox";

/** Where a desk publishes. */
export interface PublishingPlace {
  /** Its level in the topic, as `dashboard`. */
  readonly name: string;
  readonly url: string;
  /** The folder of the outbox. */
  readonly outbox: string;
}

/** What people do at this program, published through the library: a desk for each line, one outbox for all. */
export class PublishingDesk implements Desk {
  readonly #edge: Edge;
  readonly #name: string;

  private constructor(edge: Edge, name: string) {
    this.#edge = edge;
    this.#name = name;
  }

  /**
   * Opens the outbox. The broker need not be there.
   * @throws ConcheError as `openEdge`
   */
  static async open(config: Config, { name, url, outbox }: PublishingPlace): Promise<PublishingDesk> {
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
    // What a run before this one left behind goes out over the connection of its machine.
    for (const { machine, waiting } of edge.status().machines)
      if (waiting.durable.messages > 0) await edge.machine(machine);
    return new PublishingDesk(edge, name);
  }

  async publish(
    { site, line }: DeskPlace,
    type: MessageType,
    body: Readonly<Record<string, unknown>>,
  ): Promise<DeskMessage> {
    const machine = await this.#edge.machine(`${site}/${line}/${DESK_STEP}/${this.#name}`);
    const { boot, seq } = await machine.publish(type, body as never); // checked against the contract there
    return { machine: machine.key, boot, seq };
  }

  /** Resolves when the log has everything that was published. */
  drained(): Promise<void> {
    return this.#edge.drained();
  }

  /** What no receipt covers stays in the outbox for the next time. */
  close(): Promise<void> {
    return this.#edge.close();
  }
}

/** A desk that is opened by the first action, or for what waits of those before: most runs of a data center see none. */
export class LazyDesk implements Desk {
  readonly #open: () => Promise<PublishingDesk>;
  readonly #outbox: string;
  #desk: Promise<PublishingDesk> | undefined;

  /** @param urlOf the broker's address, known when the first action comes */
  constructor(config: Config, name: string, urlOf: () => string) {
    const outbox = join(config.data, FOLDER);
    this.#outbox = outbox;
    this.#open = () => PublishingDesk.open(config, { name, url: urlOf(), outbox });
  }

  /** Sends on what was said before a restart and no receipt covers yet; nothing where nobody has ever acted here. */
  resume(): void {
    if (existsSync(this.#outbox)) void this.#opened().catch(() => {}); // said to whoever acts next
  }

  async publish(...message: Parameters<Desk["publish"]>): Promise<DeskMessage> {
    return (await this.#opened()).publish(...message);
  }

  async #opened(): Promise<PublishingDesk> {
    this.#desk ??= this.#open();
    try {
      return await this.#desk;
    } catch (error) {
      // What kept it from being opened may be over when the next one acts.
      this.#desk = undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    await (await this.#desk?.catch(() => undefined))?.close();
  }
}
