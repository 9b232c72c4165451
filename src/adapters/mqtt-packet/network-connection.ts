import type { Socket } from "node:net";
import { ConcheError } from "../../errors/conche-error.ts";
import { closedByBroker, isHangUp, socketFailure, unreachable } from "../../mqtt/broker-failure.ts";
import type { ConnackPacket } from "../../mqtt/wire/answer-reader.ts";
import { ProtocolViolation } from "../../mqtt/wire/protocol-violation.ts";
import { type ConnectRequest, connectBytes, PINGREQ } from "../../mqtt/wire/request-writer.ts";
import type { Cancel } from "../../time/clock.ts";
import { type BrokerSocket, leaveSocket } from "./broker-socket.ts";
import { type ConnackLimits, readConnack } from "./handshake.ts";
import { Liveness } from "./liveness.ts";
import type { ConsumerSettings } from "./options.ts";
import { protocolBroken } from "./protocol-violation.ts";

/** Who speaks MQTT on a network connection. */
export interface NetworkConnectionOwner {
  /** Bytes have come. A ProtocolViolation that it throws ends the connection. */
  received(chunk: Buffer): void;
  /** The socket has written what it held. */
  drained?(): void;
  /** The connection can't go on; called once, and not after `leave` or `destroy`, one of which has to follow. */
  failed(error: ConcheError, violation?: ProtocolViolation): void;
}

/**
 * The one way to connect: opens a socket, sends CONNECT, and sees that an answer comes in time, that both sides hear of
 * one another within the keepalive, and that whatever goes wrong becomes one error. What is said on it is its owner's.
 */
export class NetworkConnection {
  readonly #settings: ConsumerSettings;
  readonly #owner: NetworkConnectionOwner;
  readonly #socket: Socket;
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void>;
  #cancelDeadline: Cancel | undefined;
  #liveness: Liveness | undefined;
  #suspended = false;
  #over = false;

  constructor(
    settings: ConsumerSettings,
    socket: BrokerSocket,
    connect: ConnectRequest,
    owner: NetworkConnectionOwner,
  ) {
    this.#settings = settings;
    this.#owner = owner;
    this.#setDeadline();
    this.#socket = socket.open(() => this.write(connectBytes(connect)));
    this.#socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on("drain", () => owner.drained?.());
    this.closed = this.#watchClosing();
  }

  /** Whether the broker has accepted CONNECT. */
  get accepted(): boolean {
    return this.#liveness !== undefined;
  }

  /** Bytes that the socket holds and has not written yet. */
  get unwrittenBytes(): number {
    return this.#socket.writableLength;
  }

  /** Reads CONNACK: what the broker allows, or why it refuses. From here on it must be heard within the keepalive. */
  accept(packet: ConnackPacket): ConnackLimits | ConcheError {
    const answer = readConnack(packet, this.#settings);
    if (answer instanceof ConcheError) return answer;
    this.#liveness = new Liveness({
      clock: this.#settings.clock,
      keepaliveMs: answer.keepaliveS * 1_000,
      ping: () => this.#socket.write(PINGREQ),
      lost: (silentMs) => this.#fail(`silent for ${Math.round(silentMs / 1_000)} s, even when asked`),
    });
    return answer;
  }

  /** The answer that had to come within `connectTimeoutMs` has come. */
  answered(): void {
    this.#cancelDeadline?.();
  }

  write(bytes: Buffer): void {
    this.#liveness?.outbound();
    this.#socket.write(bytes);
  }

  /** Reads no further. Silence is then our own doing: no deadline runs out. */
  suspend(): void {
    this.#suspended = true;
    this.#liveness?.suspend();
    this.#socket.pause();
  }

  resume(): void {
    this.#suspended = false;
    this.#liveness?.resume();
    this.#socket.resume();
  }

  /** Ends it at once. */
  destroy(): void {
    this.#stop();
    this.#socket.destroy();
  }

  /** Sends `last` behind what is still to be written, and waits until the broker closes. */
  leave(last: Buffer | undefined): void {
    this.#stop();
    leaveSocket(this.#socket, last, this.#settings.clock);
  }

  #stop(): void {
    this.#over = true;
    this.#cancelDeadline?.();
    this.#liveness?.stop();
  }

  #setDeadline(): void {
    const { clock, connectTimeoutMs } = this.#settings;
    this.#cancelDeadline = clock.after(connectTimeoutMs, () => {
      if (this.#suspended) this.#setDeadline();
      else this.#fail(`no answer within ${connectTimeoutMs} ms`);
    });
  }

  #receive(chunk: Buffer): void {
    this.#liveness?.inbound();
    try {
      this.#owner.received(chunk);
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      if (!this.#over) this.#owner.failed(protocolBroken(this.#settings, error, this.accepted), error);
    }
  }

  #watchClosing(): Promise<void> {
    let failure: unknown;
    this.#socket.on("error", (error) => {
      failure = error;
    });
    return new Promise((resolve) => {
      this.#socket.on("close", () => {
        if (!this.#over) {
          this.#owner.failed(
            failure === undefined || isHangUp(failure)
              ? closedByBroker(this.#settings, this.accepted)
              : socketFailure(this.#settings.address.display, failure),
          );
        }
        resolve();
      });
    });
  }

  #fail(detail: string): void {
    this.#owner.failed(unreachable(this.#settings.address.display, detail));
  }
}
