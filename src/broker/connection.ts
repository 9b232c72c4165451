import type { Subject } from "../access/access-rules.ts";
import { REASON, type ReasonCode } from "../mqtt/reason-codes.ts";
import type { ConnectPacket, ConnectWill } from "../mqtt/wire/connect-reader.ts";
import { PacketOutput } from "../mqtt/wire/packet-output.ts";
import { PacketSplitter } from "../mqtt/wire/packet-splitter.ts";
import { writeDisconnect } from "../mqtt/wire/response-writer.ts";
import type { TopicName } from "./broker-message.ts";

/** Why nothing is read from a client at the moment; reading goes on when no reason is left. */
export const HOLD = {
  /** Its CONNECT isn't answered yet. */
  CONNECT: 1,
  /** The sink has enough to do, or the broker is being stopped. */
  GATE: 2,
  /** Too much of the client itself waits for its commit. */
  WINDOW: 4,
  /** The client doesn't read what it is sent. */
  OUTPUT: 8,
} as const;

/** Takes a packet, which is whole here: fixed header from `start`, variable header from `bodyStart`, up to `end`. */
export type TakeWhole = (bytes: Buffer, start: number, bodyStart: number, end: number) => void;

/** PORT. The network under a connection. */
export interface Line {
  /** Bytes that were handed over and that the client has not read yet. */
  readonly backlog: number;
  /** When the client was last heard, on the broker's clock; moves on while it isn't listened to. */
  readonly lastHeardAt: number;
  /** Whether the broker itself keeps the client from being heard. */
  readonly held: boolean;
  /** For how long the client has read nothing of what it was sent, milliseconds; 0 when nothing waits for it. */
  blockedMs(now: number): number;
  /** Something waits in the connection's output: takes it soon, together with what else comes in this turn. */
  wake(): void;
  hold(reason: number): void;
  release(reason: number): void;
  /** Sends what waits, and closes. */
  end(): void;
}

/** What came with the connection: where from, and who it is by its certificate. */
export interface Origin {
  readonly remote: string;
  readonly user: string | undefined;
}

/** One network connection and the MQTT client behind it, from its first byte to its last acknowledgement. */
export class Connection implements Subject {
  readonly line: Line;
  readonly output = new PacketOutput();
  readonly splitter: PacketSplitter;
  /** Address of the other end, for people and for limits per address. */
  readonly remote: string;
  readonly openedAt: number;
  phase: "opened" | "connecting" | "ready" | "closed" = "opened";
  clientId = "";
  user: string | undefined;
  /** The user name of its CONNECT, true or not. */
  claimedUser: string | undefined;
  /** 3, 4 or 5; 0 before its CONNECT. */
  version = 0;
  /** 0: none. */
  keepAliveMs = 0;
  will: ConnectWill | undefined;
  /** Whether acknowledgements may carry a text (MQTT 5, 3.1.2.11.7). */
  wantsReasons = true;
  /** Most messages of QoS 1 and 2 that the client takes before it has acknowledged one. */
  receiveMaximum = 0;
  /** Longest packet that it takes, bytes. */
  maximumPacketSize = Number.POSITIVE_INFINITY;
  /** Session Expiry Interval of its CONNECT, which its DISCONNECT may not raise from 0 (MQTT 5, 3.14.2.2.2). */
  expiryAtConnect = 0;
  /** It said goodbye; with reason 0 its will goes with it. */
  leaving: "no" | "normal" | "with-will" = "no";
  /** Why the broker closed the connection. */
  closedFor: string | undefined;
  /** Topic aliases that the client has set. */
  aliases: Map<number, TopicName> | undefined;
  /** Topic aliases that it was given, and how many it takes. */
  aliasesGiven: Map<string, number> | undefined;
  aliasesTaken = 0;
  /** The last topic that was fine, and in which epoch of the rules: a machine says the same few again and again. */
  lastTopic: TopicName | undefined;
  lastTopicEpoch = 0;
  /** Messages handed to the sink that it has not answered yet, and their bytes. */
  inFlight = 0;
  inFlightBytes = 0;
  /** Those of QoS 1 and 2 that the client waits for, from PUBLISH to PUBACK or PUBCOMP. */
  unacknowledged = 0;

  /** Who gets its packets: one desk for its CONNECT, another one from then on. */
  take: TakeWhole;
  readonly #onEnd: (connection: Connection) => void;

  /**
   * @param now when it was opened, on the broker's clock
   * @param longest of its first packet, bytes
   * @param connect gets its first packet
   * @param onEnd hears at once that it is closed, whoever closed it
   */
  constructor(
    line: Line,
    { remote, user }: Origin,
    now: number,
    longest: number,
    connect: (connection: Connection, ...packet: Parameters<TakeWhole>) => void,
    onEnd: (connection: Connection) => void,
  ) {
    this.line = line;
    this.remote = remote;
    this.user = user;
    this.openedAt = now;
    this.#onEnd = onEnd;
    this.take = (bytes, start, bodyStart, end) => connect(this, bytes, start, bodyStart, end);
    this.splitter = new PacketSplitter(longest, (bytes, start, bodyStart, end) =>
      this.take(bytes, start, bodyStart, end),
    );
  }

  /** What its CONNECT says of the connection. */
  describe(packet: ConnectPacket): void {
    this.clientId = packet.clientId;
    this.claimedUser = packet.username;
    this.version = packet.protocolVersion;
    this.wantsReasons = packet.requestProblemInformation;
    this.maximumPacketSize = packet.maximumPacketSize;
    this.expiryAtConnect = packet.sessionExpiryInterval;
  }

  /** Bytes that wait to be read by the client. */
  get backlog(): number {
    return this.output.length + this.line.backlog;
  }

  /** Closes the connection; a client of MQTT 5 is told why. */
  close(reason: ReasonCode, detail: string): void {
    if (this.phase === "ready" && this.version === 5)
      writeDisconnect(this.output, reason, this.wantsReasons ? detail : undefined, this.maximumPacketSize);
    this.end(detail);
  }

  /** Closes the connection; what waits in its output still goes out. */
  end(detail: string | undefined): void {
    if (this.phase === "closed") return;
    this.closedFor ??= detail;
    this.phase = "closed";
    this.splitter.pause();
    this.line.end();
    this.#onEnd(this);
  }

  /** A message of this client was handed to the sink. */
  taken(qos: number, bytes: number, window: Window): void {
    this.inFlight++;
    this.inFlightBytes += bytes;
    if (qos > 0) this.unacknowledged++;
    if (this.inFlight > window.receiveMaximum || this.inFlightBytes > window.inFlightBytes)
      this.line.hold(HOLD.WINDOW);
  }

  /** The sink answered for one. */
  settled(bytes: number, window: Window): void {
    this.inFlight--;
    this.inFlightBytes -= bytes;
    if (this.inFlight <= window.receiveMaximum / 2 && this.inFlightBytes <= window.inFlightBytes / 2)
      this.line.release(HOLD.WINDOW);
  }
}

/** How much of one client may wait for its commit. */
export interface Window {
  readonly receiveMaximum: number;
  readonly inFlightBytes: number;
}

/** The broker is going down. */
export const SHUTDOWN = {
  reason: REASON.SERVER_SHUTTING_DOWN,
  detail: "the data center is stopping",
} as const;
