import type { Qos } from "../../contract/policy.ts";
import { type LoadPayload, SEQ_DIGITS } from "../../load/load-message.ts";
import type { DeliveredProperties } from "../../mqtt/delivery.ts";
import { writtenProperties } from "../../mqtt/wire/message-properties.ts";
import { PacketOutput } from "../../mqtt/wire/packet-output.ts";
import { writePublish } from "../../mqtt/wire/publish-writer.ts";

/** What one machine of a load says again and again. */
export interface RepeatedMessage {
  readonly topic: string;
  readonly protocol: 4 | 5;
  readonly qos: Qos;
  readonly payload: LoadPayload;
  /** MQTT 5 only. */
  readonly properties?: DeliveredProperties | undefined;
}

const TS_LENGTH = 24;

/**
 * A PUBLISH of constant length whose packet identifier, time stamp and number are written over in place, so that a
 * load costs a copy per message instead of a serialisation.
 */
export class PacketTemplate {
  readonly bytes: Buffer;
  readonly #tsAt: number;
  readonly #seqAt: number;
  readonly #idAt: number;
  #ts = "";

  constructor({ topic, protocol, qos, payload, properties }: RepeatedMessage) {
    const output = new PacketOutput();
    writePublish(output, {
      ...{ version: protocol, qos, packetId: 1, retain: false, dup: false },
      ...{ topic: Buffer.from(topic), topicAlias: 0, payload: Buffer.from(payload.text) },
      properties: writtenProperties(properties ?? {}, properties?.userProperties),
      expirySeconds: undefined,
      subscriptionIdentifiers: [],
    });
    this.bytes = Buffer.concat(output.take());
    const payloadAt = this.bytes.length - Buffer.byteLength(payload.text);
    this.#tsAt = payloadAt + payload.tsAt;
    this.#seqAt = payload.seqAt === -1 ? -1 : payloadAt + payload.seqAt;
    this.#idAt = qos === 0 ? -1 : this.bytes.indexOf(topic) + Buffer.byteLength(topic);
    this.stamp(new Date(0).toISOString());
  }

  /** Sets the time stamp of what is written from now on: `2026-01-11T08:00:00.000Z`. */
  stamp(ts: string): void {
    if (ts === this.#ts) return;
    this.#ts = ts;
    this.bytes.write(ts, this.#tsAt, TS_LENGTH, "latin1");
  }

  /** Writes the packet with this packet identifier and number into `target` at `offset`; gives its length. */
  write(target: Buffer, offset: number, packetId: number, seq: number): number {
    this.bytes.copy(target, offset);
    if (this.#idAt >= 0) target.writeUInt16BE(packetId, offset + this.#idAt);
    if (this.#seqAt >= 0) {
      let rest = seq;
      for (let at = offset + this.#seqAt + SEQ_DIGITS - 1; rest > 0; at--) {
        target[at] = 0x30 + (rest % 10);
        rest = Math.floor(rest / 10);
      }
    }
    return this.bytes.length;
  }
}
