import type { Command } from "../contract/command.ts";
import type { Receipt } from "../contract/receipt.ts";
import type { MachineKey } from "../contract/topic.ts";
import type { ConcheError } from "../errors/conche-error.ts";
import { Backoff, type RetryLimits } from "../mqtt/backoff.ts";
import type { Cancel } from "../time/clock.ts";
import type {
  BrokerLink,
  Credentials,
  LinkLimits,
  LinkMessage,
  OpenLink,
  ReceivedWith,
} from "./broker-link.ts";
import type { DownGuard } from "./down-guard.ts";
import { downTopics, readDownMessage } from "./down-message.ts";
import type { MachineQueue } from "./machine-queue.ts";
import type { NewMessage } from "./outbox.ts";
import type { Relay } from "./relay.ts";
import { Sender, type SenderCounts, type SenderDependencies } from "./sender.ts";

/** As whom a connection to the broker above is made. */
export interface UplinkIdentity {
  readonly clientId: string;
  readonly credentials: Credentials;
  readonly will: LinkMessage | undefined;
}

/** What an uplink is made of. */
export interface UplinkDependencies extends UplinkIdentity, SenderDependencies {
  readonly openLink: OpenLink;
  readonly retry: RetryLimits;
  /** A number from 0 to below 1, for jitter. */
  readonly random: () => number;
  readonly relay?: Relay | undefined;
  readonly guard?: DownGuard | undefined;
  readonly onCommand: (machine: MachineKey, command: Command) => void;
  /** Connected; `resumed` after an earlier connection was lost. */
  readonly onConnected: (resumed: boolean) => void;
}

/** What a machine's or gateway's connection to the broker above is doing, as an edge reports it. */
export interface UplinkStatus {
  readonly clientId: string;
  readonly connected: boolean;
  /** One line for people. */
  readonly detail: string;
  readonly inFlight: number;
  /** Receipts and commands since the start that nobody who is believed had signed. */
  readonly distrusted: number;
  readonly machines: readonly MachineKey[];
}

/** How often time is looked at for receipts that don't come, milliseconds. */
const TICK_MS = 250;
/** A connection that held this long makes the next pauses begin small again, milliseconds. */
const STABLE_MS = 10_000;

/** A connection to the broker that is made again whenever it breaks, and the machines that speak over it. */
export class Uplink {
  readonly #dependencies: UplinkDependencies;
  readonly #queues = new Map<MachineKey, MachineQueue>();
  /** What is listened to, for all machines. */
  readonly #filters = new Set<string>();
  readonly #sender: Sender;
  readonly #backoff: Backoff;
  #link: BrokerLink | undefined;
  #connected = false;
  #hadConnection = false;
  #detail = "not started";
  #closed = false;
  #distrusted = 0;
  #cancelRetry: Cancel | undefined;
  #cancelStable: Cancel | undefined;
  #cancelTick: Cancel | undefined;

  constructor(dependencies: UplinkDependencies) {
    this.#dependencies = dependencies;
    this.#sender = new Sender(dependencies);
    this.#backoff = new Backoff(dependencies.retry, dependencies.random);
  }

  /** Begins to connect, and keeps at it. */
  start(): void {
    this.#connect();
    this.#tick();
  }

