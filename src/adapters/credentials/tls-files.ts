import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { messageOf } from "../../errors/conche-error.ts";

/** A certificate or key that can't be used: its message follows the file's name. */
export class UnusableFile extends Error {
  /** What the file is for, where that is known: `ca`, `cert`, `key`. */
  readonly role: string | undefined;
  readonly path: string | undefined;

  constructor(message: string, role?: string, path?: string) {
    super(message);
    this.role = role;
    this.path = path;
  }
}

const CERTIFICATE =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]*-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;
const DER_KEY_TYPES = ["pkcs8", "pkcs1", "sec1"] as const;

/**
 * The certificates in a file, PEM (any number of them) or DER (one), checked one by one: OpenSSL passes over in silence
 * what it can't read.
 * @returns PEM
 * @throws UnusableFile
 */
export async function readCertificates(path: string): Promise<X509Certificate[]> {
  return certificatesIn(await contentOf(path));
}

/**
 * The same of a file's content.
 * @throws UnusableFile
 */
export function certificatesIn(bytes: Buffer): X509Certificate[] {
  const text = bytes.toString("latin1");
  const blocks = text.match(CERTIFICATE) ?? [];
  const begun = text.match(/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/g) ?? [];
  if (blocks.length < begun.length) throw new UnusableFile("a certificate in it has no end");
  if (/-----BEGIN/.test(text) && blocks.length === 0)
    throw new UnusableFile("it is PEM and holds no certificate");
  return (blocks.length > 0 ? blocks : [bytes]).map((encoded, index) => {
    try {
      return new X509Certificate(encoded);
    } catch {
      throw new UnusableFile(
        blocks.length > 0
          ? `certificate ${index + 1} in it is broken`
          : "it holds no certificate, neither PEM nor DER",
      );
    }
  });
}

/**
 * The private key in a file, PEM or DER, encrypted or not.
 * @throws UnusableFile
 */
export async function readPrivateKey(path: string, passphrase: string | undefined): Promise<KeyObject> {
  return privateKeyIn(await contentOf(path), passphrase);
}

/**
 * The same of a file's content.
 * @throws UnusableFile
 */
export function privateKeyIn(bytes: Buffer, passphrase: string | undefined): KeyObject {
  if (!bytes.includes("-----BEGIN")) return derKey(bytes, passphrase);
  try {
    return createPrivateKey({ key: bytes, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (error) {
    throw keyFault(error, passphrase, bytes.includes("ENCRYPTED"));
  }
}

function derKey(bytes: Buffer, passphrase: string | undefined): KeyObject {
  let missing: unknown;
  for (const type of DER_KEY_TYPES) {
    try {
      return createPrivateKey({
        key: bytes,
        format: "der",
        type,
        ...(passphrase === undefined ? {} : { passphrase }),
      });
    } catch (error) {
      if (isMissingPassphrase(error)) missing = error;
    }
  }
  throw keyFault(missing, passphrase, missing !== undefined);
}

function keyFault(error: unknown, passphrase: string | undefined, encrypted: boolean): UnusableFile {
  if (isMissingPassphrase(error) || (encrypted && passphrase === undefined))
    return new UnusableFile("the key is encrypted and no passphrase is given");
  if (encrypted) return new UnusableFile("the key can't be decrypted: the passphrase does not fit");
  return new UnusableFile("it holds no private key, neither PEM nor DER");
}

function isMissingPassphrase(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_MISSING_PASSPHRASE";
}

async function contentOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UnusableFile(`the file can't be read: ${messageOf(error)}`);
  }
}
