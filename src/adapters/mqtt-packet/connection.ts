import { ConcheError } from "../../errors/conche-error.ts";
import { disconnected, unreachable } from "../../mqtt/broker-failure.ts";
import type { MessageSink, OutgoingMessage } from "../../mqtt/delivery.ts";
import { REASON } from "../../mqtt/reason-codes.ts";
import {
  type ConnackPacket,
  packetWord,
  readServerPacket,
  type ServerPacket,
} from "../../mqtt/wire/answer-reader.ts";
import { ProtocolViolation } from "../../mqtt/wire/protocol-violation.ts";
import { disconnectBytes } from "../../mqtt/wire/request-writer.ts";
import type { BrokerSocket } from "./broker-socket.ts";
import type { ConsumerStats } from "./consumer-event.ts";
import { type Frame, FrameSplitter } from "./frame-splitter.ts";
import { type ConnackLimits, connectRequest } from "./handshake.ts";
import { Intake } from "./intake.ts";
import { NetworkConnection } from "./network-connection.ts";
import type { ConsumerSettings } from "./options.ts";
import { OutgoingPublishes } from "./outgoing-publishes.ts";
import { readPublish } from "./publish-reader.ts";
import { ReplayWindow } from "./replay-window.ts";
import { Subscription } from "./subscription.ts";

/** What a connection tells its consumer. */
export interface ConnectionOwner {
  /** The broker accepted CONNECT. */
  connected(limits: ConnackLimits): void;
  subscribed(): void;
  notSubscribed(error: ConcheError, retryInMs: number): void;
  oversize(topic: string, bytes: number): void;
  /** The connection is over, or never came about; called once. `refused`: by CONNACK. */
  ended(error: ConcheError, refused: boolean): void;
}

/** What a connection is made of. */
export interface ConnectionDependencies {
  readonly settings: ConsumerSettings;
  readonly socket: BrokerSocket;
  readonly sink: MessageSink;
  readonly stats: ConsumerStats;
  readonly owner: ConnectionOwner;
}

/** How to end: with a DISCONNECT of this reason code, or because CONNACK refused. */
interface Ending {
  readonly disconnect?: number;
  readonly refused?: boolean;
}

const PUBLISH_TYPE = 3;

/**
 * One connection to the broker, from CONNECT to its end. Everything that must not outlive it (acknowledgements,
 * outgoing publishes, timers) belongs to it, so nothing of an old connection can get into a new one.
 */
export class Connection {
  readonly #settings: ConsumerSettings;
  readonly #sink: MessageSink;
  readonly #stats: ConsumerStats;
  readonly #owner: ConnectionOwner;
  readonly #splitter: FrameSplitter;
  readonly #intake: Intake;
  readonly #subscription: Subscription;
  readonly #replays: ReplayWindow;
  readonly #network: NetworkConnection;
  /** Set by CONNACK. */
  #publishes: OutgoingPublishes | undefined;
  #ended = false;
  #waitingForRelief = false;

