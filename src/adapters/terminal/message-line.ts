import type { MessageType } from "../../contract/topic.ts";
import { spokenWords } from "./spoken-words.ts";
import type { Piece, Style } from "./styled-text.ts";

/** What a line about a stored message needs to know. */
export interface ShownMessage {
  readonly topic: string;
  readonly type: MessageType;
  readonly ts: string;
  readonly payload: string;
  /** Names of the flags that make it remarkable. */
  readonly flags?: readonly string[];
  /** The unit of a tag, where somebody knows it. */
  readonly unitOf?: ((tag: string) => string | undefined) | undefined;
}

const FLAG_STYLE = ["yellow", "bold"] as const satisfies Style;

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

/** `topic -> ts`, the type coloured, what the message says, and what is remarkable about it. */
export function messageLine(message: ShownMessage): Piece[] {
  const { topic, type, ts, payload, flags = [], unitOf } = message;
  const style = TYPE_STYLE[type];
  const address = topic.slice(0, topic.length - type.length);
  const said = spokenWords(type, payload, unitOf);
  return [
    { text: address },
    { text: type, style },
    { text: ` -> ${ts}` },
    ...(flags.length === 0 ? [] : [{ text: `  [${flags.join(", ")}]`, style: FLAG_STYLE } as const]),
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
