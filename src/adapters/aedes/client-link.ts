import type { X509Certificate } from "node:crypto";
import type { Client } from "aedes";
import { REASON, type ReasonCode } from "../../mqtt/reason-codes.ts";
import { type ClientStream, HOLD } from "./client-stream.ts";
import type { ParsedPacket } from "./parser-tap.ts";

/** One network connection and the MQTT client behind it, from its first byte to its last acknowledgement. */
export class ClientLink {
  readonly stream: ClientStream;
  readonly client: Client;
  /** Address of the other end, for people and for limits per address. */
  readonly remote: string;
  readonly openedAt = performance.now();
  phase: "opened" | "connecting" | "ready" | "closed" = "opened";
  clientId = "";
  user: string | undefined;
  /** The user name of its CONNECT, true or not. */
  claimedUser: string | undefined;
  /** What it has shown in the handshake; its user is known from there, and no CONNECT changes it. */
  readonly certificate: X509Certificate | undefined;
  protocolVersion = 0;
  /** 0: none. */
  keepAliveMs = 0;
  /** Whether refusals may carry a text (MQTT 5, 3.1.2.11.4 and 3.1.2.11.7). */
  wantsReasons = true;
  /** The client's will, to tell it from what aedes publishes otherwise. */
  will: object | undefined;
  /** It took up a session that ends with this connection. */
  lastOfSession = false;
  /** The client said goodbye. */
  leaving = false;
  /** Why the broker closed the connection. */
  closedFor: string | undefined;
  /** Packets that came before the CONNECT was answered; no more is read until it is. */
  early: ParsedPacket[] = [];
  readonly aliases = new Map<number, string>();
  /** What it has subscribed to, with the QoS granted. */
  readonly filters = new Map<string, number>();
  /** Messages handed to the sink that it has not answered yet, and their payload bytes. */
  inFlight = 0;
  inFlightBytes = 0;
  /** Those of them that the client waits for. */
  unacknowledged = 0;
  /** Settled when the client is accepted or gone: the next connection with its identifier may go on. */
  readonly established: Promise<void>;
  #establish: () => void = () => {};

  constructor(
    stream: ClientStream,
    client: Client,
    remote: string,
    peer?: { readonly certificate: X509Certificate; readonly user: string },
  ) {
    this.stream = stream;
    this.client = client;
    this.remote = remote;
    this.certificate = peer?.certificate;
    this.user = peer?.user;
    this.established = new Promise((resolve) => {
      this.#establish = resolve;
    });
  }

  /** The CONNECT was accepted and answered. */
  ready(): void {
    if (this.phase !== "connecting") return;
    this.phase = "ready";
    this.#establish();
  }

  /**
   * Closes the connection; a client of MQTT 5 is told why. Not by aedes' own disconnect, which waits until a client
   * that doesn't read has read.
   */
  close(reason: ReasonCode, detail: string): void {
    const tell = this.phase === "ready" && this.protocolVersion === 5;
    this.end(detail, tell ? disconnect(reason, this.wantsReasons ? detail : "") : undefined);
  }

  /** Closes the connection with these last bytes. */
  end(detail: string, lastWords: Buffer | undefined): void {
    if (this.phase === "closed") return;
    this.closedFor = detail;
    this.gone();
    if (lastWords !== undefined) this.stream.send(lastWords);
    this.client.close();
    this.stream.destroy();
  }

  /** The connection is gone, whoever closed it. */
  gone(): void {
    this.phase = "closed";
    this.early = [];
    this.#establish();
  }

  /** A message of this client was handed to the sink. */
  taken(qos: number, bytes: number, window: LinkWindow): void {
    this.inFlight++;
    this.inFlightBytes += bytes;
    if (qos > 0) this.unacknowledged++;
    if (this.inFlight > window.receiveMaximum || this.inFlightBytes > window.inFlightBytes) {
      this.stream.hold(HOLD.WINDOW);
    }
  }

  /** The sink answered for one. */
  settled(qos: number, bytes: number, window: LinkWindow): void {
    this.inFlight--;
    this.inFlightBytes -= bytes;
    if (qos > 0) this.unacknowledged--;
    if (this.inFlight <= window.receiveMaximum / 2 && this.inFlightBytes <= window.inFlightBytes / 2) {
      this.stream.release(HOLD.WINDOW);
    }
  }
}

/** How much of one client may wait for its commit. */
export interface LinkWindow {
  readonly receiveMaximum: number;
  readonly inFlightBytes: number;
}

/** A DISCONNECT of the server (MQTT 5, 3.14) with its reason as text; the texts are the broker's own and short. */
function disconnect(reason: ReasonCode, detail: string): Buffer {
  if (detail === "") return Buffer.from([0xe0, 2, reason, 0]);
  const text = Buffer.from(detail).subarray(0, 100);
  return Buffer.concat([
    Buffer.from([0xe0, text.length + 5, reason, text.length + 3, 0x1f, 0, text.length]),
    text,
  ]);
}

/** The broker is going down. */
export const SHUTDOWN = {
  reason: REASON.SERVER_SHUTTING_DOWN,
  detail: "the data center is stopping",
} as const;
