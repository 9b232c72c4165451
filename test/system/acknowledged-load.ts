import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { PacketTemplate } from "../../src/adapters/mqtt-packet/packet-template.ts";
import { loadPayload } from "../../src/load/load-message.ts";

/** MQTT 3.1.1 CONNECT with clean session, no keepalive, client id in front of nothing else. */
function connectPacket(clientId: string): Buffer {
  const id = Buffer.from(clientId);
  const variable = Buffer.from([0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 0, id.length >> 8, id.length & 0xff]);
  return Buffer.concat([Buffer.from([0x10, variable.length + id.length]), variable, id]);
}

const WINDOW = 50;

/** One machine of the load, numbered from 1, and the numbers that were acknowledged to it. */
export class AcknowledgedPublisher {
  readonly machine: string;
  readonly boot = randomUUID();
  readonly acknowledged: number[] = [];
  readonly #template: PacketTemplate;
  readonly #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);
  readonly #limit: number;
  #sent = 0;
  #onFirst: (() => void) | undefined;
  #onLast: (() => void) | undefined;

  /** @param limit messages to send; packet ids count as the numbers do, so there are no more than these */
  constructor(port: number, index: number, limit = 65_535) {
    this.#limit = limit;
    this.machine = `kill-01/line-a/s5_tempering/temper-${String(index).padStart(2, "0")}`;
    const topic = `factory/${this.machine}/telemetry`;
    const payload = loadPayload(
      { type: "telemetry", payloadVersion: 2, identified: true, payloadBytes: 220 },
      this.boot,
    );
    this.#template = new PacketTemplate({ topic, payload, protocol: 4, qos: 1 });
    this.#template.stamp(new Date().toISOString());
    this.#socket = connect({ host: "127.0.0.1", port, noDelay: true });
    this.#socket.on("error", () => {}); // the server is killed under it: that is the test
    this.#socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    this.#socket.write(connectPacket(`kill-${index}-${this.boot.slice(0, 8)}`));
  }

  /** Its end of the connection; 0 once that is closed. */
  get port(): number {
    return this.#socket.localPort ?? 0;
  }

  /** Resolves with the first acknowledgement. */
  flowing(): Promise<void> {
    return new Promise((resolve) => {
      this.#onFirst = resolve;
    });
  }

  /** Resolves when all there is to send has been acknowledged. */
  async finished(): Promise<void> {
    if (this.acknowledged.length === this.#limit) return;
    await new Promise<void>((resolve) => {
      this.#onLast = resolve;
    });
  }

  /** Closes the connection. */
  leave(): void {
    this.#socket.destroy();
  }

  async ended(): Promise<void> {
    if (!this.#socket.closed) await once(this.#socket, "close");
  }

  #receive(chunk: Buffer): void {
    const data = Buffer.concat([this.#rest, chunk]);
    let at = 0;
    let free = 0;
    while (at + 2 <= data.length && at + 2 + (data[at + 1] ?? 0) <= data.length) {
      const type = (data[at] ?? 0) >> 4;
      if (type === 2) free = WINDOW;
      if (type === 4) {
        this.acknowledged.push(data.readUInt16BE(at + 2));
        free++;
      }
      at += 2 + (data[at + 1] ?? 0);
    }
    this.#rest = data.subarray(at);
    if (this.acknowledged.length > 0) this.#onFirst?.();
    if (this.acknowledged.length === this.#limit) this.#onLast?.();
    this.#send(free);
  }

  #send(count: number): void {
    const burst = Buffer.alloc(count * this.#template.bytes.length);
    let offset = 0;
    for (let index = 0; index < count && this.#sent < this.#limit; index++) {
      this.#sent++;
      offset += this.#template.write(burst, offset, this.#sent, this.#sent);
    }
    if (offset > 0) this.#socket.write(burst.subarray(0, offset));
  }
}
