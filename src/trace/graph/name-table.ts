const FIRST_BYTES = 1 << 16;
const FIRST_NAMES = 1 << 12;

/**
 * Names and their numbers, in the order in which they came. Of millions of names a string and a place in a map each
 * would be the largest part of the graph; here a name is its bytes, and an offset and two places in a table of numbers.
 */
export class NameTable {
  #bytes = new Uint8Array(FIRST_BYTES);
  /** Where each name ends; it begins where the one before it ends. */
  #ends = new Uint32Array(FIRST_NAMES);
  /** By hash: a name's number + 1; 0 is free. Twice as many as names at least, a power of 2. */
  #slots = new Uint32Array(FIRST_NAMES * 2);
  #count = 0;
  /** The name that is looked for, as bytes. */
  #sought = new Uint8Array(256);

  /** Names there are. */
  get size(): number {
    return this.#count;
  }

  /** Of all names, as they are kept. */
  get nameBytes(): number {
    return this.#start(this.#count);
  }

  /** The number of a name; undefined where it never came. */
  find(name: string): number | undefined {
    const found = this.#slots[this.#slotOf(this.#encode(name))] ?? 0;
    return found === 0 ? undefined : found - 1;
  }

  /** The number of a name, a new one where it never came. */
  numberOf(name: string): number {
    const length = this.#encode(name);
    const slot = this.#slotOf(length);
    const found = this.#slots[slot] ?? 0;
    if (found !== 0) return found - 1;
    const number = this.#count;
    const start = this.#start(number);
    if (start + length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(start + length, this.#bytes.length + (this.#bytes.length >> 1)));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(this.#sought.subarray(0, length), start);
    if (number === this.#ends.length) {
      const more = new Uint32Array(number + (number >> 1));
      more.set(this.#ends);
      this.#ends = more;
    }
    this.#ends[number] = start + length;
    this.#slots[slot] = number + 1;
    this.#count = number + 1;
    if (this.#count * 2 > this.#slots.length) this.#spread();
    return number;
  }

  /** @throws RangeError where there is no such number */
  nameOf(number: number): string {
    if (number >= this.#count) throw new RangeError(`no name has the number ${number}`);
    const codes: number[] = [];
    const end = this.#start(number + 1);
    for (let at = this.#start(number); at < end; at++) {
      const byte = this.#bytes[at] ?? 0;
      if (byte < 0x80) codes.push(byte);
      else {
        codes.push(
          ((byte & 0xf) << 12) |
            (((this.#bytes[at + 1] ?? 0) & 0x3f) << 6) |
            ((this.#bytes[at + 2] ?? 0) & 0x3f),
        );
        at += 2;
      }
    }
    return String.fromCharCode(...codes);
  }

  #start(number: number): number {
    return number === 0 ? 0 : (this.#ends[number - 1] ?? 0);
  }

  /** Each UTF-16 unit by itself, so that whatever JavaScript calls two names are two, broken surrogates included. */
  #encode(name: string): number {
    if (this.#sought.length < name.length * 3) this.#sought = new Uint8Array(name.length * 3);
    const sought = this.#sought;
    let length = 0;
    for (let at = 0; at < name.length; at++) {
      const code = name.charCodeAt(at);
      if (code < 0x80) sought[length++] = code;
      else {
        sought[length++] = 0xe0 | (code >> 12);
        sought[length++] = 0x80 | ((code >> 6) & 0x3f);
        sought[length++] = 0x80 | (code & 0x3f);
      }
    }
    return length;
  }

  /** Where the name that is looked for is, or would be. */
  #slotOf(length: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hashOf(this.#sought, 0, length) & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot] ?? 0;
      if (found === 0 || this.#is(found - 1, length)) return slot;
    }
  }

  #is(number: number, length: number): boolean {
    const start = this.#start(number);
    if (this.#start(number + 1) - start !== length) return false;
    // From the end: names of one plant begin alike.
    for (let at = length - 1; at >= 0; at--) if (this.#bytes[start + at] !== this.#sought[at]) return false;
    return true;
  }

  #spread(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let number = 0; number < this.#count; number++) {
      let slot = hashOf(this.#bytes, this.#start(number), this.#start(number + 1)) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
    this.#slots = slots;
  }
}

/** FNV-1a, stirred at its end: neighbours in a table of a power of 2 are told by the low bits. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
