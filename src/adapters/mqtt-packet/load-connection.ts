import type { Qos } from "../../contract/policy.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import type { LoadTally } from "../../load/load-tally.ts";
import { disconnected } from "../../mqtt/broker-failure.ts";
import { FIRST_FAILURE, REASON, reasonText } from "../../mqtt/reason-codes.ts";
import {
  type ConnackPacket,
  packetWord,
  readServerPacket,
  type ServerPacket,
} from "../../mqtt/wire/answer-reader.ts";
import { ProtocolViolation } from "../../mqtt/wire/protocol-violation.ts";
import { disconnectBytes } from "../../mqtt/wire/request-writer.ts";
import type { BrokerSocket } from "./broker-socket.ts";
import { type Frame, FrameSplitter } from "./frame-splitter.ts";
import { type ConnackLimits, sessionlessConnect } from "./handshake.ts";
import { NetworkConnection } from "./network-connection.ts";
import type { ConsumerSettings } from "./options.ts";
import type { PacketTemplate } from "./packet-template.ts";

/** What a connection of a load tells its machine. */
export interface LoadConnectionOwner {
  /** The broker accepted CONNECT. */
  connected(): void;
  /** Acknowledgements came, or the socket has taken what it held: there may be room for more. */
  room(): void;
  /** The connection is over, or never came about; called once, not after `leave`. */
  ended(error: ConcheError): void;
}

/** What a connection of a load is made of. */
export interface LoadConnectionDependencies {
  readonly settings: ConsumerSettings;
  readonly socket: BrokerSocket;
  readonly template: PacketTemplate;
  readonly qos: Qos;
  /** Messages that may wait for their acknowledgement. */
  readonly window: number;
  readonly tally: LoadTally;
  readonly owner: LoadConnectionOwner;
}

const PUBACK_TYPE = 4;
/** What a socket may hold before it has to be written: some milliseconds' worth at full speed. */
const SOCKET_BYTES = 1024 * 1024;
const FREE = 0;
/** Remaining lengths up to here take one byte. */
const SHORT_LENGTH = 127;

/** One connection of a load: sends copies of a template as far as window and socket allow, and times the answers. */
export class LoadConnection {
  readonly #dependencies: LoadConnectionDependencies;
  readonly #network: NetworkConnection;
  readonly #splitter: FrameSplitter;
  /** When the message with this packet identifier was due; 0: the identifier is free. */
  readonly #dueAt: Float64Array;
  #window: number;
  #nextId = 1;
  #inFlight = 0;
  /** When the bytes came that are being read. */
  #now = 0;
  #state: "connecting" | "connected" | "over" = "connecting";

