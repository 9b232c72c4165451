import { hash, randomBytes } from "node:crypto";

/** Tells what it is, so that scanners find one that was published by mistake. */
const PREFIX = "conche_";
const SECRET_BYTES = 32;

/** A new secret of 256 random bits. */
export function newSecret(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString("base64url")}`;
}

/** What is kept instead of a secret. */
export function secretHash(secret: string): string {
  return hash("sha256", secret);
}
