import type { DownSigner } from "../contract/signature.ts";
import type { MachineKey } from "../contract/topic.ts";
import type { ConcheError } from "../errors/conche-error.ts";
import { QUARANTINE_NEARLY_FULL } from "../log/quarantine-room.ts";
import type { Delivery, OutgoingMessage } from "../mqtt/delivery.ts";
import type { Clock } from "../time/clock.ts";
import { SYSTEM_CLOCK } from "../time/system-clock.ts";
import type { HealthCheck, HealthReport } from "./health.ts";
import { Ingester, type IngesterDependencies } from "./ingester.ts";
import { observers } from "./observer.ts";
import { ReceiptScheduler, type ReceiptStatus } from "./receipts.ts";

/** What a data center is made of: the parts of its ingester, and the delivery that feeds it. */
export interface DataCenterDependencies extends IngesterDependencies {
  readonly delivery: Delivery;
  /** What the receipts are paced by; the system's clock unless told otherwise. */
  readonly clock?: Clock;
  /** The machines of the plant model: those the log has never heard must find no receipt either. */
  readonly machines?: readonly MachineKey[];
  /** Who signs the receipts; without one they are not signed. */
  readonly signer?: DownSigner | undefined;
}

/** Publishers that are sent a receipt after a start; the others get theirs when they speak again. */
const ANNOUNCED = 20_000;

/** Longest that a stop waits for the last commits, milliseconds. */
const DRAIN_LIMIT_MS = 8_000;

/** A delivery, an ingester, a log and receipts, started and stopped in the order that loses nothing. */
export class DataCenter {
  readonly #dependencies: DataCenterDependencies;
  readonly #receipts: ReceiptScheduler;
  readonly #ingester: Ingester;
  #fatal: ConcheError | undefined;
  #stopped: Promise<void> | undefined;

  private constructor(dependencies: DataCenterDependencies, receipts: ReceiptScheduler, ingester: Ingester) {
    this.#dependencies = dependencies;
    this.#receipts = receipts;
    this.#ingester = ingester;
  }

  /** Opens the ingester on the log and starts the delivery. */
  static async start(dependencies: DataCenterDependencies): Promise<DataCenter> {
    const { delivery, log, now, clock = SYSTEM_CLOCK, machines = [], signer } = dependencies;
    const publish = (message: OutgoingMessage) => delivery.publish(message);
    const receipts = new ReceiptScheduler({ publish, now, clock, signer });
    const ingester = await Ingester.open({
      ...dependencies,
      keepsRetained: delivery.ownsRetained ?? false,
      observer: observers(dependencies.observer, receipts),
      onFatal: (error) => {
        center.#fatal = error;
        dependencies.onFatal(error);
      },
    });
    const center = new DataCenter(dependencies, receipts, ingester);
    const known = await log.latestSequences(ANNOUNCED);
    await delivery.start(ingester);
    receipts.owed(known);
    // With more publishers than were asked for, who is not among them may still be known.
    if (known.length < ANNOUNCED) receipts.unknown(machines);
    return center;
  }

  get ingester(): Ingester {
    return this.#ingester;
  }

  /** Entries of what is kept in memory, by name. */
  get kept(): Readonly<Record<string, number>> {
    return { ...this.#ingester.kept, receipts_waiting: this.#receipts.status.waiting };
  }

  /** How the receipts stand. */
  get receipts(): ReceiptStatus {
    return this.#receipts.status;
  }

  /** What load balancers and operators ask: is it alive, is it taking messages, and if not, why. */
  health(): HealthReport {
    const delivery = this.#dependencies.delivery.status();
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
        this.#receiptCheck(),
        this.#quarantineCheck(),
      ],
    };
  }

  /** Messages are stored without receipts too, but publishers keep them all: not ready would stop even that. */
  #receiptCheck(): HealthCheck {
    const { failing, waiting } = this.#receipts.status;
    if (failing === undefined)
      return { name: "receipts", ok: true, detail: "publishers are told what is on disk" };
    const detail = `${waiting} publishers wait for a receipt: ${failing.code}: ${failing.message}`;
    return { name: "receipts", ok: false, detail };
  }

  /** Messages are taken all the same; at the limit the log itself says so where nothing more is. */
  #quarantineCheck(): HealthCheck {
    const { limit, bytes, dropped } = this.#dependencies.log.quarantineRoom();
    const held = `${(bytes / 1e6).toFixed(1)} MB of ${(limit.bytes / 1e6).toFixed(0)} MB`;
    const gone = dropped === 0 ? "" : `, ${dropped} messages were dropped before anybody replayed them`;
    return { name: "quarantine", ok: bytes < limit.bytes * QUARANTINE_NEARLY_FULL, detail: held + gone };
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
    const { delivery, log } = this.#dependencies;
    await delivery.pause();
    const limit = AbortSignal.timeout(DRAIN_LIMIT_MS);
    const abandon = () => this.#ingester.close();
    limit.addEventListener("abort", abandon, { once: true });
    await this.#ingester.drain();
    limit.removeEventListener("abort", abandon);
    await this.#receipts.close();
    this.#ingester.close();
    await delivery.stop();
    await log.close();
  }
}
