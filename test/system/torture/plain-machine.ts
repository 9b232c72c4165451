import { RawClient } from "../../adapters/broker/raw-client.ts";
import { seededRandom } from "../seeded-random.ts";
import { LedgerWriter } from "./ledger.ts";
import { intentOf, type VersionOneMessage, versionOneMessage, versionOneState } from "./messages.ts";
import type { TortureRun } from "./torture-run.ts";

/** Messages that wait for their PUBACK. */
const WINDOW = 12;
const LONGEST_PAUSE_MS = 20;
const RECONNECT_MS = 20;
const LAST_PACKET_ID = 65_535;

/** What a machine without numbers is like. */
export interface PlainMachineSetting {
  /** Of its broker. */
  readonly port: number;
  /** Its address. */
  readonly key: string;
  readonly version: 4 | 5;
  /**
   * What it does after a reconnect about messages that nobody has acknowledged. One that remembers repeats each under
   * its packet identifier, with the DUP flag [MQTT-4.4.0-1]: a gateway knows it again. One that has forgotten its
   * session gives it up, or says it as if it were new, which nobody can tell from another message.
   */
  readonly remembers: boolean;
}

interface Waiting {
  readonly token: string;
  readonly message: VersionOneMessage;
}

/**
 * A machine that knows nothing of numbers or receipts, with a ledger: version 1, QoS 1 and for telemetry QoS 0. A
 * message counts as taken when its broker has acknowledged it, and at no other time.
 */
export class PlainMachine {
  readonly #run: TortureRun;
  readonly #setting: PlainMachineSetting;
  readonly #ledger: LedgerWriter;
  readonly #random: () => number;
  readonly #part: string;
  /** Sent and not acknowledged, by packet identifier, in the order of sending. */
  #waiting = new Map<number, Waiting>();
  #client: RawClient | undefined;
  #packetId = 0;
  #messages = 0;
  #last: string | undefined;
  #finishing = false;
  #stopped = false;
  #life: Promise<void> = Promise.resolve();
  /** Messages that it was told are taken. */
  acknowledged = 0;

  constructor(run: TortureRun, setting: PlainMachineSetting) {
    this.#run = run;
    this.#setting = setting;
    this.#random = seededRandom(run.integer(1, 1_000_000));
    this.#part = `m-${setting.key.slice(setting.key.lastIndexOf("/") + 1)}`;
    this.#ledger = new LedgerWriter(run.ledger, this.#part);
    run.afterwards(async () => {
      this.#stopped = true;
      this.#client?.cut();
      await this.#life;
      this.#ledger.close();
    });
  }

  /** The token of what it said last, once it has finished. */
  get last(): string | undefined {
    return this.#last;
  }

  /** It connects as soon as it can, again and again, and talks. */
  start(): void {
    this.#life = this.#live().catch((error) => {
      this.#run.violations.push(`a machine: ${error}`);
    });
  }

  /** Resolves when it has said its last message and everything is acknowledged. */
  async settle(): Promise<void> {
    this.#finishing = true;
    await this.#run.within(`${this.#setting.key} has everything acknowledged`, this.#life);
  }

  async #live(): Promise<void> {
    while (!this.#stopped) {
      const { port, version, remembers, key } = this.#setting;
      const client = RawClient.open(port, version);
      this.#client = client;
      client.connect(key.replaceAll("/", "."), { clean: !remembers });
      const answer = await client.next();
      if (answer?.cmd === "connack") {
        const listening = this.#listen(client);
        this.#repeat(client);
        if (await this.#talk(client)) this.#stopped = true;
        client.cut();
        await listening;
      } else await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
    }
  }

  async #listen(client: RawClient): Promise<void> {
    for (let packet = await client.next(); packet !== undefined; packet = await client.next()) {
      if (packet.cmd !== "puback") continue;
      const { messageId = 0, reasonCode = 0 } = packet;
      const waiting = this.#waiting.get(messageId);
      if (waiting === undefined) continue;
      this.#run.require(reasonCode < 0x80, `${waiting.token} was refused with ${reasonCode}`);
      this.#waiting.delete(messageId);
      this.#ledger.conclude([{ token: waiting.token, taken: true, boot: null, seq: null }]);
      this.acknowledged++;
    }
  }

  /** What nobody has acknowledged, after a connection was lost. */
  #repeat(client: RawClient): void {
    if (this.#setting.remembers) {
      for (const [packetId, { message }] of this.#waiting) this.#send(client, message, packetId, true);
      return;
    }
    const left = [...this.#waiting.values()];
    this.#waiting = new Map();
    this.#packetId = 0; // a new session
    const again = left.filter(({ token }) => token === this.#last || this.#random() < 0.7);
    this.#ledger.sendAgain(again.map(({ token }) => token));
    for (const waiting of again) this.#sendNew(client, waiting);
  }

  /** Until the connection ends, or everything is said and acknowledged: then true. */
  async #talk(client: RawClient): Promise<boolean> {
    let open = true;
    client.closed.then(() => {
      open = false;
    });
    while (open && !this.#stopped) {
      const room = WINDOW - this.#waiting.size;
      if (this.#last !== undefined) {
        if (this.#waiting.size === 0) return true;
      } else if (this.#finishing) this.#say(client, 1);
      else if (room > 0) this.#say(client, 1 + Math.floor(this.#random() * room));
      await new Promise((resolve) => setTimeout(resolve, this.#random() * LONGEST_PAUSE_MS));
    }
    return false;
  }

  #say(client: RawClient, count: number): void {
    const batch = Array.from({ length: count }, () => this.#prepared());
    this.#ledger.intend(
      batch.map(({ token, message }) => intentOf(message, this.#setting.key, token, undefined)),
    );
    for (const waiting of batch) this.#sendNew(client, waiting);
  }

  #prepared(): Waiting {
    const token = `T~${this.#part}-${++this.#messages}~`;
    if (this.#finishing) {
      this.#last = token;
      return { token, message: versionOneState(token) };
    }
    const isState = this.#random() < 0.05;
    return {
      token,
      message: isState ? versionOneState(token) : versionOneMessage(token, this.#random, 0.08),
    };
  }

  #sendNew(client: RawClient, waiting: Waiting): void {
    if (waiting.message.type === "telemetry") {
      this.#send(client, waiting.message, 0, false); // QoS 0: nobody answers
      return;
    }
    do this.#packetId = (this.#packetId % LAST_PACKET_ID) + 1;
    while (this.#waiting.has(this.#packetId));
    this.#waiting.set(this.#packetId, waiting);
    this.#send(client, waiting.message, this.#packetId, false);
  }

  #send(client: RawClient, { type, payload }: VersionOneMessage, packetId: number, dup: boolean): void {
    const topic = `factory/${this.#setting.key}/${type}`;
    client.publish(topic, payload, packetId === 0 ? 0 : 1, packetId, { dup, retain: type === "state" });
  }
}
