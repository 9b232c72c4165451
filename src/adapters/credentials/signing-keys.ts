import { createHash, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import type { DownSigner, DownTrust, SignatureVerdict } from "../../contract/signature.ts";
import { messageOf } from "../../errors/conche-error.ts";
import { stampOf } from "./certificate-files.ts";
import { privateKeyIn, UnusableFile } from "./tls-files.ts";

const KEY_ID_LENGTH = 11;
const PUBLIC_KEY = /-----BEGIN PUBLIC KEY-----[^-]*-----END PUBLIC KEY-----/g;
/** How often a file is looked at, milliseconds: not for every receipt. */
const LOOK_MS = 1_000;

/** The name of a key in signatures. */
export function keyIdOf(key: KeyObject): string {
  const spki = (key.type === "private" ? createPublicKey(key) : key).export({ type: "spki", format: "der" });
  return createHash("sha256").update(spki).digest("base64url").slice(0, KEY_ID_LENGTH);
}

/**
 * The Ed25519 private key in a file (PEM or DER, PKCS #8), read again when the file is another.
 * @param now milliseconds since 1970
 * @throws UnusableFile where it can't be used now
 */
export function signingKey(path: string, passphrase?: string, now: () => number = Date.now): DownSigner {
  const current = watched(path, "signing-key", now, (bytes) => {
    const key = privateKeyIn(bytes, passphrase);
    if (key.asymmetricKeyType !== "ed25519") {
      throw new UnusableFile(`it is a key of the type ${key.asymmetricKeyType}, and signing takes Ed25519`);
    }
    return { key, keyId: keyIdOf(key) };
  });
  return {
    get keyId() {
      return current().keyId;
    },
    sign: (text) => sign(null, Buffer.from(text), current().key).toString("base64url"),
  };
}

/**
 * The Ed25519 public keys in a file (PEM, any number), read again when the file is another: while a data center
 * changes its key, the old and the new one stand in it.
 * @param now milliseconds since 1970
 * @throws UnusableFile where it can't be used now
 */
export function trustedKeys(path: string, now: () => number = Date.now): DownTrust {
  const current = watched(path, "trusted-keys", now, publicKeysIn);
  return {
    verify(keyId, text, signature): SignatureVerdict {
      const key = current().get(keyId);
      if (key === undefined) return "unknown-key";
      return verify(null, Buffer.from(text), key, Buffer.from(signature, "base64url")) ? "valid" : "wrong";
    },
  };
}

/**
 * The Ed25519 public keys in a text, by their names in signatures.
 * @throws UnusableFile where there is none, or another kind of key
 */
export function publicKeysIn(bytes: Buffer): ReadonlyMap<string, KeyObject> {
  const blocks = bytes.toString("latin1").match(PUBLIC_KEY) ?? [];
  if (blocks.length === 0) throw new UnusableFile("it holds no public key (PEM)");
  return new Map(
    blocks.map((pem, index) => {
      const key = parsed(pem, index);
      if (key.asymmetricKeyType !== "ed25519") {
        throw new UnusableFile(`key ${index + 1} in it is of the type ${key.asymmetricKeyType}, not Ed25519`);
      }
      return [keyIdOf(key), key];
    }),
  );
}

function parsed(pem: string, index: number): KeyObject {
  try {
    return createPublicKey(pem);
  } catch {
    throw new UnusableFile(`key ${index + 1} in it is broken`);
  }
}

/** What a file holds; where a change can't be used, what was good before, until the file changes again. */
function watched<Content>(
  path: string,
  role: string,
  now: () => number,
  parse: (bytes: Buffer) => Content,
): () => Content {
  let stamp = stampOf([path]);
  let content = named(path, role, parse);
  let lookedAt = now();
  return () => {
    const moment = now();
    // A clock that was set back must not keep it from looking.
    if (Math.abs(moment - lookedAt) < LOOK_MS) return content;
    lookedAt = moment;
    const newer = stampOf([path]);
    if (newer === stamp) return content;
    try {
      content = named(path, role, parse);
      stamp = newer;
    } catch {
      // Half a copy, or gone for a moment: tried again.
    }
    return content;
  };
}

function named<Content>(path: string, role: string, parse: (bytes: Buffer) => Content): Content {
  try {
    return parse(readFileSync(path));
  } catch (error) {
    const what =
      error instanceof UnusableFile ? error.message : `the file can't be read: ${messageOf(error)}`;
    throw new UnusableFile(what, role, path);
  }
}