  constructor(dependencies: ConnectionDependencies) {
    const { settings, owner } = dependencies;
    this.#settings = settings;
    this.#sink = dependencies.sink;
    this.#stats = dependencies.stats;
    this.#owner = owner;
    this.#splitter = new FrameSplitter(settings.maxPacketBytes, (frame) => this.#takeFrame(frame));
    const write = (bytes: Buffer) => this.#write(bytes);
    this.#replays = new ReplayWindow(settings.protocol, settings.clock);
    this.#intake = new Intake({
      ...dependencies,
      write,
      mayBeReplay: (topic, retain) => this.#replays.mayBeReplay(topic, retain),
      notStored: (error) =>
        this.#end(
          unreachable(settings.address.display, `left, as a message was not stored: ${error.message}`),
          LEAVE,
        ),
      oversize: (topic, bytes) => owner.oversize(topic, bytes),
    });
    this.#subscription = new Subscription({
      settings,
      write,
      maySubscribeAnew: () => this.#replays.open(),
      granted: () => this.#answered(() => owner.subscribed()),
      refused: (error, retryInMs) => this.#answered(() => owner.notSubscribed(error, retryInMs)),
    });
    this.#network = new NetworkConnection(settings, dependencies.socket, connectRequest(settings), {
      received: (chunk) => this.#takeData(chunk),
      failed: (error, violation) => {
        if (violation !== undefined) this.#stats.violations++;
        this.#end(error, violation === undefined ? {} : { disconnect: violation.reasonCode });
      },
    });
  }

  /** Messages received and not yet acknowledged. */
  get unacknowledged(): number {
    return this.#intake.unacknowledged;
  }

  /** Sends a message; rejects when the broker has not accepted the connection, or not any more. */
  async publish(message: OutgoingMessage, timeoutMs: number): Promise<void> {
    if (this.#publishes === undefined || this.#ended)
      throw unreachable(this.#settings.address.display, "not connected");
    if (this.#settings.protocol === 4) this.#checkQosTaken();
    await this.#publishes.send(message, timeoutMs);
  }

  /**
   * Takes no further message. Reading goes on, or the answers to what is sent would not come in; what arrives is
   * left unacknowledged, so the broker keeps it for the next connection.
   */
  leaveUnread(publishTimeoutMs: number): void {
    this.#intake.leaveUnread();
    this.#publishes?.limitTo(publishTimeoutMs);
    this.#resumeReading();
  }

  /** Leaves the broker in order, keeping the session; resolves when the socket is closed. */
  async close(): Promise<void> {
    this.#end(unreachable(this.#settings.address.display, "the consumer was stopped"), LEAVE);
    await this.#network.closed;
  }

  /**
   * CONNACK of MQTT 3.1.1 names no maximum QoS, and a broker that has one drops the connection of who publishes above
   * it (Mosquitto 2.0 with max_qos). What it grants the subscription is the only sign of it.
   */
  #checkQosTaken(): void {
    if (!this.#subscription.everAnswered)
      throw unreachable(this.#settings.address.display, "the subscription is not answered yet");
    if (this.#subscription.downgraded !== undefined) throw this.#subscription.downgraded;
  }

  /** The deadline is for the answer to SUBSCRIBE. */
  #answered(tell: () => void): void {
    this.#network.answered();
    tell();
  }

  #takeData(chunk: Buffer): void {
    this.#stats.bytesReceived += chunk.length;
    this.#splitter.push(chunk);
    if (!this.#ended && this.#intake.saturated) this.#waitForRelief();
  }

  #takeFrame(frame: Frame): void {
    if (this.#ended) return;
    const { bytes, bodyStart } = frame;
    const { protocol } = this.#settings;
    if ((bytes[0] ?? 0) >>> 4 !== PUBLISH_TYPE)
      this.#takePacket(readServerPacket(bytes, bodyStart, bytes.length, protocol));
    else if (this.#publishes === undefined) throw notFirst("publish");
    else this.#intake.take(readPublish(frame, protocol));
  }

  #takePacket(packet: ServerPacket): void {
    if (packet.cmd !== "connack" && this.#publishes === undefined) throw notFirst(packetWord(packet));
    switch (packet.cmd) {
      case "connack":
        this.#takeConnack(packet);
        break;
      case "suback":
        this.#subscription.answered(packet);
        break;
      case "puback":
        this.#publishes?.acknowledged(packet);
        break;
      case "pingresp":
        break;
      case "disconnect":
        this.#end(disconnected(this.#settings, packet.reasonCode, packet.reasonString));
        break;
      default:
        throw new ProtocolViolation(
          REASON.PROTOCOL_ERROR,
          `${packetWord(packet)}, which nothing here has asked for`,
        );
    }
  }

  #takeConnack(packet: ConnackPacket): void {
    if (this.#publishes !== undefined) throw new ProtocolViolation(REASON.PROTOCOL_ERROR, "a second CONNACK");
    const answer = this.#network.accept(packet);
    if (answer instanceof ConcheError) {
      this.#end(answer, { refused: true });
      return;
    }
    const write = (bytes: Buffer) => this.#write(bytes);
    this.#publishes = new OutgoingPublishes({
      settings: this.#settings,
      limits: answer,
      stats: this.#stats,
      write,
    });
    this.#stats.connections++;
    this.#owner.connected(answer);
    this.#subscription.ask(answer.sessionPresent);
  }

  #waitForRelief(): void {
    if (this.#waitingForRelief) return;
    this.#waitingForRelief = true;
    this.#stats.saturated++;
    this.#network.suspend();
    this.#sink.onRelief(() => this.#resumeReading());
  }

  #resumeReading(): void {
    if (!this.#waitingForRelief || this.#ended) return;
    this.#waitingForRelief = false;
    this.#network.resume();
  }

  #write(bytes: Buffer): void {
    if (!this.#ended) this.#network.write(bytes);
  }

  #end(error: ConcheError, how: Ending = {}): void {
    if (this.#ended) return;
    this.#intake.close();
    this.#ended = true;
    this.#subscription.stop();
    this.#replays.close();
    this.#leave(how.disconnect);
    this.#publishes?.fail(error);
    this.#owner.ended(error, how.refused ?? false);
  }

  #leave(reasonCode: number | undefined): void {
    if (reasonCode === undefined || this.#publishes === undefined) {
      this.#network.destroy();
      return;
    }
    const { protocol } = this.#settings;
    // 3.1.1 has no reason codes: a client that leaves over an error just closes.
    const silently = protocol === 4 && reasonCode !== 0;
    this.#network.leave(silently ? undefined : disconnectBytes(protocol, reasonCode));
  }
}

/** Leaves in order: DISCONNECT with reason code 0, which keeps the session for its expiry time. */
const LEAVE: Ending = { disconnect: 0 };

function notFirst(packet: string): ProtocolViolation {
  return new ProtocolViolation(REASON.PROTOCOL_ERROR, `${packet} where CONNACK must come first`);
}
