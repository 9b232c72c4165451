import { isUtf8 } from "node:buffer";
import { type JsonText, readJsonText } from "../contract/json-text.ts";

/** A payload as text and as a value, or why it is neither. */
export type PayloadText =
  | JsonText
  | {
      readonly kind: "refused";
      readonly reason: "empty" | "encoding";
      readonly detail: string;
      readonly value?: undefined;
    };

/** Turns payload bytes into JSON. Never throws; the text is byte for byte the payload. */
export function readPayloadText(payload: Uint8Array): PayloadText {
  if (payload.length === 0) return refused("empty", "the payload has no bytes");
  if (!isUtf8(payload)) return refused("encoding", notUtf8(payload));
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  return readJsonText(bytes.toString("utf8"), bytes);
}

function notUtf8([first, second]: Uint8Array): string {
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return `the payload is not valid UTF-8${isUtf16 ? ": its byte order mark says UTF-16" : ""}`;
}

function refused(reason: "empty" | "encoding", detail: string) {
  return { kind: "refused", reason, detail } as const;
}
