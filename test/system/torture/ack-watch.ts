import type { Tap } from "../tcp-proxy.ts";

const CONNACK = 2;
const PUBLISH = 3;
const PUBACK = 4;

/**
 * Listens in between a consumer and its broker, and watches the acknowledgements: a PUBACK may answer only what was
 * delivered on the same connection [MQTT-4.4.0-1], in the order of delivery.
 */
export class AckWatch {
  /** PUBACKs for packets that their connection never carried. */
  readonly foreign: string[] = [];
  /** PUBACKs that overtook that of an older message [MQTT-4.6.0-2]. */
  readonly disordered: string[] = [];
  connections = 0;
  /** Connections on which a message was delivered. */
  delivering = 0;
  acknowledged = 0;
  /** Connections whose CONNACK has passed. */
  established = 0;
  #withholding = false;
  #release: (() => void)[] = [];

  /** From now on messages don't reach the consumer on connections that are new; all else does. */
  withhold(): void {
    this.#withholding = true;
  }

  /** Lets them through. */
  release(): void {
    this.#withholding = false;
    for (const release of this.#release.splice(0)) release();
  }

  /** For a connection that has just been made. */
  tap(): Tap {
    const number = ++this.connections;
    const delivered = new Set<number>();
    let carries = false;
    const held: [frame: Buffer, body: number][] = [];
    let withheld = this.#withholding;
    let passed: Buffer[] = [];
    const pass = (type: number, frame: Buffer, body: number) => {
      passed.push(frame);
      if (type !== PUBLISH || ((frame[0] ?? 0) & 0x06) === 0) return;
      if (!carries) this.delivering++;
      carries = true;
      delivered.add(frame.readUInt16BE(body + 2 + frame.readUInt16BE(body)));
    };
    const down = new Frames((type, frame, body) => {
      if (type === CONNACK) this.established++;
      if (withheld && type === PUBLISH) held.push([frame, body]);
      else pass(type, frame, body);
    });
    const taken = () => {
      const bytes = Buffer.concat(passed);
      passed = [];
      return bytes;
    };
    const up = new Frames((type, frame, body) => {
      if (type !== PUBACK) return;
      this.acknowledged++;
      const id = frame.readUInt16BE(body);
      const [next] = delivered;
      if (!delivered.delete(id)) this.foreign.push(`packet ${id} on connection ${number}`);
      else if (next !== id) this.disordered.push(`packet ${id} before ${next} on connection ${number}`);
    });
    return {
      up: (chunk) => up.push(chunk),
      down: (chunk) => {
        down.push(chunk);
        return taken();
      },
      attach: (write) => {
        this.#release.push(() => {
          withheld = false;
          for (const [frame, body] of held.splice(0)) pass(PUBLISH, frame, body);
          write(taken());
        });
      },
    };
  }
}

/** Cuts a stream into MQTT packets. */
class Frames {
  readonly #take: (type: number, frame: Buffer, body: number) => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(take: (type: number, frame: Buffer, body: number) => void) {
    this.#take = take;
  }

  push(chunk: Buffer): void {
    let data = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const [length, body] = remainingLength(data);
      if (length === undefined || data.length < body + length) break;
      this.#take((data[0] ?? 0) >> 4, data.subarray(0, body + length), body);
      data = data.subarray(body + length);
    }
    this.#rest = data;
  }
}

/** The length of a packet's body, and where it begins; no length while that isn't there yet. */
function remainingLength(data: Buffer): [length: number | undefined, body: number] {
  let length = 0;
  for (let at = 1; at < Math.min(5, data.length); at++) {
    const byte = data[at] ?? 0;
    length += (byte & 0x7f) * 128 ** (at - 1);
    if (byte < 0x80) return [length, at + 1];
  }
  return [undefined, 0];
}