  /** Another machine speaks over this connection from now on. */
  add(queue: MachineQueue): void {
    this.#queues.set(queue.machine, queue);
    const filters = this.#dependencies.relay?.filters(queue.machine) ?? downTopics(queue.machine);
    const unheard = filters.filter((filter) => !this.#filters.has(filter));
    for (const filter of unheard) this.#filters.add(filter);
    if (this.#connected && unheard.length > 0) this.#link?.subscribe(unheard);
    this.#sender.add(queue);
  }

  /** A message has reached the outbox; {@link pump} sends it. */
  stored(queue: MachineQueue, message: NewMessage): void {
    this.#sender.stored(queue, message);
  }

  pump(): void {
    this.#sender.pump();
  }

  status(): UplinkStatus {
    return {
      clientId: this.#dependencies.clientId,
      connected: this.#connected,
      detail: this.#detail,
      inFlight: this.#sender.inFlight,
      distrusted: this.#distrusted,
      machines: [...this.#queues.keys()],
    };
  }

  get counts(): SenderCounts {
    return this.#sender.counts;
  }

  /** Disconnects in order; the will is not published. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const cancel of [this.#cancelRetry, this.#cancelStable, this.#cancelTick]) cancel?.();
    this.#connected = false;
    this.#detail = "closed";
    this.#sender.detach();
    await this.#link?.close();
  }

  #connect(): void {
    const { clientId, credentials, will, openLink } = this.#dependencies;
    this.#detail = "connecting";
    const filters = [...this.#filters];
    const link = openLink(
      { clientId, credentials, will, filters },
      {
        up: (limits) => this.#up(link, limits, new Set(filters)),
        unsubscribed: (error) => this.#dependencies.emit({ kind: "unsubscribed", clientId, error }),
        received: (topic, payload, beside) => this.#received(topic, payload, beside),
        relieved: () => this.#sender.relieved(),
        down: (error) => this.#down(error),
      },
    );
    this.#link = link;
  }

  #up(link: BrokerLink, limits: LinkLimits, asked: ReadonlySet<string>): void {
    const { clientId, clock, emit, onConnected } = this.#dependencies;
    const resumed = this.#hadConnection;
    this.#connected = true;
    this.#hadConnection = true;
    this.#detail = "connected";
    this.#cancelStable = clock.after(STABLE_MS, () => this.#backoff.reset());
    // Machines that came while it was connecting.
    const others = [...this.#filters].filter((filter) => !asked.has(filter));
    if (others.length > 0) link.subscribe(others);
    emit({ kind: "connected", clientId, resumed });
    this.#sender.attach(link, limits);
    onConnected(resumed);
  }

  #down(error: ConcheError): void {
    const { clientId, clock, emit } = this.#dependencies;
    this.#cancelStable?.();
    this.#connected = false;
    this.#link = undefined;
    this.#sender.detach();
    if (this.#closed) return;
    const retryInMs = this.#backoff.next();
    this.#detail = `${error.code}: ${error.message}; next attempt in ${retryInMs} ms`;
    this.#cancelRetry = clock.after(retryInMs, () => this.#connect());
    emit({ kind: "disconnected", clientId, error, retryInMs });
  }

  #received(topic: string, payload: Uint8Array, beside: ReceivedWith): void {
    const down = readDownMessage(topic, payload, this.#dependencies.guard);
    if (down.kind === "distrusted") {
      this.#distrusted++;
      this.#dependencies.emit({ kind: "distrusted", machine: down.machine, detail: down.detail });
      return;
    }
    const queue = this.#queues.get(down.machine);
    const own = down.kind === "receipt" && queue?.state(down.receipt.boot)?.own === true;
    this.#dependencies.relay?.received({ ...beside, topic, payload, message: down, own });
    if (queue === undefined) return;
    if (down.kind === "command") this.#dependencies.onCommand(down.machine, down.command);
    else if (down.kind === "receipt") this.#receipt(queue, down.receipt);
    else if (down.kind === "unreadable")
      this.#dependencies.emit({ kind: "receipt-ignored", machine: down.machine, detail: down.detail });
  }

  #receipt(queue: MachineQueue, receipt: Receipt): void {
    const { emit, forget, clock } = this.#dependencies;
    // Of a boot that isn't known here (any more): of an earlier process, or forged. It can't cover anything here.
    const state = queue.state(receipt.boot);
    if (state === undefined) {
      const { machine } = queue;
      if (queue.isRival(receipt.boot)) emit({ kind: "numbered-elsewhere", machine, boot: receipt.boot });
      return;
    }
    const { publisher } = state;
    const effect = state.receipt(receipt, clock.now());
    if (effect.kind === "ignored") {
      const detail = `${effect.why}: boot ${receipt.boot} through ${receipt.through}, at ${receipt.at}`;
      emit({ kind: "receipt-ignored", machine: queue.machine, detail });
      return;
    }
    if (effect.covered.length > 0) forget(publisher, effect.covered);
    if (effect.quarantined.length > 0) emit({ kind: "quarantined", publisher, seqs: effect.quarantined });
    if (effect.lost.length > 0) emit({ kind: "lost", publisher, ranges: effect.lost });
    if (effect.uncovered.length > 0) emit({ kind: "uncovered", publisher, ranges: effect.uncovered });
    queue.forgetFinished();
    this.#sender.pump();
  }

  #tick(): void {
    this.#cancelTick = this.#dependencies.clock.after(TICK_MS, () => this.#tick());
    if (!this.#connected) return;
    const now = this.#dependencies.clock.now();
    for (const queue of this.#queues.values()) queue.tick(now);
    this.#sender.pump();
  }
}
