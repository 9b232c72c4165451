import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { TraceEvent } from "./trace.ts";

type Change = Extract<TraceEvent, { kind: "write" | "truncate" }>;

/** How a disk treats what was not synced when the power went. */
export type Surviving = "nothing" | "everything" | "beginning" | "some" | "torn";

export const SURVIVING: readonly [Surviving, ...Surviving[]] = [
  "nothing",
  "everything",
  "beginning",
  "some",
  "torn",
];

/** What a disk writes at once, bytes. */
const SECTOR = 512;

/** The bytes of a file, changed where they lie. */
class Content {
  #room: Buffer = Buffer.alloc(0);
  #length = 0;

  get bytes(): Buffer {
    return this.#room.subarray(0, this.#length);
  }

  copy(): Content {
    const copy = new Content();
    copy.#room = Buffer.from(this.bytes);
    copy.#length = this.#length;
    return copy;
  }

  apply(change: Change): void {
    if (change.kind === "truncate") {
      this.#lengthen(change.length);
      this.#room.fill(0, change.length, this.#length);
      this.#length = change.length;
      return;
    }
    const { offset, bytes } = change;
    this.#lengthen(offset + bytes.length);
    bytes.copy(this.#room, offset);
  }

  #lengthen(length: number): void {
    if (length > this.#room.length) {
      const room = Buffer.alloc(length * 2);
      this.bytes.copy(room);
      this.#room = room;
    }
    this.#length = Math.max(this.#length, length);
  }
}

interface File {
  /** Everything up to the last sync. */
  readonly content: Content;
  /** Done since then, each with its place among the events. */
  pending: { readonly at: number; readonly change: Change }[];
  /** Never synced: its name need not be there either. */
  named: boolean;
}

/**
 * A disk that keeps what was synced and owes nothing for the rest: of the changes since a file's last sync it may
 * have made none, all, the first few, any of them, or any sectors of them, file by file.
 *
 * Files are removed and renamed at once, and in that order: that is what hurts most where it comes too early.
 */
export class Disk {
  readonly #files = new Map<string, File>();
  #at = 0;

  /** Takes the next event. */
  apply(event: TraceEvent): void {
    const at = this.#at++;
    if (event.kind === "told") return;
    if (event.kind === "remove") {
      this.#files.delete(event.path);
      return;
    }
    if (event.kind === "rename") {
      const file = this.#files.get(event.path);
      this.#files.delete(event.path);
      if (file !== undefined) this.#files.set(event.to, file);
      return;
    }
    if (event.kind === "sync") {
      const file = this.#files.get(event.path);
      if (file === undefined) return; // a folder
      for (const { at, change } of file.pending) if (at < event.covers) file.content.apply(change);
      file.pending = file.pending.filter((pending) => pending.at >= event.covers);
      file.named = true;
      return;
    }
    const file = this.#files.get(event.path) ?? { content: new Content(), pending: [], named: false };
    this.#files.set(event.path, file);
    file.pending.push({ at, change: event });
  }

  /** How many changes no sync has made certain. */
  get pending(): number {
    return [...this.#files.values()].reduce((sum, { pending }) => sum + pending.length, 0);
  }

  /** What the disk holds after the power has gone, in a new folder. */
  write(folder: string, surviving: Surviving, random: () => number): void {
    mkdirSync(folder, { recursive: true });
    for (const [path, { content, pending, named }] of this.#files) {
      const kept = survivors(
        pending.map(({ change }) => change),
        surviving,
        random,
      );
      if (!named && kept.length === 0) continue;
      const left = content.copy();
      for (const change of kept) left.apply(change);
      writeFileSync(join(folder, basename(path)), left.bytes);
    }
  }
}

function survivors(pending: readonly Change[], surviving: Surviving, random: () => number): Change[] {
  if (surviving === "nothing") return [];
  if (surviving === "everything") return [...pending];
  if (surviving === "beginning") return pending.slice(0, Math.floor(random() * (pending.length + 1)));
  const some = pending.filter(() => random() < 0.5);
  return surviving === "some" ? some : some.flatMap((change) => torn(change, random));
}

/** Any sectors of a write. */
function torn(change: Change, random: () => number): Change[] {
  if (change.kind === "truncate") return [change];
  const { path, offset, bytes } = change;
  const parts: Change[] = [];
  for (let from = 0; from < bytes.length; ) {
    const to = Math.min(bytes.length, from + SECTOR - ((offset + from) % SECTOR));
    if (random() < 0.5) {
      parts.push({ kind: "write", path, offset: offset + from, bytes: bytes.subarray(from, to) });
    }
    from = to;
  }
  return parts;
}