  constructor(dependencies: LoadConnectionDependencies) {
    const { settings, socket } = dependencies;
    this.#dependencies = dependencies;
    this.#window = dependencies.window;
    this.#dueAt = new Float64Array(dependencies.qos === 0 ? 0 : dependencies.window + 1);
    this.#splitter = new FrameSplitter(settings.maxPacketBytes, (frame) => this.#take(frame));
    this.#network = new NetworkConnection(settings, socket, sessionlessConnect(settings), {
      received: (chunk) => this.#receive(chunk),
      drained: () => dependencies.owner.room(),
      failed: (error) => this.#end(error),
    });
  }

  get connected(): boolean {
    return this.#state === "connected";
  }

  /**
   * Sends up to `count` messages in one write, numbered from `firstSeq`; gives how many.
   * @param nowMs the clock's time
   * @param dueMs when the message with a number from 0 of these was due, no later than now
   */
  send(count: number, firstSeq: number, nowMs: number, dueMs: (index: number) => number): number {
    if (this.#state !== "connected" || this.#network.unwrittenBytes > SOCKET_BYTES) return 0;
    const { template, qos, tally } = this.#dependencies;
    const taken = Math.min(count, this.#window - this.#inFlight);
    if (taken <= 0) return 0;
    // The socket may hold on to what it is given until it is written: each burst gets its own copy.
    const burst = Buffer.allocUnsafe(template.bytes.length * taken);
    let offset = 0;
    for (let index = 0; index < taken; index++) {
      const packetId = qos === 0 ? 0 : this.#freeId();
      if (packetId > 0) this.#dueAt[packetId] = dueMs(index);
      offset += template.write(burst, offset, packetId, firstSeq + index);
    }
    if (qos > 0) this.#inFlight += taken;
    tally.sent(taken, qos > 0, nowMs);
    this.#network.write(burst);
    return taken;
  }

  /** Disconnects in order; what is unanswered stays so. */
  leave(): void {
    if (this.#state === "over") return;
    const { settings, tally } = this.#dependencies;
    const last = this.#state === "connected" ? disconnectBytes(settings.protocol) : undefined;
    this.#state = "over";
    tally.unanswered(this.#inFlight);
    if (last === undefined) this.#network.destroy();
    else this.#network.leave(last);
  }

  #receive(chunk: Buffer): void {
    this.#now = this.#dependencies.settings.clock.now();
    const at = this.#splitter.atBoundary ? this.#takeAcknowledgements(chunk) : 0;
    if (at < chunk.length) this.#splitter.push(at === 0 ? chunk : chunk.subarray(at));
    if (this.#state === "connected") this.#dependencies.owner.room();
  }

  /** Nearly everything that comes is a row of PUBACKs: they are read where they lie. Gives where the row ends. */
  #takeAcknowledgements(chunk: Buffer): number {
    let at = 0;
    while (at + 4 <= chunk.length && chunk[at] === PUBACK_TYPE << 4) {
      const length = chunk[at + 1] ?? 0;
      if (length < 2 || length > SHORT_LENGTH || at + 2 + length > chunk.length) break;
      this.#acknowledged(chunk.readUInt16BE(at + 2), length > 2 ? (chunk[at + 4] ?? 0) : 0);
      at += 2 + length;
    }
    return at;
  }

  #take({ bytes, bodyStart }: Frame): void {
    if (this.#state === "over") return;
    if ((bytes[0] ?? 0) >>> 4 === PUBACK_TYPE && bytes.length >= bodyStart + 2) {
      this.#acknowledged(bytes.readUInt16BE(bodyStart), bytes[bodyStart + 2] ?? 0);
    } else this.#read(readServerPacket(bytes, bodyStart, bytes.length, this.#dependencies.settings.protocol));
  }

  #acknowledged(packetId: number, reason: number): void {
    const { tally } = this.#dependencies;
    const dueAt = this.#dueAt[packetId] ?? FREE;
    if (dueAt === FREE)
      throw new ProtocolViolation(
        REASON.PROTOCOL_ERROR,
        `PUBACK for identifier ${packetId}, which is not in use`,
      );
    this.#dueAt[packetId] = FREE;
    this.#inFlight--;
    const now = this.#now;
    if (reason >= FIRST_FAILURE) tally.refused(`refused: ${reasonText(reason)}`, now - dueAt, now);
    else {
      if (reason === REASON.NO_MATCHING_SUBSCRIBERS) tally.unheard();
      tally.acknowledged(now - dueAt, now);
    }
  }

  #read(packet: ServerPacket): void {
    if (packet.cmd === "connack" && this.#state === "connecting") this.#connack(packet);
    else if (packet.cmd === "disconnect")
      this.#end(disconnected(this.#dependencies.settings, packet.reasonCode, packet.reasonString));
    else if (packet.cmd !== "pingresp" || this.#state === "connecting") {
      throw new ProtocolViolation(REASON.PROTOCOL_ERROR, `an unexpected ${packetWord(packet)}`);
    }
  }

  #connack(packet: ConnackPacket): void {
    const { tally, owner } = this.#dependencies;
    const answer = this.#network.accept(packet);
    const unfit = answer instanceof ConcheError ? answer : this.#unfit(answer);
    if (unfit !== undefined || answer instanceof ConcheError) {
      if (unfit !== undefined) this.#end(unfit);
      return;
    }
    this.#network.answered();
    this.#window = Math.min(this.#window, answer.receiveMaximum);
    this.#state = "connected";
    tally.connected();
    owner.connected();
  }

  /** What the broker doesn't take of this load. */
  #unfit(limits: ConnackLimits): ConcheError | undefined {
    const { settings, qos, template } = this.#dependencies;
    const { display } = settings.address;
    if (limits.maximumQos < qos) {
      return new ConcheError("CONCHE_QOS_DOWNGRADED", {
        message: `${display} takes no QoS ${qos} message`,
        hint: "load it with --qos 0",
      });
    }
    if (limits.maximumPacketBytes < template.bytes.length) {
      return new ConcheError("CONCHE_BROKER_REFUSED", {
        message: `${display} takes packets of up to ${limits.maximumPacketBytes} bytes, these have ${template.bytes.length}`,
        hint: "choose a smaller --payload-size, or raise the broker's limit",
      });
    }
    return undefined;
  }

  /** Identifiers go round within the window, so a broker that answers in order leaves the next one free. */
  #freeId(): number {
    while (this.#dueAt[this.#nextId] !== FREE) this.#advanceId();
    const id = this.#nextId;
    this.#advanceId();
    return id;
  }

  #advanceId(): void {
    this.#nextId = this.#nextId >= this.#dueAt.length - 1 ? 1 : this.#nextId + 1;
  }

  #end(error: ConcheError): void {
    if (this.#state === "over") return;
    const { tally, owner } = this.#dependencies;
    const connected = this.#state === "connected";
    this.#state = "over";
    this.#network.destroy();
    if (connected) tally.lost(this.#inFlight, `${error.code}: ${error.message}`);
    owner.ended(error);
  }
}
