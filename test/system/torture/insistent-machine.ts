import { setTimeout as sleep } from "node:timers/promises";
import { RawClient } from "../../adapters/broker/raw-client.ts";
import { seededRandom } from "../seeded-random.ts";
import { LedgerWriter } from "./ledger.ts";
import { intentOf, type VersionOneMessage, versionOneMessage, versionOneState } from "./messages.ts";
import type { TortureRun } from "./torture-run.ts";

/** Few, so that numbers are used again soon: one that is not freed, or is freed too soon, shows. */
const WINDOW = 5;
const LONGEST_PAUSE_MS = 20;
const RECONNECT_MS = 20;

/** What a machine has done, or heard, of a handshake (MQTT 5, 4.3.3). */
export type HandshakeStep = "published" | "received" | "released" | "completed";

interface InFlight {
  readonly token: string;
  readonly message: VersionOneMessage;
  /** PUBREC has come: it is on disk, and PUBREL is all that may follow. */
  received: boolean;
}

/** What an insistent machine is like. */
export interface InsistentMachineSetting {
  /** Of its broker. */
  readonly port: number;
  /** Its address. */
  readonly key: string;
  readonly version: 4 | 5;
}

/**
 * A machine that insists on QoS 2 and knows nothing of numbers, with a ledger: nothing but the handshake keeps a message
 * from being stored twice. After a reconnect it goes on where it was. A message counts as taken with its PUBREC.
 */
export class InsistentMachine {
  readonly #run: TortureRun;
  readonly #setting: InsistentMachineSetting;
  readonly #ledger: LedgerWriter;
  readonly #random: () => number;
  readonly #part: string;
  readonly #inFlight = new Map<number, InFlight>();
  #client: RawClient | undefined;
  #messages = 0;
  #last: string | undefined;
  #finishing = false;
  #stopped = false;
  #life: Promise<void> = Promise.resolve();
  #waiting: { readonly step: HandshakeStep; readonly resolve: () => void }[] = [];

  constructor(run: TortureRun, setting: InsistentMachineSetting) {
    this.#run = run;
    this.#setting = setting;
    this.#random = seededRandom(run.integer(1, 1_000_000));
    this.#part = `q-${setting.key.slice(setting.key.lastIndexOf("/") + 1)}`;
    this.#ledger = new LedgerWriter(run.ledger, this.#part);
    run.afterwards(async () => {
      this.#stopped = true;
      this.#client?.cut();
      await this.#life;
      this.#ledger.close();
    });
  }

  /** It connects as soon as it can, again and again, and talks. */
  start(): void {
    this.#life = this.#live().catch((error) => {
      this.#run.violations.push(`a machine: ${error}`);
    });
  }

  /** Resolves when a handshake gets that far the next time. */
  async reaches(step: HandshakeStep): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ step, resolve });
    await this.#run.within(`a handshake is ${step}`, promise);
  }

  /** Resolves when it has said its last message and every handshake is complete. */
  async settle(): Promise<void> {
    this.#finishing = true;
    await this.#run.within(`${this.#setting.key} has every handshake complete`, this.#life);
  }

  async #live(): Promise<void> {
    const { port, version, key } = this.#setting;
    const kept = version === 5 ? { properties: { sessionExpiryInterval: 3_600 } } : {};
    while (!this.#stopped) {
      const client = RawClient.open(port, version);
      this.#client = client;
      client.connect(key.replaceAll("/", "."), { clean: false, ...kept });
      const answer = await client.next();
      if (answer?.cmd === "connack") {
        this.#goOn(client, answer.sessionPresent === true);
        const listening = this.#listen(client);
        if (await this.#talk(client)) this.#stopped = true;
        client.cut();
        await listening;
      } else await sleep(RECONNECT_MS);
    }
  }

  /** What every handshake was at when the connection was lost [MQTT-4.4.0-1]. */
  #goOn(client: RawClient, sessionPresent: boolean): void {
    const received = [...this.#inFlight.values()].filter((each) => each.received);
    this.#run.require(
      sessionPresent || received.length === 0,
      `the session is lost with ${received.map(({ token }) => token).join(", ")}`,
    );
    for (const [packetId, { message, received }] of this.#inFlight) {
      if (received) this.#release(client, packetId);
      else this.#send(client, message, packetId, sessionPresent);
    }
  }

  async #listen(client: RawClient): Promise<void> {
    for (let packet = await client.next(); packet !== undefined; packet = await client.next()) {
      const { cmd, messageId = 0, reasonCode = 0 } = packet;
      const flight = this.#inFlight.get(messageId);
      if (flight === undefined) continue;
      if (cmd === "pubrec") {
        this.#run.require(reasonCode < 0x80, `${flight.token} was refused with ${reasonCode}`);
        if (!flight.received)
          this.#ledger.conclude([{ token: flight.token, taken: true, boot: null, seq: null }]);
        flight.received = true;
        this.#reached("received");
        this.#release(client, messageId);
      } else if (cmd === "pubcomp") {
        this.#inFlight.delete(messageId);
        this.#reached("completed");
      }
    }
  }

  /** Until the connection ends, or everything is said and complete: then true. */
  async #talk(client: RawClient): Promise<boolean> {
    let open = true;
    client.closed.then(() => {
      open = false;
    });
    while (open && !this.#stopped) {
      const room = WINDOW - this.#inFlight.size;
      if (this.#last !== undefined) {
        if (this.#inFlight.size === 0) return true;
      } else if (room > 0) this.#say(client, this.#finishing ? 1 : 1 + Math.floor(this.#random() * room));
      await sleep(this.#random() * LONGEST_PAUSE_MS);
    }
    return false;
  }

  #say(client: RawClient, count: number): void {
    const batch = Array.from({ length: count }, () => this.#prepared());
    this.#ledger.intend(
      batch.map(({ token, message }) => intentOf(message, this.#setting.key, token, undefined)),
    );
    for (const flight of batch) {
      let packetId = 1;
      while (this.#inFlight.has(packetId)) packetId++;
      this.#inFlight.set(packetId, flight);
      this.#send(client, flight.message, packetId, false);
    }
  }

  #prepared(): InFlight {
    const token = `T~${this.#part}-${++this.#messages}~`;
    if (this.#finishing) this.#last = token;
    const message = this.#finishing ? versionOneState(token) : versionOneMessage(token, this.#random, 0.08);
    return { token, message, received: false };
  }

  #send(client: RawClient, { type, payload }: VersionOneMessage, packetId: number, dup: boolean): void {
    client.publish(`factory/${this.#setting.key}/${type}`, payload, 2, packetId, { dup });
    this.#reached("published");
  }

  #release(client: RawClient, messageId: number): void {
    client.send({ cmd: "pubrel", messageId, reasonCode: 0 });
    this.#reached("released");
  }

  #reached(step: HandshakeStep): void {
    const waiting = this.#waiting.filter((each) => each.step === step);
    this.#waiting = this.#waiting.filter((each) => each.step !== step);
    for (const { resolve } of waiting) resolve();
  }
}
