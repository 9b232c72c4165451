import type { ReasonCode } from "../../mqtt/reason-codes.ts";
import { connackReturnCode } from "../../mqtt/reason-codes.ts";

const CONNACK = 0x20;
const SERVER_KEEP_ALIVE = 0x13;
const REASON_STRING = 0x1f;
const MAXIMUM_QOS = 0x24;
const MORE_BYTES = 0x80;

/** A CONNACK that refuses, in the words of the client's protocol version. */
export function refusingConnack(
  protocolVersion: number,
  reason: ReasonCode,
  detail: string | undefined,
): Buffer {
  if (protocolVersion < 5) return Buffer.from([CONNACK, 2, 0, connackReturnCode(reason)]);
  const properties = detail === undefined ? Buffer.alloc(0) : reasonString(detail);
  const body = Buffer.concat([Buffer.from([0, reason]), variableByteInteger(properties.length), properties]);
  return Buffer.concat([Buffer.from([CONNACK]), variableByteInteger(body.length), body]);
}

/** What a PUBACK has beside its reason string, bytes. */
const PUBACK_FRAME = 16;
const LONGEST_VERDICT = 2_048;

/**
 * A PUBACK of MQTT 5 that accepts, and says what became of the message, cut to what the client takes.
 * @param largest the client's maximum packet size, bytes; 0 or nothing for none
 */
export function pubackSaying(messageId: number, text: string, largest: number | undefined): Buffer {
  const room = Math.min(largest ? largest - PUBACK_FRAME : LONGEST_VERDICT, LONGEST_VERDICT);
  const bytes = Buffer.from(text);
  // A character that is cut in two is left out.
  const shown =
    bytes.length <= room
      ? text
      : bytes
          .subarray(0, room)
          .toString()
          .replace(/\ufffd$/, "");
  return puback(messageId, 0, shown);
}

/** A PUBACK of MQTT 5 that refuses. */
export function refusingPuback(messageId: number, reason: ReasonCode, detail: string | undefined): Buffer {
  return puback(messageId, reason, detail);
}

function puback(messageId: number, reason: number, detail: string | undefined): Buffer {
  const properties = detail === undefined ? Buffer.alloc(0) : reasonString(detail);
  const body = Buffer.concat([
    Buffer.from([messageId >> 8, messageId & 0xff, reason]),
    variableByteInteger(properties.length),
    properties,
  ]);
  return Buffer.concat([Buffer.from([0x40]), variableByteInteger(body.length), body]);
}

/** What the broker adds to a CONNACK of MQTT 5 that accepts. */
export interface ServerLimits {
  /** The keep alive that applies instead of the client's, seconds. */
  readonly keepAliveSeconds: number | undefined;
}

/**
 * Adds to the CONNACK that aedes writes what aedes can't be told: that QoS 1 is the highest (MQTT 5, 3.2.2.3.4), and
 * the keep alive that the broker imposes (3.2.2.3.14). Used for MQTT 5 connections only.
 */
export class ConnackEditor {
  readonly #limits: ServerLimits;
  #waiting: Buffer = Buffer.alloc(0);

  constructor(limits: ServerLimits) {
    this.#limits = limits;
  }

  /** What goes out for the bytes that come: nothing before the CONNACK is complete, then all of them. */
  edit(bytes: Buffer): Buffer {
    this.#waiting = this.#waiting.length === 0 ? bytes : Buffer.concat([this.#waiting, bytes]);
    const length = readVariableByteInteger(this.#waiting, 1);
    if (length === undefined || this.#waiting.length < length.end + length.value) return Buffer.alloc(0);
    const end = length.end + length.value;
    const packet = this.#waiting.subarray(0, end);
    return Buffer.concat([this.#withLimits(packet, length.end), this.#waiting.subarray(end)]);
  }

  #withLimits(packet: Buffer, bodyAt: number): Buffer {
    const accepted = packet[0] === CONNACK && packet[bodyAt + 1] === 0;
    const properties = readVariableByteInteger(packet, bodyAt + 2);
    if (!accepted || properties === undefined) return packet;
    const added = this.#properties();
    const body = Buffer.concat([
      packet.subarray(bodyAt, bodyAt + 2),
      variableByteInteger(properties.value + added.length),
      added,
      packet.subarray(properties.end),
    ]);
    return Buffer.concat([Buffer.from([CONNACK]), variableByteInteger(body.length), body]);
  }

  #properties(): Buffer {
    const seconds = this.#limits.keepAliveSeconds;
    const maximumQos = [MAXIMUM_QOS, 1];
    if (seconds === undefined) return Buffer.from(maximumQos);
    return Buffer.from([...maximumQos, SERVER_KEEP_ALIVE, seconds >> 8, seconds & 0xff]);
  }
}

function reasonString(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([REASON_STRING, bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

/** MQTT 5, 1.5.5. */
function variableByteInteger(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    const digit = rest % MORE_BYTES;
    rest = Math.floor(rest / MORE_BYTES);
    bytes.push(rest > 0 ? digit | MORE_BYTES : digit);
  } while (rest > 0);
  return Buffer.from(bytes);
}

function readVariableByteInteger(bytes: Buffer, at: number): { value: number; end: number } | undefined {
  let value = 0;
  let factor = 1;
  for (let index = at; index < bytes.length && index < at + 4; index++) {
    const digit = bytes[index] ?? 0;
    value += (digit & (MORE_BYTES - 1)) * factor;
    if ((digit & MORE_BYTES) === 0) return { value, end: index + 1 };
    factor *= MORE_BYTES;
  }
  return undefined;
}
