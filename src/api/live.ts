import type { MessageType } from "../contract/topic.ts";
import type { Changes } from "../views/changes.ts";
import { badRequest } from "./problem.ts";

/** The subject that messages of a type change. */
const SUBJECT_OF: Readonly<Record<MessageType, string>> = {
  telemetry: "telemetry",
  state: "states",
  alarm: "alarms",
  quality: "quality",
  batch: "batches",
};
/** Changes with everything that is folded. */
const VIEWS = "views";
const NAMED = new Set([...Object.values(SUBJECT_OF), VIEWS]);
const PLACE = /^(machine:[a-z0-9_-]+(\/[a-z0-9_-]+){3}|line:[a-z0-9_-]+\/[a-z0-9_-]+)$/;

/** Subjects one reader may ask for. */
const MOST_ASKED = 200;
/** Subjects whose last change is remembered; beyond that, whoever comes back is told that anything may have changed. */
const MOST_KEPT = 20_000;

/** Something changed of a subject; what it is now, the other questions answer. */
export interface LiveEvent {
  readonly subject: string;
  /** The id of the last message that is in it. */
  readonly position: number;
}

/**
 * The subjects of `?of=`, or undefined for all.
 * @throws ConcheError CONCHE_REQUEST_INVALID
 */
export function subjectsOf(of: string | undefined): readonly string[] | undefined {
  if (of === undefined || of.trim() === "") return undefined;
  const subjects = [...new Set(of.split(",").map((each) => each.trim()))];
  if (subjects.length > MOST_ASKED)
    throw badRequest(`of: ${subjects.length} subjects, at most ${MOST_ASKED}`);
  const unknown = subjects.find((each) => !NAMED.has(each) && !PLACE.test(each));
  if (unknown !== undefined) {
    throw badRequest(
      `of: there is no subject ${unknown.slice(0, 100)}`,
      `there is machine:<site>/<line>/<step>/<machine>, line:<site>/<line>, ${[...NAMED].join(", ")}`,
    );
  }
  return subjects;
}

/**
 * What changes, for those who follow. Each reader has one event per subject waiting at most, the newest: whoever is
 * slow misses steps, never the last one.
 */
export class LiveChanges {
  readonly #readers = new Set<LiveReader>();
  readonly #lastChange = new Map<string, number>();
  /** Where remembering began: what changed before is not known. */
  #since = Number.POSITIVE_INFINITY;
  #position = 0;

  get readers(): number {
    return this.#readers.size;
  }

  /** The id of the last message that readers were told of. */
  get position(): number {
    return this.#position;
  }

  changed({ position, machines }: Changes): void {
    const first = this.#since === Number.POSITIVE_INFINITY;
    // A log that was replaced begins anew.
    if (first || position < this.#position || machines === undefined) this.#forget(position);
    this.#position = position;
    const subjects = machines === undefined ? undefined : subjectsIn(machines);
    for (const subject of subjects ?? []) this.#lastChange.set(subject, position);
    if (this.#lastChange.size > MOST_KEPT) this.#forget(position);
    for (const reader of this.#readers) reader.offer(subjects, position);
  }

  /**
   * @param of subjects, or undefined for all
   * @param after where the reader stood before (Last-Event-ID); undefined for one that is new
   * @param wake called when there is something to take
   */
  follow(of: readonly string[] | undefined, after: number | undefined, wake: () => void): LiveReader {
    const reader = new LiveReader(of, wake, (each) => this.#readers.delete(each));
    this.#readers.add(reader);
    if (after !== undefined && after !== this.#position) {
      const known = after >= this.#since && after <= this.#position;
      const missed = [...this.#lastChange].filter(([, position]) => position > after).map(([each]) => each);
      reader.offer(known ? missed : undefined, this.#position);
    }
    return reader;
  }

  #forget(position: number): void {
    this.#lastChange.clear();
    this.#since = position;
  }
}

/** One reader's part of the changes. */
export class LiveReader {
  readonly #of: ReadonlySet<string> | undefined;
  readonly #wake: () => void;
  readonly #onClose: (reader: LiveReader) => void;
  #waiting = new Map<string, number>();

  constructor(of: readonly string[] | undefined, wake: () => void, onClose: (reader: LiveReader) => void) {
    this.#of = of === undefined ? undefined : new Set(of);
    this.#wake = wake;
    this.#onClose = onClose;
  }

  /** @param subjects what changed; undefined: anything may have */
  offer(subjects: readonly string[] | undefined, position: number): void {
    const changed = subjects ?? [...(this.#of ?? NAMED)];
    for (const subject of changed) {
      if (this.#of === undefined || this.#of.has(subject)) this.#waiting.set(subject, position);
    }
    if (this.#waiting.size > 0) this.#wake();
  }

  /** What is waiting; nothing is, afterwards. */
  take(): LiveEvent[] {
    const events = Array.from(this.#waiting, ([subject, position]) => ({ subject, position }));
    this.#waiting = new Map();
    return events;
  }

  close(): void {
    this.#onClose(this);
  }
}

function subjectsIn(machines: NonNullable<Changes["machines"]>): string[] {
  const subjects = new Set<string>([VIEWS]);
  for (const [machine, types] of machines) {
    subjects.add(`machine:${machine}`);
    subjects.add(`line:${machine.split("/", 2).join("/")}`);
    for (const type of types) subjects.add(SUBJECT_OF[type]);
  }
  return [...subjects];
}
