import { identityFieldsOf } from "../../contract/read-payload.ts";

/** The identity fields of a payload, unchecked; undefined where there is none, or no JSON. */
interface IdentityFields {
  readonly boot?: unknown;
  readonly seq?: unknown;
}

const NONE: IdentityFields = {};
/** A key may be written with escapes. */
const SIGNS = ['"boot"', '"seq"', "\\u"].map((sign) => Buffer.from(sign));

/**
 * Looks into a payload for the identity that its machine has given it. Most machines behind a gateway give none, and
 * their payloads aren't parsed for it.
 */
export function payloadIdentity(payload: Uint8Array): IdentityFields {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  if (!SIGNS.some((sign) => bytes.includes(sign))) return NONE;
  try {
    return identityFieldsOf(JSON.parse(bytes.toString("utf8")));
  } catch {
    return NONE;
  }
}
