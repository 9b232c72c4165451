import { generate } from "mqtt-packet";

/** What one simulated machine of the load says. */
export interface LoadMachine {
  readonly topic: string;
  readonly boot: string;
  readonly protocol: 4 | 5;
  readonly qos: 0 | 1;
  /** Payload size in bytes; filled up with further tags. */
  readonly payloadBytes: number;
}

const SEQ_DIGITS = 10;

/**
 * A PUBLISH of constant length whose packet id and sequence number can be overwritten in place, so that the
 * generator costs a copy per message instead of a serialisation. The number is padded with spaces, which JSON
 * allows before a value.
 */
export class PacketTemplate {
  readonly bytes: Buffer;
  readonly #seqAt: number;
  readonly #idAt: number;

  constructor(machine: LoadMachine) {
    const payload = payloadOf(machine);
    this.bytes = generate(
      {
        cmd: "publish",
        topic: machine.topic,
        payload,
        qos: machine.qos,
        messageId: 1,
        retain: false,
        dup: false,
      },
      { protocolVersion: machine.protocol },
    );
    this.#seqAt = this.bytes.indexOf('"seq":') + '"seq":'.length;
    this.#idAt =
      machine.qos === 0 ? -1 : this.bytes.indexOf(machine.topic) + Buffer.byteLength(machine.topic);
  }

  /** Writes the packet with this packet id and sequence number into `target` at `offset`; gives its length. */
  write(target: Buffer, offset: number, packetId: number, seq: number): number {
    this.bytes.copy(target, offset);
    if (this.#idAt >= 0) target.writeUInt16BE(packetId, offset + this.#idAt);
    let rest = seq;
    for (let at = offset + this.#seqAt + SEQ_DIGITS - 1; rest > 0; at--) {
      target[at] = 0x30 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    return this.bytes.length;
  }
}

/** A version 2 telemetry message of exactly the size asked for. */
function payloadOf(machine: LoadMachine): string {
  const head = `{"v":2,"ts":"${new Date().toISOString()}","boot":"${machine.boot}","seq":${" ".repeat(SEQ_DIGITS)}`;
  const body =
    ',"product_type":"dark","batch_id":"B20260111-DA-0042","tags":{"temp_c":31.42,"viscosity_cP":1222';
  let payload = `${head}${body}`;
  for (let tag = 1; payload.length + 16 < machine.payloadBytes; tag++)
    payload += `,"zone_${tag}_c":2${tag % 10}.5`;
  const spare = machine.payloadBytes - payload.length - 2;
  return `${payload}${" ".repeat(Math.max(0, spare))}}}`;
}
