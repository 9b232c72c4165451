/**
 * PORT. Signs what a data center says to machines. Synchronous, for a receipt is made in the middle of other work
 * (what it costs: docs/decisions/signed-receipts.md).
 */
export interface DownSigner {
  /** The key's name in a signature: {@link KEY_ID_PATTERN}. */
  readonly keyId: string;
  /** @returns the Ed25519 signature of the text's UTF-8 bytes, base64url without padding: 86 characters */
  sign(text: string): string;
}

/** PORT. Knows the keys of the data centers that are believed. */
export interface DownTrust {
  /** Whether the key is one of them, and has signed the text. */
  verify(keyId: string, text: string, signature: string): SignatureVerdict;
}

/** What is to be said of a signature; only `valid` is believed. */
export type SignatureVerdict = "valid" | "missing" | "unknown-key" | "wrong";

/** How a key is named: the beginning of the SHA-256 of its SubjectPublicKeyInfo, base64url. */
export const KEY_ID_PATTERN = "[A-Za-z0-9_-]{11}";

/** The form of `sig`. */
export const SIGNATURE_PATTERN = `^${KEY_ID_PATTERN}\\.[A-Za-z0-9_-]{86}$`;

/** The signature is the last field, as we write it: what stands before it is what was signed, byte by byte. */
const SIGNED = new RegExp(`,"sig":"(${KEY_ID_PATTERN})\\.([A-Za-z0-9_-]{86})"\\}$`);

/**
 * A receipt or command with its signature.
 * @param topic where it is published: one that was meant for another machine is no valid one
 * @param payload a JSON object with at least one field, and without `sig`
 */
export function signDown(topic: string, payload: string, signer: DownSigner): string {
  return `${payload.slice(0, -1)},"sig":"${signer.keyId}.${signer.sign(signedText(topic, payload))}"}`;
}

/** Whether a receipt or command that came on a topic was signed by somebody who is believed. */
export function verifyDown(topic: string, payload: string, trust: DownTrust): SignatureVerdict {
  const found = SIGNED.exec(payload);
  if (found === null) return "missing";
  const [field, keyId = "", signature = ""] = found;
  const bare = `${payload.slice(0, -field.length)}}`;
  return trust.verify(keyId, signedText(topic, bare), signature);
}

/** The first line keeps a signature of this kind from being one of anything else. */
function signedText(topic: string, payload: string): string {
  return `conche-down-1\n${topic}\n${payload}`;
}
