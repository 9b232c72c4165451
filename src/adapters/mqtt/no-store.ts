import { Readable } from "node:stream";

/**
 * A store of MQTT.js that stores nothing. MQTT.js would keep every QoS 1 message until it is acknowledged; the outbox
 * does that already, on disk. It has what MQTT.js calls of a store: its type is that of a class with private parts.
 */
export class NoStore {
  put(_packet: unknown, done: () => void): this {
    done();
    return this;
  }

  del(packet: unknown, done: (error: undefined, packet: unknown) => void): this {
    done(undefined, packet);
    return this;
  }

  get(_packet: unknown, done: (error: Error) => void): this {
    done(new Error("nothing is stored"));
    return this;
  }

  createStream(): Readable {
    return Readable.from([]);
  }

  close(done: () => void): void {
    done();
  }
}
