const WINDOW_MS = 60_000;
/** Pairs of address and user, and addresses, that are remembered; beyond that the ones remembered longest are forgotten. */
const REMEMBERED = 10_000;
/** So many times the limit of one user is an address' limit for all users together. */
const USERS = 10;
const GROUPS_OF_64_BITS = 4;

interface Attempts {
  failures: number;
  readonly since: number;
}

/**
 * Counts wrong passwords, so that nobody can try them by the thousand: by address and user, so that guessing at one user
 * doesn't lock out another one behind the same address, and by address alone against who tries all users.
 */
export class FailedLogins {
  readonly #limit: number;
  readonly #byUser = new Map<string, Attempts>();
  readonly #byAddress = new Map<string, Attempts>();

  /** @param limit wrong passwords for one user from one address within a minute */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether an attempt has to wait; `address` as {@link addressPrefix} gives it, `now` in milliseconds. */
  blocked(address: string, user: string, now: number): boolean {
    return (
      reached(this.#byUser, pairOf(address, user), this.#limit, now) ||
      reached(this.#byAddress, address, this.#limit * USERS, now)
    );
  }

  failed(address: string, user: string, now: number): void {
    count(this.#byUser, pairOf(address, user), now);
    count(this.#byAddress, address, now);
  }
}

/**
 * What of an address counts as one origin: an IPv6 address as its network of 64 bits, which every host changes within as
 * it likes (RFC 8981); an IPv4 address as itself.
 */
export function addressPrefix(address: string): string {
  const plain = address.replace(/%.*$/, "").toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!plain.includes(":")) return plain;
  const [left = "", right] = plain.split("::");
  const head = left === "" ? [] : left.split(":");
  const tail = right === undefined || right === "" ? [] : right.split(":");
  const zeros = right === undefined ? 0 : Math.max(0, 8 - head.length - tail.length);
  const groups = [...head, ...Array<string>(zeros).fill("0"), ...tail].slice(0, GROUPS_OF_64_BITS);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, "")).join(":")}::/64`;
}

function pairOf(address: string, user: string): string {
  return `${address} ${user}`;
}

function reached(counts: Map<string, Attempts>, key: string, limit: number, now: number): boolean {
  const attempts = counts.get(key);
  if (attempts === undefined) return false;
  if (now - attempts.since < WINDOW_MS) return attempts.failures >= limit;
  counts.delete(key);
  return false;
}

function count(counts: Map<string, Attempts>, key: string, now: number): void {
  const attempts = counts.get(key);
  if (attempts !== undefined && now - attempts.since < WINDOW_MS) {
    attempts.failures++;
    return;
  }
  counts.delete(key);
  const oldest = counts.keys().next();
  if (counts.size >= REMEMBERED && !oldest.done) counts.delete(oldest.value);
  counts.set(key, { failures: 1, since: now });
}
