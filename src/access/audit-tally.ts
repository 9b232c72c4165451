import type { AuditEntry, AuditEvent, AuditKind } from "./audit.ts";

/** How long events of the same kind are counted into one entry, milliseconds. */
const WINDOW_MS = 60_000;
/** Different events that are kept apart within a window; what comes beyond is counted by kind. */
const DIFFERENT_EVENTS = 1_000;
/** Different topics, filters or client ids of one subject that are kept apart. */
const OBJECTS_OF_ONE = 10;
const TEXT_CHARACTERS = 256;

interface Counted {
  readonly event: AuditEvent;
  readonly openedMs: number;
  firstMs: number;
  lastMs: number;
  /** Not yet handed out. */
  count: number;
  /** Whether the first one was handed out: what comes then is counted until the window is over. */
  said: boolean;
}

/**
 * Audited events on their way to the table. The first of its kind is handed out at once; those like it are counted for a
 * minute and handed out as one entry: somebody who tries a thousand times a second fills a line, not a disk.
 */
export class AuditTally {
  readonly #counted = new Map<string, Counted>();
  readonly #objects = new Map<string, number>();

  add(given: AuditEvent, nowMs: number): void {
    let event = cut(given);
    let key = keyOf(event);
    let known = this.#counted.get(key);
    if (known === undefined) {
      event = this.#folded(event);
      key = keyOf(event);
      known = this.#counted.get(key);
    }
    if (known === undefined) {
      this.#counted.set(key, {
        event,
        openedMs: nowMs,
        firstMs: nowMs,
        lastMs: nowMs,
        count: 1,
        said: false,
      });
      return;
    }
    if (known.count === 0) known.firstMs = nowMs;
    known.lastMs = nowMs;
    known.count++;
  }

  /** What is to be written now; with `all`, what is still being counted, too. */
  take(nowMs: number, all = false): AuditEntry[] {
    const entries: AuditEntry[] = [];
    for (const [key, counted] of this.#counted) {
      const { event, openedMs, firstMs, lastMs, count, said } = counted;
      const over = nowMs - openedMs >= WINDOW_MS;
      if (count > 0 && (!said || over || all)) {
        entries.push({ ...event, firstMs, lastMs, count });
        counted.count = 0;
        counted.said = true;
      }
      if (over) this.#counted.delete(key);
    }
    if (this.#counted.size === 0) this.#objects.clear();
    return entries;
  }

  /** The event itself, or what stands for many: of the same subject, or of the same kind. */
  #folded(event: AuditEvent): AuditEvent {
    if (this.#counted.size >= DIFFERENT_EVENTS) return others(event.kind);
    const who = JSON.stringify([event.kind, event.subject, event.remote]);
    const objects = (this.#objects.get(who) ?? 0) + 1;
    if (objects <= OBJECTS_OF_ONE) {
      this.#objects.set(who, objects);
      return event;
    }
    return { ...event, object: null, clientId: null, detail: "others of the same origin, counted together" };
  }
}

function others(kind: AuditKind): AuditEvent {
  return {
    kind,
    subject: null,
    clientId: null,
    remote: null,
    object: null,
    detail: "others, counted together",
  };
}

function keyOf({ kind, subject, clientId, remote, object, detail }: AuditEvent): string {
  return JSON.stringify([kind, subject, clientId, remote, object, detail]);
}

function cut(event: AuditEvent): AuditEvent {
  const short = (text: string) =>
    text.length <= TEXT_CHARACTERS ? text : `${text.slice(0, TEXT_CHARACTERS)}…`;
  const { subject, clientId, remote, object, detail } = event;
  return {
    kind: event.kind,
    subject: subject === null ? null : short(subject),
    clientId: clientId === null ? null : short(clientId),
    remote: remote === null ? null : short(remote),
    object: object === null ? null : short(object),
    detail: short(detail),
  };
}
