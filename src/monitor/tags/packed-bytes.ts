import type { Whole } from "./whole.ts";

const TEXT_OUT = new TextEncoder();
const TEXT_IN = new TextDecoder();

/** Words come again and again: how many of them are kept as bytes. */
const MAX_ENCODED = 1024;
const encodedTexts = new Map<string, Uint8Array>();

function encodedText(value: string): Uint8Array {
  const known = encodedTexts.get(value);
  if (known !== undefined) return known;
  if (encodedTexts.size >= MAX_ENCODED) encodedTexts.clear();
  const encoded = TEXT_OUT.encode(value);
  encodedTexts.set(value, encoded);
  return encoded;
}

/** Bytes that small copies share: memory of their own costs more than all the packing. */
const SLAB_BYTES = 16_384;
const SMALL_BYTES = 2048;
let slab = new Uint8Array(SLAB_BYTES);
let slabUsed = 0;

function room(length: number): Uint8Array {
  if (length > SMALL_BYTES) return new Uint8Array(length);
  if (slabUsed + length > SLAB_BYTES) {
    slab = new Uint8Array(SLAB_BYTES);
    slabUsed = 0;
  }
  const from = slabUsed;
  slabUsed += length;
  return slab.subarray(from, slabUsed);
}

/** Writes whole numbers in as many bytes as they need (LEB128), and short texts. */
export class PackedWriter {
  #bytes = new Uint8Array(1024);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  byte(value: number): void {
    if (this.length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.length++] = value;
  }

  /** A whole number from 0. */
  whole(value: Whole): void {
    if (typeof value === "bigint") {
      this.#big(value);
      return;
    }
    if (this.length + 8 > this.#bytes.length) this.#grow(8);
    let rest = value;
    while (rest >= 0x1_0000_0000) {
      this.#bytes[this.length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    let low = rest >>> 0;
    while (low >= 0x80) {
      this.#bytes[this.length++] = (low & 0x7f) | 0x80;
      low >>>= 7;
    }
    this.#bytes[this.length++] = low;
  }

  /** A whole number of either sign: small ones of both signs stay short. */
  signed(value: Whole): void {
    if (typeof value === "number" && value < 2 ** 51 && value > -(2 ** 51)) {
      this.whole(value >= 0 ? value * 2 : -value * 2 - 1);
      return;
    }
    const big = BigInt(value);
    this.#big(big >= 0n ? big * 2n : -big * 2n - 1n);
  }

  text(value: string): void {
    const encoded = encodedText(value);
    this.whole(encoded.length);
    this.bytes(encoded);
  }

  bytes(value: Uint8Array): void {
    if (this.length + value.length > this.#bytes.length) this.#grow(value.length);
    this.#bytes.set(value, this.length);
    this.length += value.length;
  }

  /** What was written, until the next writing. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  /** A copy of what was written. */
  take(): Uint8Array {
    const copy = room(this.length);
    copy.set(this.written());
    return copy;
  }

  #big(value: bigint): void {
    let rest = value;
    while (rest >= 128n) {
      this.byte(Number(rest & 127n) | 0x80);
      rest >>= 7n;
    }
    this.byte(Number(rest));
  }

  #grow(by: number): void {
    const grown = new Uint8Array((this.length + by) * 2);
    grown.set(this.#bytes.subarray(0, this.length));
    this.#bytes = grown;
  }
}

/** Reads what {@link PackedWriter} wrote. */
export class PackedReader {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new RangeError(`packed bytes end early: ${this.bytes.length}`);
    return byte;
  }

  /** A whole number that is known to be small: a count, a time, a length. */
  small(): number {
    return Number(this.whole());
  }

  whole(): Whole {
    const begin = this.at;
    const first = this.bytes[begin];
    // Most numbers are small.
    if (first !== undefined && first < 0x80) {
      this.at = begin + 1;
      return first;
    }
    let value = 0;
    let scale = 1;
    for (let taken = 0; taken < 7; taken++) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    return this.#big(begin);
  }

  signed(): Whole {
    const value = this.whole();
    if (typeof value === "number") return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    const big = (value & 1n) === 0n ? value / 2n : -(value + 1n) / 2n;
    return narrowed(big);
  }

  text(): string {
    const length = this.small();
    const from = this.at;
    this.at += length;
    return TEXT_IN.decode(this.bytes.subarray(from, this.at));
  }

  #big(begin: number): Whole {
    this.at = begin;
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return narrowed(value);
    }
  }
}

function narrowed(value: bigint): Whole {
  const safe = value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER;
  return safe ? Number(value) : value;
}
