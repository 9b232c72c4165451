import { createHash } from "node:crypto";

/**
 * A new boot identity: a UUIDv7 (RFC 9562, section 5.7), so that later starts sort after earlier ones.
 * @param atMs milliseconds since 1970
 * @param random gives as many random bytes as asked for
 */
export function newBoot(atMs: number, random: (size: number) => Uint8Array): string {
  const bytes = random(16);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint16(0, Math.floor(atMs / 0x1_0000_0000));
  view.setUint32(2, atMs % 0x1_0000_0000);
  view.setUint8(6, 0x70 | (view.getUint8(6) & 0x0f));
  view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/**
 * A boot identity that is the same whenever the same is published: what is published again is then a duplicate, and
 * what differs in anything that `origin` says has an identity of its own.
 * @param origin everything that the messages are made from, in words
 */
export function bootOf(atMs: number, origin: string): string {
  return newBoot(
    atMs,
    (size) => new Uint8Array(createHash("sha256").update(origin).digest().subarray(0, size)),
  );
}

/** A boot that says when it began, so that a later one sorts after it; a machine may use others. */
export const TIMED_BOOT_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/;
