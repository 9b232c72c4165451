import type { FieldReader } from "./field-reader.ts";

/** So many texts are remembered, none longer than this; beyond that each place keeps the newest. */
const PLACES = 1_024;
const LONGEST_BYTES = 64;
/** Numbers change with every message: a short text that begins with a digit isn't worth remembering. */
const SHORT_NUMBER = 16;
const ZERO = 48;
const NINE = 57;

interface Remembered {
  readonly bytes: Buffer;
  readonly text: string;
}

const remembered = new Array<Remembered | undefined>(PLACES);

/**
 * Reads a text that was checked before. A machine says the same few again and again (the names of its properties, its
 * boot): to know one again costs a third of making it anew, and leaves nothing behind to collect.
 */
export function knownText(reader: FieldReader): string {
  const length = reader.int16();
  const at = reader.take(length);
  const { bytes } = reader;
  const first = bytes[at] ?? 0;
  const aNumber = length <= SHORT_NUMBER && first >= ZERO && first <= NINE;
  if (length === 0 || length > LONGEST_BYTES || aNumber) return bytes.toString("utf8", at, at + length);
  const last = bytes[at + length - 1] ?? 0;
  const middle = bytes[at + (length >> 1)] ?? 0;
  const place = (length * 31 + first * 7 + middle * 131 + last * 1_031) & (PLACES - 1);
  const known = remembered[place];
  if (known !== undefined && isThere(known.bytes, bytes, at, length)) return known.text;
  const text = bytes.toString("utf8", at, at + length);
  remembered[place] = { bytes: Buffer.from(bytes.subarray(at, at + length)), text };
  return text;
}

/** Whether these bytes stand at the place. Compared here and not by a call into native code: they are few. */
export function isThere(wanted: Buffer, bytes: Buffer, at: number, length: number): boolean {
  if (wanted.length !== length) return false;
  for (let index = length - 1; index >= 0; index--) {
    if (wanted[index] !== bytes[at + index]) return false;
  }
  return true;
}
