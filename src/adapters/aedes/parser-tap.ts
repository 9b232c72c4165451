import { isUtf8 } from "node:buffer";
import type { EventEmitter } from "node:events";
import type { Client } from "aedes";
import { ConcheError } from "../../errors/conche-error.ts";
import { PlainPublishes, type PlainPublishTaker } from "./plain-publishes.ts";

/** A packet as the parser of aedes reads it: only `cmd` is sure, the rest depends on it. */
export interface ParsedPacket {
  readonly cmd: string;
  /** The remaining length of its fixed header. */
  readonly length: number;
}

/** Who looks at what a client sends before aedes does. */
export interface ParserTap extends PlainPublishTaker {
  /** Longest packet that is taken at the moment, bytes. */
  longest(): number;
  /** Whether the client speaks MQTT 5. */
  isMqtt5(): boolean;
  /** @param fault what is malformed about the packet as a whole */
  packet(packet: ParsedPacket, fault: string | undefined): void;
  /** A packet has begun that will be longer than may be; it isn't waited for. */
  tooLong(bytes: number): void;
  /** The bytes aren't MQTT. */
  malformed(detail: string): void;
  /** Something behind the parser threw. */
  defect(error: unknown): void;
}

/** What this file relies on of aedes' Client and of mqtt-packet's parser beyond their types; held by its test. */
interface ParserInternals extends EventEmitter {
  parse(chunk: Buffer): number;
  /** The packet that is being read; length -1 until its length is known. */
  readonly packet: ParsedPacket;
  readonly _pos: number;
  readonly _list: { slice(start: number, end: number): Buffer };
  /** Reads a text with its length: null where it reaches past the packet. */
  _parseString(): string | null;
}

interface ClientInternals {
  readonly _parser: ParserInternals;
  subscriptions: Record<string, unknown>;
}

/**
 * Puts a tap between a client's parser and aedes, and gives the way to let a packet pass.
 *
 * Why: a PUBLISH is taken over here and never reaches aedes, which would acknowledge and forward each one with a
 * timer, two promises and five writes (142,000 against 370,000 messages per second on the same machine, with a sink
 * that does nothing), and would stop reading, pings included, until all it has read is committed. A plain one does not
 * even reach the parser. And some packets must not reach aedes: a SUBSCRIBE to `__proto__` makes it throw.
 */
export function tapParser(client: Client, tap: ParserTap): (packet: ParsedPacket) => void {
  const internals = client as unknown as ClientInternals;
  const parser = internals._parser;
  const [pass, ...others] = parser.listeners("packet");
  if (pass === undefined || others.length > 0) {
    throw new ConcheError("CONCHE_INTERNAL", { message: "aedes reads packets in another way than expected" });
  }
  // A plain object has members that a client could name as its filter.
  internals.subscriptions = Object.create(null);
  parser.removeAllListeners("packet");
  const illFormed = watchTexts(parser);
  parser.on("packet", (packet: ParsedPacket) => {
    const text = illFormed();
    if (wireBytes(packet.length) > tap.longest()) tap.tooLong(wireBytes(packet.length));
    else if (parser._pos > packet.length) tap.packet(packet, CONTRADICTION);
    else tap.packet(packet, text === undefined ? undefined : `a text is not UTF-8: ${shownBytes(text)}`);
  });
  parser.removeAllListeners("error");
  parser.on("error", (error: Error) => tap.malformed(error.message));
  const parse = parser.parse.bind(parser);
  const publishes = new PlainPublishes(
    tap,
    (piece) => {
      parse(piece);
      if (wireBytes(parser.packet.length) > tap.longest()) tap.tooLong(wireBytes(parser.packet.length));
    },
    () => tap.longest(),
    () => tap.isMqtt5(),
  );
  parser.parse = (chunk) => {
    try {
      publishes.take(chunk);
    } catch (error) {
      tap.defect(error);
    }
    return 0;
  };
  return (packet) => {
    // A client that aedes has closed meanwhile has nowhere to put a packet.
    if (client.closed) return;
    try {
      pass.call(parser, packet);
    } catch (error) {
      tap.defect(error);
    }
  };
}

const CONTRADICTION = "lengths inside the packet contradict one another";
/** What the parser makes of bytes that aren't UTF-8; well-formed text may have it too. */
const REPLACEMENT = "\ufffd";
const SHOWN_BYTES = 64;

/**
 * Has the parser say which text of a packet isn't UTF-8: it reads them all, topics, filters, identifiers and
 * properties, and puts replacement characters where it should refuse (MQTT 5, 1.5.4). Gives the text's bytes, once.
 */
function watchTexts(parser: ParserInternals): () => Buffer | undefined {
  let illFormed: Buffer | undefined;
  const parseString = parser._parseString.bind(parser);
  parser._parseString = () => {
    const start = parser._pos + 2;
    const text = parseString();
    if (text?.includes(REPLACEMENT)) {
      const bytes = parser._list.slice(start, parser._pos);
      if (!isUtf8(bytes)) illFormed ??= bytes;
    }
    return text;
  };
  return () => {
    const found = illFormed;
    illFormed = undefined;
    return found;
  };
}

/** Bytes for people: ASCII as it is, the rest in hexadecimal. */
function shownBytes(bytes: Buffer): string {
  const shown = Array.from(bytes.subarray(0, SHOWN_BYTES), (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`,
  );
  return `${shown.join("")}${bytes.length > SHOWN_BYTES ? "…" : ""}`;
}

/** A whole packet for its remaining length: one byte of type and flags, one to four of length (MQTT 5, 2.1). */
function wireBytes(remaining: number): number {
  if (remaining < 128) return 2 + remaining;
  if (remaining < 16_384) return 3 + remaining;
  return (remaining < 2_097_152 ? 4 : 5) + remaining;
}
