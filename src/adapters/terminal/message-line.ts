import type { MessageType } from "../../contract/topic.ts";
import type { Piece, Style } from "./styled-text.ts";

/** What a line about a stored message needs to know. */
export interface ShownMessage {
  readonly topic: string;
  readonly type: MessageType;
  readonly ts: string;
  readonly payload: string;
}

/** What a line about a quarantined message needs to know. */
export interface ShownQuarantine {
  readonly topic: string;
  readonly reason: string;
  readonly detail: string;
}

/** The colour of each message type. */
export const TYPE_STYLE = {
  telemetry: "cyan",
  state: "green",
  alarm: ["red", "bold"],
  quality: "magenta",
  batch: "yellow",
} as const satisfies Record<MessageType, Style>;

/** The fields of a payload that say the most in few words, per type; version 1 and 2 names alike. */
const TELLING_FIELDS = {
  telemetry: [],
  state: ["state", "reason"],
  alarm: ["severity", "event", "code", "message"],
  quality: [],
  batch: ["event", "batch_id"],
} as const satisfies Record<MessageType, readonly string[]>;

/** `topic -> ts`, the type coloured, and what the message says where that is short. */
export function messageLine(message: ShownMessage): Piece[] {
  const { topic, type, ts, payload } = message;
  const style = TYPE_STYLE[type];
  const address = topic.slice(0, topic.length - type.length);
  const said = tellingWords(type, payload);
  return [
    { text: address },
    { text: type, style },
    { text: ` -> ${ts}` },
    ...(said === "" ? [] : [{ text: `  ${said}`, style: type === "alarm" ? style : "dim" } as const]),
  ];
}

/** `topic -> quarantine (reason): detail`, standing out. */
export function quarantineLine(message: ShownQuarantine): Piece[] {
  return [
    { text: message.topic },
    { text: " -> " },
    { text: `quarantine (${message.reason})`, style: ["white", "bgRed", "bold"] },
    { text: `: ${message.detail}`, style: "red" },
  ];
}

function tellingWords(type: MessageType, payload: string): string {
  const names = TELLING_FIELDS[type];
  if (names.length === 0) return "";
  const fields = payloadFields(payload);
  const words = names.map((name) => fields[name]).filter((word) => typeof word === "string");
  if (type !== "alarm" || words.length < 2) return words.join(" ");
  return `${words.slice(0, -1).join(" ")}: ${words.at(-1)}`;
}

/** The fields of a stored payload; nothing for one that isn't an object (the log may hold a database of old). */
function payloadFields(payload: string): Readonly<Record<string, unknown>> {
  try {
    const fields: unknown = JSON.parse(payload);
    return typeof fields === "object" && fields !== null ? (fields as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
