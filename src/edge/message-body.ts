import type { Identity } from "../contract/identity.ts";
import { readJsonText } from "../contract/json-text.ts";
import { CURRENT_VERSION, type CurrentPayloads } from "../contract/message.ts";
import { readPayload } from "../contract/read-payload.ts";
import { isMessageType, MESSAGE_TYPES, type MessageType } from "../contract/topic.ts";
import { ConcheError, messageOf } from "../errors/conche-error.ts";
import { suggestion } from "../errors/nearest-name.ts";

/** The fields that the library writes. */
type Stamped = "v" | "boot" | "seq" | "refill";
type WithoutStamp<Payload> = Payload extends unknown
  ? Omit<Payload, Stamped> & { readonly v?: typeof CURRENT_VERSION }
  : never;

/** What a machine says in a message of one type: the contract's current payload without version and identity. */
export type BodyOf<Type extends MessageType> = WithoutStamp<CurrentPayloads[Type]>;

const RESERVED = ["boot", "seq", "refill"] as const;

/**
 * Checks a body against the contract and gives its text without version and identity ({@link stampBody} adds them).
 * The text is made at once, so the caller may reuse the object.
 * @throws ConcheError CONCHE_MESSAGE_REFUSED
 */
export function bodyText(type: MessageType, body: object): string {
  if (!isMessageType(type)) throw unknownType(type);
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw refused(type, "it must be an object");
  const { v = CURRENT_VERSION, ...rest } = body as Record<string, unknown>;
  if (v !== CURRENT_VERSION) throw refused(type, `/v must be ${CURRENT_VERSION}, or left out`);
  for (const name of RESERVED) {
    if (rest[name] !== undefined) throw refused(type, `/${name} is written by the library`);
  }
  const reading = readPayload(type, { v, ...rest });
  if (reading.kind === "refused") throw refused(type, reading.detail);
  const text = written(type, rest);
  // What only the text shows: NUL, half a surrogate pair, __proto__, whole numbers beyond 2^53. Nearly no message has it.
  const asRead = MAY_BE_REFUSED.test(text) ? readJsonText(text, Buffer.from(text)) : undefined;
  if (asRead?.kind === "refused") throw refused(type, asRead.detail);
  return text;
}

const MAY_BE_REFUSED = /\\u|__proto__|\d{16}/;

function written(type: MessageType, body: object): string {
  try {
    return JSON.stringify(body);
  } catch (cause) {
    throw refused(type, `it can't be written as JSON: ${messageOf(cause)}`, cause);
  }
}

/** The whole payload: version and identity in front of what the machine says. */
export function stampBody(text: string, { boot, seq }: Identity): string {
  return `{"v":${CURRENT_VERSION},"boot":"${boot}","seq":${seq}${text === "{}" ? "" : ","}${text.slice(1)}`;
}

/** The payload of a will: no number, because it may be published at any later time or never, and would be a gap. */
export function willPayload(body: object): string {
  const text = bodyText("state", body);
  return `{"v":${CURRENT_VERSION}${text === "{}" ? "" : ","}${text.slice(1)}`;
}

/** JavaScript's callers have no compiler that would tell them. */
function unknownType(given: string): ConcheError {
  return new ConcheError("CONCHE_MESSAGE_REFUSED", {
    message: `there is no message type ${JSON.stringify(given)}${suggestion(given, MESSAGE_TYPES)}`,
    hint: `the types are ${MESSAGE_TYPES.join(", ")}`,
  });
}

function refused(type: MessageType, detail: string, cause?: unknown): ConcheError {
  return new ConcheError("CONCHE_MESSAGE_REFUSED", { message: `this ${type} message: ${detail}`, cause });
}
