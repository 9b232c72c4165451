import { CONTENT_TYPE, SCHEMA_PROPERTY } from "../../contract/identity.ts";
import { upTopic } from "../../contract/topic.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { loadMachine, loadPayload } from "../../load/load-message.ts";
import type { LoadShare } from "../../load/load-order.ts";
import type { LoadTally } from "../../load/load-tally.ts";
import { Backoff } from "../../mqtt/backoff.ts";
import type { Cancel, Clock } from "../../time/clock.ts";
import { BrokerSocket } from "./broker-socket.ts";
import { LoadConnection } from "./load-connection.ts";
import { type ConsumerSettings, consumerSettings, type MqttConsumerOptions } from "./options.ts";
import { PacketTemplate } from "./packet-template.ts";

/** What a load generator is made with. */
export interface LoadGeneratorDependencies {
  /** How the broker is reached; of the client id only the beginning, each machine adds its number. */
  readonly broker: MqttConsumerOptions;
  readonly share: LoadShare;
  readonly tally: LoadTally;
  /** Leaves the MQTT 5 properties out that say what the payload is. */
  readonly bare?: boolean;
  /** Gives each machine the identity of its start. */
  readonly newBoot: () => string;
  /** Milliseconds since 1970, for the messages' time stamps. */
  readonly now: () => number;
  /** Hears of connections that broke and of attempts to make them anew that failed. */
  readonly onTrouble: (error: ConcheError) => void;
}

/** Connections that are being made at once: more would only queue in the broker's backlog. */
const CONNECTING_AT_ONCE = 50;
const RETRY = { firstMs: 500, longestMs: 5_000 } as const;
/** What is due is looked for so often, milliseconds. */
const PACE_MS = 1;
/** A broker that answers nothing for so long, when nothing more is sent, won't any more, milliseconds. */
const SILENT_MS = 20_000;
/** The same when the load was stopped, and somebody waits for it to end. */
const SILENT_WHEN_STOPPED_MS = 5_000;

/** One machine of the load, over however many connections. */
interface Machine {
  readonly template: PacketTemplate;
  readonly settings: ConsumerSettings;
  readonly backoff: Backoff;
  connection: LoadConnection | undefined;
  seq: number;
  cancelRetry: Cancel | undefined;
}

/** The load that one thread makes: connects, sends as fast or as often as ordered, and counts what comes back. */
export class LoadGenerator {
  readonly #dependencies: LoadGeneratorDependencies;
  readonly #clock: Clock;
  readonly #socket: BrokerSocket;
  readonly #machines: readonly Machine[];
  #sending = false;
  #closed = false;
  #left: number;
  #stamp = { ms: Number.NaN, text: "" };
  /** Goes on with whoever waits for an answer or for room. */
  #onChange: () => void = () => {};

