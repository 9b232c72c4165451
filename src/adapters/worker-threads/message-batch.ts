import type { DeliveredMessage } from "../../mqtt/delivery.ts";
import type { PublishedMessage } from "../../mqtt/machine-connection.ts";

/**
 * Messages on their way from one thread to another: a few buffers that change hands, where objects would be copied
 * one by one.
 */
export interface MessageBatch {
  /** All payloads, one behind the other. */
  readonly bytes: ArrayBuffer;
  /** Where each payload ends in `bytes`. */
  readonly ends: Uint32Array<ArrayBuffer>;
  /** Each message's place in `routes`. */
  readonly route: Uint16Array<ArrayBuffer>;
  /** When each was said, milliseconds since 1970. */
  readonly atMs: Float64Array<ArrayBuffer>;
  readonly routes: readonly Route[];
}

/** What messages of one topic have in common. */
interface Route {
  readonly topic: string;
  readonly qos: number;
  readonly retain: boolean;
}

/** UTF-8 takes at most so many bytes for a character of a JavaScript string. */
const MOST_BYTES = 3;
/** Room for a batch at first, per message: a telemetry payload and its neighbours. */
const BYTES_PER_MESSAGE = 400;

/** Packs messages into buffers that go from thread to thread without being copied. */
export class BatchWriter {
  readonly #size: number;
  #bytes: Buffer<ArrayBuffer>;
  #length = 0;
  #count = 0;
  #ends: Uint32Array<ArrayBuffer>;
  #route: Uint16Array<ArrayBuffer>;
  #atMs: Float64Array<ArrayBuffer>;
  #routes: Route[] = [];
  #routeOf = new Map<string, number>();

  /** @param size messages of a full batch */
  constructor(size: number) {
    this.#size = size;
    this.#bytes = Buffer.from(new ArrayBuffer(size * BYTES_PER_MESSAGE));
    this.#ends = new Uint32Array(size);
    this.#route = new Uint16Array(size);
    this.#atMs = new Float64Array(size);
  }

  get full(): boolean {
    return this.#count === this.#size;
  }

  get empty(): boolean {
    return this.#count === 0;
  }

  add(message: PublishedMessage, atMs: number): void {
    this.#makeRoom(message.payload.length * MOST_BYTES);
    this.#length += this.#bytes.write(message.payload, this.#length);
    this.#ends[this.#count] = this.#length;
    this.#atMs[this.#count] = atMs;
    this.#route[this.#count] = this.#routeIndex(message);
    this.#count++;
  }

  /** The batch so far; the writer begins anew. */
  take(): MessageBatch {
    const batch: MessageBatch = {
      bytes: this.#bytes.buffer,
      ends: this.#ends.slice(0, this.#count),
      route: this.#route.slice(0, this.#count),
      atMs: this.#atMs.slice(0, this.#count),
      routes: this.#routes,
    };
    this.#bytes = Buffer.from(new ArrayBuffer(this.#size * BYTES_PER_MESSAGE));
    this.#length = 0;
    this.#count = 0;
    this.#routes = [];
    this.#routeOf = new Map();
    return batch;
  }

  #routeIndex({ topic, qos, retain }: PublishedMessage): number {
    const known = this.#routeOf.get(topic);
    if (known !== undefined) return known;
    const index = this.#routes.push({ topic, qos, retain }) - 1;
    this.#routeOf.set(topic, index);
    return index;
  }

  #makeRoom(needed: number): void {
    if (this.#length + needed <= this.#bytes.length) return;
    const larger = Buffer.from(new ArrayBuffer(2 * (this.#bytes.length + needed)));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** The buffers of a batch, to be handed over instead of copied. */
export function transferable({ bytes, ends, route, atMs }: MessageBatch): ArrayBuffer[] {
  return [bytes, ends.buffer, route.buffer, atMs.buffer];
}

/** The messages of a batch as a data center would have got them at the time they were said. */
export function deliveredMessages({ bytes, ends, route, atMs, routes }: MessageBatch): DeliveredMessage[] {
  const messages: DeliveredMessage[] = new Array(ends.length);
  let from = 0;
  for (let index = 0; index < ends.length; index++) {
    const to = ends[index] ?? from;
    const { topic, qos, retain } = routes[route[index] ?? 0] as Route; // written with the batch
    messages[index] = {
      topic,
      payload: Buffer.from(bytes, from, to - from),
      receivedAt: atMs[index],
      qos,
      retain,
      retainVisible: true,
      mayBeReplay: false,
      properties: undefined,
    };
    from = to;
  }
  return messages;
}
