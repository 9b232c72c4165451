import { REMEMBERED_TRANSFERS, type Transfer } from "../outbox.ts";

/** Room for a digest: SHA-256 in base64url has 43 characters, and what is shorter ends with a zero. */
const DIGEST_BYTES = 44;
/** A packet identifier has two bytes. */
const PACKET_IDS = 65_536;
/** Digests that there is room for at first; twice as many each time. */
const FIRST_ROOM = 1_024;

/**
 * After so many transfers the walk along the oldest begins anew. A new one each time would step over everything removed
 * since the map was last rehashed; one that is kept has V8 keep every table which the map outgrows.
 */
const NEW_WALK_EVERY = 1_024;

interface Sender {
  readonly index: number;
  /** Its transfers that are remembered. */
  count: number;
}

/**
 * The transfers that are on disk, the latest {@link REMEMBERED_TRANSFERS} of them: digests in one buffer, and a number
 * for who and which. As objects and strings so many took 16 MB of heap, which V8 lets grow by half before it looks; so
 * they take 7 MB, most of it outside. Pure.
 */
export class SettledTransfers {
  readonly #limit: number;
  readonly #senders = new Map<string, Sender>();
  readonly #names = new Map<number, string>();
  #nextIndex = 0;
  /** Where the digest of a transfer lies, by sender's index and packet identifier; the latest transfer last. */
  readonly #slots = new Map<number, number>();
  #digests = Buffer.alloc(FIRST_ROOM * DIGEST_BYTES);
  #walk: IterableIterator<number> | undefined;
  #added = 0;
  readonly #free: number[] = [];
  #used = 0;

  constructor(limit = REMEMBERED_TRANSFERS) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#slots.size;
  }

  /** The same transfer is on disk, and nothing else has come under its packet identifier since. */
  has({ sender, packetId, digest }: Transfer): boolean {
    const slot = this.#slots.get(this.#keyOf(sender, packetId) ?? -1);
    return slot !== undefined && this.#digestAt(slot) === digest;
  }

  add({ sender, packetId, digest }: Transfer): void {
    this.delete(sender, packetId);
    if (digest.length > DIGEST_BYTES) return;
    const { index } = this.#count(sender);
    const slot = this.#newSlot();
    const at = slot * DIGEST_BYTES;
    const end = at + this.#digests.write(digest, at, "latin1");
    this.#digests.fill(0, end, at + DIGEST_BYTES);
    this.#slots.set(index * PACKET_IDS + packetId, slot);
    if (++this.#added % NEW_WALK_EVERY === 0) this.#walk = undefined;
    if (this.#slots.size > this.#limit) this.#forgetOldest();
  }

  #forgetOldest(): void {
    this.#walk ??= this.#slots.keys();
    const oldest = this.#walk.next();
    if (!oldest.done) this.#forget(oldest.value);
  }

  delete(sender: string, packetId: number): void {
    const key = this.#keyOf(sender, packetId);
    if (key !== undefined && this.#slots.has(key)) this.#forget(key);
  }

  endSender(sender: string): void {
    const index = this.#senders.get(sender)?.index;
    for (const key of this.#slots.keys()) if (Math.floor(key / PACKET_IDS) === index) this.#forget(key);
  }

  #keyOf(sender: string, packetId: number): number | undefined {
    const known = this.#senders.get(sender);
    return known === undefined ? undefined : known.index * PACKET_IDS + packetId;
  }

  #count(sender: string): Sender {
    let known = this.#senders.get(sender);
    if (known === undefined) {
      known = { index: this.#nextIndex++, count: 0 };
      this.#senders.set(sender, known);
      this.#names.set(known.index, sender);
    }
    known.count++;
    return known;
  }

  #forget(key: number): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) return;
    this.#slots.delete(key);
    this.#free.push(slot);
    const index = Math.floor(key / PACKET_IDS);
    const name = this.#names.get(index) ?? "";
    const sender = this.#senders.get(name);
    if (sender === undefined || --sender.count > 0) return;
    this.#senders.delete(name);
    this.#names.delete(index);
  }

  #newSlot(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if ((this.#used + 1) * DIGEST_BYTES > this.#digests.length) {
      const larger = Buffer.alloc(2 * this.#digests.length);
      this.#digests.copy(larger);
      this.#digests = larger;
    }
    return this.#used++;
  }

  #digestAt(slot: number): string {
    const at = slot * DIGEST_BYTES;
    const bytes = this.#digests.subarray(at, at + DIGEST_BYTES);
    const end = bytes.indexOf(0);
    return bytes.toString("latin1", 0, end === -1 ? DIGEST_BYTES : end);
  }
}