  /** @throws ConcheError CONCHE_BROKER_URL_INVALID, CONCHE_CONFIG_INVALID */
  constructor(dependencies: LoadGeneratorDependencies) {
    const { broker, share } = dependencies;
    const settings = consumerSettings(broker);
    this.#dependencies = dependencies;
    this.#clock = settings.clock;
    this.#socket = new BrokerSocket(settings);
    this.#left = share.messages ?? Number.POSITIVE_INFINITY;
    this.#machines = Array.from({ length: share.connections }, (_, index) =>
      this.#machine(share.firstMachine + index, settings),
    );
  }

  /** Connects every machine; all of them, or none. @throws ConcheError as connecting gives them */
  async connect(): Promise<void> {
    const waiting = this.#machines.values();
    const lane = async () => {
      for (const machine of waiting) await this.#firstConnection(machine);
    };
    try {
      await Promise.all(Array.from({ length: CONNECTING_AT_ONCE }, lane));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Sends until everything is sent or `stop` is aborted, then waits for the last answers, but not for ever. */
  async run(stop: AbortSignal): Promise<void> {
    const { share, tally } = this.#dependencies;
    this.#sending = !stop.aborted;
    const end = () => {
      this.#sending = false;
      this.#onChange();
    };
    stop.addEventListener("abort", end, { once: true });
    tally.begin(this.#clock.now());
    if (share.rate === undefined) await this.#asFastAsAnswered();
    else await this.#paced(share.rate);
    this.#sending = false;
    stop.removeEventListener("abort", end);
    await this.#lastAnswers(stop.aborted ? SILENT_WHEN_STOPPED_MS : SILENT_MS);
  }

  /** Disconnects every machine. */
  close(): void {
    this.#closed = true;
    for (const machine of this.#machines) {
      machine.cancelRetry?.();
      machine.connection?.leave();
    }
  }

  #machine(index: number, settings: ConsumerSettings): Machine {
    const { share, newBoot, bare } = this.#dependencies;
    const schema = `${share.type}/${share.payloadVersion}`;
    const template = new PacketTemplate({
      topic: upTopic(loadMachine(share.site, index), share.type),
      protocol: settings.protocol,
      qos: share.qos,
      payload: loadPayload(share, newBoot()),
      ...(bare
        ? {}
        : { properties: { contentType: CONTENT_TYPE, userProperties: { [SCHEMA_PROPERTY]: schema } } }),
    });
    return {
      template,
      settings: { ...settings, clientId: `${settings.clientId}-${index + 1}` },
      backoff: new Backoff(RETRY, settings.random),
      connection: undefined,
      seq: 0,
      cancelRetry: undefined,
    };
  }

  #firstConnection(machine: Machine): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed) reject(new ConcheError("CONCHE_SHUTTING_DOWN", { message: "the load was stopped" }));
      else this.#open(machine, resolve, reject);
    });
  }

  #open(machine: Machine, connected: () => void, failed: (error: ConcheError) => void): void {
    const { share, tally } = this.#dependencies;
    let established = false;
    machine.connection = new LoadConnection({
      settings: machine.settings,
      socket: this.#socket,
      template: machine.template,
      qos: share.qos,
      window: share.window,
      tally,
      owner: {
        connected: () => {
          established = true;
          machine.backoff.reset();
          connected();
          this.#pump(machine);
        },
        room: () => this.#pump(machine),
        ended: (error) => {
          machine.connection = undefined;
          this.#onChange();
          if (established) this.#reconnectLater(machine, error);
          else failed(error);
        },
      },
    });
  }

  #reconnectLater(machine: Machine, error: ConcheError): void {
    this.#dependencies.onTrouble(error);
    machine.cancelRetry = this.#clock.after(machine.backoff.next(), () => {
      const failed = (again: ConcheError) => {
        this.#dependencies.tally.failed(`${again.code}: ${again.message}`);
        this.#reconnectLater(machine, again);
      };
      if (!this.#closed) this.#open(machine, () => {}, failed);
    });
  }

  /** Without a rate, every answer makes room for the next message. */
  #pump(machine: Machine): void {
    const { share } = this.#dependencies;
    if (this.#sending && share.rate === undefined) {
      const now = this.#clock.now();
      this.#send(machine, share.window, now, () => now);
    }
    this.#onChange();
  }

  #send(machine: Machine, count: number, now: number, dueMs: (index: number) => number): number {
    machine.template.stamp(this.#timeStamp());
    const sent = machine.connection?.send(Math.min(count, this.#left), machine.seq + 1, now, dueMs) ?? 0;
    machine.seq += sent;
    this.#left -= sent;
    return sent;
  }

  /** A time stamp is made once per millisecond, for all machines. */
  #timeStamp(): string {
    const ms = this.#dependencies.now();
    if (ms !== this.#stamp.ms) this.#stamp = { ms, text: new Date(ms).toISOString() };
    return this.#stamp.text;
  }

  async #asFastAsAnswered(): Promise<void> {
    const { qos } = this.#dependencies.share;
    for (const machine of this.#machines) this.#pump(machine);
    while (this.#sending && this.#left > 0) {
      if (qos === 1) await this.#change();
      else {
        // QoS 0 has no answers to wait for: only full sockets hold it back.
        await new Promise((resolve) => setImmediate(resolve));
        for (const machine of this.#machines) this.#pump(machine);
      }
    }
  }

  /**
   * Open loop: what is due is sent when it is due, whether or not earlier messages were answered. What finds no room
   * is sent as soon as there is some, and its latency counts from when it was due: a broker that stalls can't hide
   * it by holding the load back (coordinated omission).
   */
  async #paced(rate: number): Promise<void> {
    const started = this.#clock.now();
    const dueOf = (index: number) => started + ((index + 1) / rate) * 1_000;
    let sent = 0;
    let turn = 0;
    let looked = started;
    while (this.#sending && this.#left > 0) {
      const now = this.#clock.now();
      const due = Math.floor(((now - started) / 1_000) * rate);
      // Since the last look only this thread was late, which is not the broker's doing.
      const dueMs = () => (dueOf(sent) >= looked ? now : dueOf(sent));
      // A whole round without room means that every window is full: the answers must come in first.
      for (let full = 0; sent < due && this.#left > 0 && full < this.#machines.length; ) {
        const machine = this.#machines[turn++ % this.#machines.length];
        const taken = machine === undefined ? 0 : this.#send(machine, 1, now, dueMs);
        sent += taken;
        full = taken === 0 ? full + 1 : 0;
      }
      looked = now;
      await new Promise<void>((resolve) => this.#clock.after(PACE_MS, resolve));
    }
  }

  /** Waits for what is in flight as long as answers keep coming. */
  async #lastAnswers(patienceMs: number): Promise<void> {
    const { tally } = this.#dependencies;
    let silent = false;
    let inFlight = Number.NaN;
    let cancel: Cancel = () => {};
    while (tally.inFlight > 0 && !silent) {
      if (tally.inFlight !== inFlight) {
        inFlight = tally.inFlight;
        cancel();
        cancel = this.#clock.after(patienceMs, () => {
          silent = true;
          this.#onChange();
        });
      }
      await this.#change();
    }
    cancel();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange = resolve;
    });
  }
}
