import { HOP_PROPERTY, type UserProperties } from "../../contract/identity.ts";
import type { TravellingProperties } from "../../mqtt/delivery.ts";
import type { Clock } from "../../time/clock.ts";
import type { DownArrival } from "../relay.ts";
import { hopsOf } from "./forward-decision.ts";

/** A message for a machine, as the local broker is given it. */
export interface DownwardMessage {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
  readonly userProperties: UserProperties;
  readonly properties?: TravellingProperties | undefined;
}

/** One that waits, and until when it is worth anything: time of the clock, milliseconds. */
interface Waiting extends DownwardMessage {
  readonly expiresAt: number | undefined;
}

/** What the way down is made of. */
export interface DownFlowDependencies {
  readonly hop: string;
  /** Resolves when the local broker has it; rejects when it can't have it now. */
  readonly publish: (message: DownwardMessage) => Promise<void>;
  readonly clock: Clock;
  /** A command that could not be handed on, because too many wait. */
  readonly dropped: (topic: string) => void;
  /** A message whose time was over before the local broker could have it. */
  readonly expired: (topic: string) => void;
}

/** What has come down since the start. */
export interface DownCounts {
  /** Receipts, and retained ones that were taken away. */
  receipts: number;
  commands: number;
  /** Commands that were dropped because too many waited for the local broker. */
  commandsDropped: number;
  /** Messages whose expiry was over while they waited. */
  expired: number;
  /** Messages that were not handed on because they had been here. */
  looped: number;
}

/** Commands kept for a local broker that is away; each is an order for now, so not many and not for long. */
const COMMANDS_KEPT = 1_000;
const RETRY_MS = 500;
/** In the place of a boot, of which each is longer: what waits for a topic beside receipts. */
const CLEARED = "cleared";
const AGAIN = "again";
/** Messages handed to the local broker at once. */
const AT_ONCE = 64;

/**
 * Brings receipts and commands down to the local broker. Of each machine's receipts only the latest waits; commands
 * wait in order, as many as fit. Receipts for numbers given here are nobody else's business. A receipt that is taken
 * away above is taken away below too: it may say more than is true since the data center's log was restored, and a
 * machine would forget by it what nobody has any more.
 */
export class DownFlow {
  readonly #dependencies: DownFlowDependencies;
  readonly counts: DownCounts = { receipts: 0, commands: 0, commandsDropped: 0, expired: 0, looped: 0 };
  /** Waiting, by what may take whose place. */
  readonly #waiting = new Map<string, Waiting>();
  /** The retained receipt that the local broker has of each topic; empty where it was told to have none. */
  readonly #said = new Map<string, Waiting>();
  #commands = 0;
  #running = false;
  #closed = false;

  constructor(dependencies: DownFlowDependencies) {
    this.#dependencies = dependencies;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  received(arrived: DownArrival): void {
    const { topic, payload, retain, userProperties, properties, message, own } = arrived;
    if (own || message.kind === "unreadable") return;
    const hops = hopsOf(userProperties);
    if (hops.includes(this.#dependencies.hop)) {
      this.counts.looped++;
      return;
    }
    const kept = Object.entries(userProperties ?? {}).filter(([name]) => name !== HOP_PROPERTY);
    const expirySeconds = properties?.messageExpiryInterval;
    const down: Waiting = {
      topic,
      payload: Buffer.from(payload).toString("utf8"),
      retain,
      userProperties: Object.fromEntries([...kept, [HOP_PROPERTY, [...hops, this.#dependencies.hop]]]),
      properties,
      expiresAt:
        expirySeconds === undefined ? undefined : this.#dependencies.clock.now() + expirySeconds * 1_000,
    };
    if (message.kind === "command") this.#command(down);
    else if (message.kind === "cleared") this.#clear(down);
    else this.#receipt(down, message.receipt.boot);
    this.#start();
  }

  /** The local broker may have lost what it had: says every machine's last receipt again. */
  again(): void {
    // First in line, so that a newer one follows it.
    const newer = [...this.#waiting];
    this.#waiting.clear();
    for (const [topic, message] of this.#said) this.#waiting.set(`${topic} ${AGAIN}`, message);
    for (const [key, message] of newer) this.#waiting.set(key, message);
    this.#said.clear();
    this.#start();
  }

  close(): void {
    this.#closed = true;
  }

  #receipt(down: Waiting, boot: string): void {
    const { topic, payload, retain } = down;
    if (this.#said.get(topic)?.payload === payload) return;
    this.counts.receipts++;
    if (retain) this.#waiting.delete(`${topic} ${CLEARED}`);
    this.#waiting.set(`${topic} ${boot}`, down);
  }

  #clear(down: Waiting): void {
    // Without the flag it takes nothing away above, and a command is never retained.
    const key = `${down.topic} ${CLEARED}`;
    if (!down.retain || !down.topic.endsWith("/receipt") || this.#waiting.has(key)) return;
    const overtaken = [...this.#waiting.keys()].filter((key) => key.startsWith(`${down.topic} `));
    for (const key of overtaken) this.#waiting.delete(key);
    // Once is enough, or two bridges that feed one another without user properties would never end.
    if (overtaken.length === 0 && this.#said.get(down.topic)?.payload === "") return;
    this.counts.receipts++;
    this.#waiting.set(key, down);
  }

  #command(down: Waiting): void {
    this.counts.commands++;
    const waiting = [...this.#waiting.keys()].filter((key) => key.startsWith("command "));
    const [oldest] = waiting;
    if (waiting.length >= COMMANDS_KEPT && oldest !== undefined) {
      const dropped = this.#waiting.get(oldest);
      this.#waiting.delete(oldest);
      this.counts.commandsDropped++;
      if (dropped !== undefined) this.#dependencies.dropped(dropped.topic);
    }
    this.#waiting.set(`command ${++this.#commands}`, down);
  }

  /** An order whose time is over must not be carried out: it goes, and is counted and said. */
  #expire(): void {
    const now = this.#dependencies.clock.now();
    for (const [key, { topic, expiresAt }] of this.#waiting) {
      if (expiresAt === undefined || expiresAt > now) continue;
      this.#waiting.delete(key);
      this.counts.expired++;
      this.#dependencies.expired(topic);
    }
  }

  /** As the local broker gets it: with what is left of its time (MQTT 5, 3.3.2.3.3). */
  #withRest({ expiresAt, properties, ...message }: Waiting): DownwardMessage {
    if (expiresAt === undefined) return { ...message, properties };
    const messageExpiryInterval = Math.max(
      1,
      Math.ceil((expiresAt - this.#dependencies.clock.now()) / 1_000),
    );
    return { ...message, properties: { ...properties, messageExpiryInterval } };
  }

  #start(): void {
    if (this.#running || this.#closed) return;
    this.#running = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    while (this.#waiting.size > 0 && !this.#closed) {
      this.#expire();
      const portion = [...this.#waiting].slice(0, AT_ONCE);
      const results = await Promise.allSettled(
        portion.map(([, message]) => this.#dependencies.publish(this.#withRest(message))),
      );
      let failed = false;
      for (const [index, [key, message]] of portion.entries()) {
        if (results[index]?.status === "rejected") {
          failed = true;
          continue;
        }
        // A newer one may have taken its place meanwhile.
        if (this.#waiting.get(key) === message) this.#waiting.delete(key);
        if (message.retain) this.#said.set(message.topic, message);
      }
      if (failed) {
        this.#dependencies.clock.after(RETRY_MS, () => {
          this.#running = false;
          this.#start();
        });
        return;
      }
    }
    this.#running = false;
  }
}
