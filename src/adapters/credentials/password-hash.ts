import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { PasswordEntry } from "../../access/password-entry.ts";

const derive = promisify(pbkdf2);
const HASH_BYTES = 64;
const SALT_BYTES = 16;
/**
 * Rounds for new entries: 0.11 s of one core each. All machines of a plant connect at once after a restart, so this is
 * a compromise between them and whoever steals the file (OWASP asks for 210,000, mosquitto_passwd 2.0 writes 101).
 */
const NEW_ITERATIONS = 100_000;

/** Hashes a password the way Mosquitto does, for a new entry. */
export async function hashPassword(user: string, password: string): Promise<PasswordEntry> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, NEW_ITERATIONS, HASH_BYTES, "sha512");
  return {
    user,
    scheme: "pbkdf2-sha512",
    iterations: NEW_ITERATIONS,
    salt: salt.toString("base64"),
    hash: hash.toString("base64"),
  };
}

/** Whether it is the entry's password; the comparison takes the same time wherever they differ. */
export async function matchesPassword(entry: PasswordEntry, password: Uint8Array): Promise<boolean> {
  const salt = Buffer.from(entry.salt, "base64");
  const expected = Buffer.from(entry.hash, "base64");
  const actual =
    entry.scheme === "sha512"
      ? createHash("sha512").update(password).update(salt).digest()
      : await derive(password, salt, entry.iterations, HASH_BYTES, "sha512");
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

/** An entry that no password matches, as costly to try as the given one: for users that don't exist. */
export function decoyOf(entry: PasswordEntry | undefined): PasswordEntry {
  return {
    user: "",
    scheme: entry?.scheme ?? "pbkdf2-sha512",
    iterations: entry?.iterations ?? NEW_ITERATIONS,
    salt: randomBytes(SALT_BYTES).toString("base64"),
    hash: randomBytes(HASH_BYTES).toString("base64"),
  };
}

/** Remembers which passwords were right, as fingerprints that mean nothing outside this process. */
export class KnownPasswords {
  readonly #key = randomBytes(32);
  #fingerprints = new Map<string, string>();

  has(entry: PasswordEntry, password: Uint8Array): boolean {
    const known = this.#fingerprints.get(entry.user);
    return (
      known !== undefined && timingSafeEqual(Buffer.from(known), Buffer.from(this.#print(entry, password)))
    );
  }

  add(entry: PasswordEntry, password: Uint8Array): void {
    this.#fingerprints.set(entry.user, this.#print(entry, password));
  }

  clear(): void {
    this.#fingerprints = new Map();
  }

  #print(entry: PasswordEntry, password: Uint8Array): string {
    return createHmac("sha256", this.#key)
      .update(`${entry.salt}$${entry.hash}$`)
      .update(password)
      .digest("hex");
  }
}
