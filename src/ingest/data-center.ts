import type { ConcheError } from "../errors/conche-error.ts";
import type { Delivery } from "./delivery.ts";
import type { HealthReport } from "./health.ts";
import { Ingester, type IngesterParts } from "./ingester.ts";
import { observers } from "./observer.ts";
import { ReceiptScheduler } from "./receipts.ts";

/** What a data center is made of: the parts of its ingester, and the delivery that feeds it. */
export interface DataCenterParts extends IngesterParts {
  readonly delivery: Delivery;
}

/** Longest that a stop waits for the last commits, milliseconds. */
export const DRAIN_LIMIT_MS = 8_000;

/** A delivery, an ingester, a log and receipts, started and stopped in the order that loses nothing. */
export class DataCenter {
  readonly #parts: DataCenterParts;
  readonly #receipts: ReceiptScheduler;
  readonly #ingester: Ingester;
  #fatal: ConcheError | undefined;
  #stopped: Promise<void> | undefined;

  private constructor(parts: DataCenterParts, receipts: ReceiptScheduler, ingester: Ingester) {
    this.#parts = parts;
    this.#receipts = receipts;
    this.#ingester = ingester;
  }

  /** Opens the ingester on the log and starts the delivery. */
  static async start(parts: DataCenterParts): Promise<DataCenter> {
    const { delivery, now } = parts;
    const receipts = new ReceiptScheduler({ publish: (message) => delivery.publish(message), now });
    const ingester = await Ingester.open({
      ...parts,
      observer: observers(parts.observer, receipts),
      onFatal: (error) => {
        center.#fatal = error;
        parts.onFatal(error);
      },
    });
    const center = new DataCenter(parts, receipts, ingester);
    await delivery.start(ingester);
    return center;
  }

  get ingester(): Ingester {
    return this.#ingester;
  }

  /** What load balancers and operators ask: is it alive, is it taking messages, and if not, why. */
  health(): HealthReport {
    const delivery = this.#parts.delivery.status();
    const failing = this.#ingester.failing;
    return {
      alive: this.#fatal === undefined,
      ready: delivery.ready && failing === undefined,
      checks: [
        { name: "delivery", ok: delivery.ready, detail: delivery.detail },
        {
          name: "log",
          ok: failing === undefined,
          detail: failing === undefined ? "commits succeed" : `${failing.code}: ${failing.message}`,
        },
      ],
    };
  }

  /**
   * Stops: takes no more, commits and acknowledges what was accepted, sends the last receipts, closes connections
   * and log. What can't be committed in time stays unacknowledged, so its sender keeps it.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const { delivery, log } = this.#parts;
    await delivery.pause();
    const limit = AbortSignal.timeout(DRAIN_LIMIT_MS);
    const abandon = () => this.#ingester.close();
    limit.addEventListener("abort", abandon, { once: true });
    await this.#ingester.drain();
    limit.removeEventListener("abort", abandon);
    await this.#receipts.flush();
    this.#ingester.close();
    await delivery.stop();
    await log.close();
  }
}
