const TWO_TO_32 = 4_294_967_296;

/**
 * A stream of random numbers that depends on nothing but a seed and a name. Every machine has its own, named for its
 * address, so that a machine more or less changes nothing in what the others draw.
 *
 * xoshiro128** (Blackman and Vigna, 2018: period 2^128 - 1), its state filled by splitmix32 from an FNV-1a hash of
 * seed and name. Integer arithmetic only: the same numbers on every machine and in every version of Node.
 */
export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  /** The second of a pair of normal numbers, while there is one. */
  #spare = 0;
  #hasSpare = false;

  constructor(seed: number, name: string) {
    const next = splitmix32(hash(`${seed}:${name}`));
    this.#a = next();
    this.#b = next();
    this.#c = next();
    // All zeros would stay all zeros.
    this.#d = next() | 1;
  }

  /** 0 (included) to 1 (excluded). */
  uniform(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotateLeft(this.#d, 11);
    return result / TWO_TO_32;
  }

  between(from: number, to: number): number {
    return from + (to - from) * this.uniform();
  }

  chance(share: number): boolean {
    return this.uniform() < share;
  }

  /** Mean 0, standard deviation 1 (Marsaglia's polar method). */
  normal(): number {
    if (this.#hasSpare) {
      this.#hasSpare = false;
      return this.#spare;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spare = y * factor;
      this.#hasSpare = true;
      return x * factor;
    }
  }

  /** Time to the next of events that come at random, `mean` apart on average. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.uniform());
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** 32-bit FNV-1a of the characters' codes. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}

function splitmix32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
}
