import type { Publisher } from "../contract/identity.ts";
import type { MachineKey } from "../contract/topic.ts";
import type { LogRecord, MessageLog, QuarantineRecord, SequencedPayload } from "../log/message-log.ts";
import type { QuarantineReason } from "../log/quarantine-reason.ts";
import type { DeliveredMessage } from "../mqtt/delivery.ts";
import { type Decoded, type PlacedIdentity, quarantineRecord } from "./decode.ts";
import type { GapBudget } from "./gap-budget.ts";
import { SequenceTracker } from "./sequence-tracker.ts";
import { TrackerTable } from "./tracker-table.ts";

/** Publishers whose sequence is kept in memory; the others are read back from the log when they speak again. */
const TRACKERS_KEPT = 10_000;

type DecodedMessage = Extract<Decoded, { kind: "message" }>;

const TOO_MANY_GAPS = "too many separate gaps, of the publisher alone or of all together";

const NONE: ReadonlySet<Decoded> = new Set();

/** A message whose number was seen before: only a comparison of bytes tells a duplicate from a conflict. */
interface Suspect {
  readonly tracker: SequenceTracker;
  readonly seq: number;
  readonly message: DeliveredMessage;
  readonly receivedAt: number;
  readonly schema: string | null;
}

/**
 * Tells new messages from duplicates and conflicts. Sequences advance here, before the commit: a group that can't
 * be committed is committed again unchanged, or the process ends and the next one starts from what is on disk.
 */
export class Classifier {
  readonly #log: MessageLog;
  readonly #trackers = new TrackerTable();
  /** Of the prepared group, what the log has as its topic's newest retained message. */
  #replayed: ReadonlySet<Decoded> = NONE;

  readonly #gaps: GapBudget;

  constructor(log: MessageLog, gaps: GapBudget) {
    this.#log = log;
    this.#gaps = gaps;
  }

  /** Entries of what is kept in memory, by name. */
  get kept(): Readonly<Record<string, number>> {
    return { sequences: this.#trackers.size, shared_gaps: this.#gaps.used };
  }

  /**
   * Reads from the log what classified the group needs. Changes nothing that repeating it would change again.
   * @param messages what was decoded, at the same places
   */
  async prepare(messages: readonly DeliveredMessage[], group: readonly Decoded[]): Promise<void> {
    await this.#loadSequences(group);
    await this.#findReplays(messages, group);
  }

  async #loadSequences(group: readonly Decoded[]): Promise<void> {
    const unknown = new Map<string, Publisher>();
    for (const decoded of group) {
      const machine = machineOf(decoded);
      const boot = bootOf(decoded);
      if (machine === undefined || boot === null || this.#trackers.get(machine, boot) !== undefined) continue;
      unknown.set(`${machine} ${boot}`, { machine, boot });
    }
    if (unknown.size === 0) return;
    for (const saved of await this.#log.loadSequences([...unknown.values()])) {
      const publisher = { machine: saved.machine, boot: saved.boot };
      this.#trackers.add(new SequenceTracker(publisher, saved, this.#gaps));
    }
    for (const publisher of unknown.values()) {
      if (this.#trackers.get(publisher.machine, publisher.boot) === undefined) {
        this.#trackers.add(new SequenceTracker(publisher, undefined, this.#gaps));
      }
    }
  }

  /**
   * Which messages repeat what the log has retained. Asked there and not kept here: what machines retain is bounded by
   * nothing but the disk, and a broker repeats it only after a subscription.
   */
  async #findReplays(messages: readonly DeliveredMessage[], group: readonly Decoded[]): Promise<void> {
    this.#replayed = NONE;
    const suspects = group.filter(
      (decoded, index): decoded is DecodedMessage =>
        decoded.kind === "message" && decoded.record.boot === null && messages[index]?.mayBeReplay === true,
    );
    if (suspects.length === 0) return;
    const retained = await this.#log.isRetained(
      suspects.map(({ record }) => ({ topic: record.topic.topic, payload: record.payload })),
    );
    this.#replayed = new Set(suspects.filter((_suspect, index) => retained[index]));
  }

  /**
   * Sorts a prepared group, in its order; once only, because sequences advance.
   * @param messages what was decoded, at the same places
   */
  classify(messages: readonly DeliveredMessage[], group: readonly Decoded[]): ClassifiedGroup {
    const classified = new ClassifiedGroup();
    for (let index = 0; index < group.length; index++) {
      // The index is below the length of both.
      const decoded = group[index] as Decoded;
      const message = messages[index] as DeliveredMessage;
      if (decoded.kind === "quarantine") this.#takeRefused(message, decoded, classified);
      else this.#takeMessage(message, decoded, classified);
    }
    return classified;
  }

  /**
   * Decides about the messages whose number was seen before, by comparing each with what is kept under its number:
   * in this group, in the log, in quarantine. Reads everything before it changes anything, so it can be repeated
   * when the log can't be read.
   */
  async resolve(classified: ClassifiedGroup): Promise<void> {
    if (classified.suspects.length === 0) return;
    const known = classified.indexByNumber();
    for (const [tracker, suspects] of Map.groupBy(classified.suspects, (suspect) => suspect.tracker)) {
      const numbers = [...new Set(suspects.map((suspect) => suspect.seq))];
      const kept = await this.#log.loadSequenced(tracker.publisher, numbers);
      for (const entry of kept) addTo(known, numberKey(tracker.publisher, entry.seq), entry);
    }
    for (const suspect of classified.suspects.splice(0)) {
      const key = numberKey(suspect.tracker.publisher, suspect.seq);
      if (known.get(key)?.some((entry) => sameMessage(entry, suspect.message))) {
        suspect.tracker.duplicate();
        classified.duplicates++;
        continue;
      }
      classified.quarantined.push(
        setAside(suspect, "conflict", `number ${suspect.seq} was used before with other bytes`),
      );
      addTo(known, key, { seq: suspect.seq, topic: suspect.message.topic, payload: suspect.message.payload });
    }
  }

  #takeMessage(message: DeliveredMessage, decoded: DecodedMessage, classified: ClassifiedGroup): void {
    const { record, clockSkewMs } = decoded;
    const { boot, seq } = record;
    if (boot === null || seq === null) {
      if (message.mayBeReplay && this.#repeatsRetained(decoded, classified)) {
        classified.duplicates++;
        return;
      }
      classified.messages.push(record);
    } else {
      const tracker = this.#tracker(record.topic.machineKey, boot);
      classified.touched.add(tracker);
      tracker.heard(record.receivedAt, clockSkewMs);
      const verdict = tracker.verdict(seq);
      if (verdict === "seen" || verdict === "untrackable") {
        const suspect = {
          message,
          tracker,
          seq,
          receivedAt: record.receivedAt,
          schema: `${record.topic.type}/${record.version}`,
        };
        if (verdict === "seen") classified.suspects.push(suspect);
        else classified.quarantined.push(setAside(suspect, "sequence", TOO_MANY_GAPS));
        return;
      }
      tracker.store(seq);
      classified.messages.push(record);
    }
    if (record.retain) classified.retained.set(record.topic.topic, record.payload);
  }

  /** Of what the group itself brought before, the last counts; else what the log has. */
  #repeatsRetained(decoded: DecodedMessage, classified: ClassifiedGroup): boolean {
    const { topic, payload } = decoded.record;
    const before = classified.retained.get(topic.topic);
    return before === undefined ? this.#replayed.has(decoded) : before === payload;
  }

  #takeRefused(
    message: DeliveredMessage,
    decoded: Extract<Decoded, { kind: "quarantine" }>,
    classified: ClassifiedGroup,
  ): void {
    const { publisher, record } = decoded;
    if (publisher !== undefined) {
      const tracker = this.#tracker(publisher.machine, publisher.boot);
      classified.touched.add(tracker);
      tracker.heard(record.receivedAt, 0);
      const verdict = tracker.verdict(publisher.seq);
      if (verdict === "seen") {
        const { receivedAt, schema } = record;
        classified.suspects.push({ tracker, seq: publisher.seq, message, receivedAt, schema });
        return;
      }
      if (verdict !== "untrackable") tracker.quarantine(publisher.seq);
    }
    classified.quarantined.push(record);
  }

  #tracker(machine: MachineKey, boot: string): SequenceTracker {
    const tracker = this.#trackers.get(machine, boot);
    if (tracker !== undefined) return tracker;
    throw new RangeError(`the sequence of ${machine} ${boot} was not loaded`);
  }

  /** Drops the sequences known longest that the last group didn't touch; between groups, when all are on disk. */
  forgetIdle(touched: ReadonlySet<SequenceTracker>): void {
    this.#trackers.shrink(TRACKERS_KEPT, touched);
  }
}

/** What a group amounts to: what goes into the log, what into quarantine, whose sequences moved. */
export class ClassifiedGroup {
  readonly messages: LogRecord[] = [];
  readonly quarantined: QuarantineRecord[] = [];
  duplicates = 0;
  readonly touched = new Set<SequenceTracker>();
  /** The last retained payload of each topic of the group. */
  readonly retained = new Map<string, string>();
  /** Not decided yet. */
  readonly suspects: Suspect[] = [];

  /** What this group itself has taken so far, by publisher and number. */
  indexByNumber(): Map<string, SequencedPayload[]> {
    const index = new Map<string, SequencedPayload[]>();
    for (const { topic, boot, seq, payload } of this.messages) {
      if (boot === null || seq === null) continue;
      const entry = { seq, topic: topic.topic, payload: Buffer.from(payload, "utf8") };
      addTo(index, numberKey({ machine: topic.machineKey, boot }, seq), entry);
    }
    for (const { machine, boot, seq, topic, payload } of this.quarantined) {
      if (machine === null || boot === null || seq === null) continue;
      addTo(index, `${machine} ${boot} ${seq}`, { seq, topic, payload });
    }
    return index;
  }
}

/** The machine whose sequence the message may belong to. */
function machineOf(decoded: Decoded): MachineKey | undefined {
  return decoded.kind === "quarantine" ? decoded.publisher?.machine : decoded.record.topic.machineKey;
}

/** The boot whose sequence the message belongs to, or null. */
function bootOf(decoded: Decoded): string | null {
  return decoded.kind === "quarantine" ? (decoded.publisher?.boot ?? null) : decoded.record.boot;
}

function numberKey(publisher: Publisher, seq: number): string {
  return `${publisher.machine} ${publisher.boot} ${seq}`;
}

function addTo<Value>(index: Map<string, Value[]>, key: string, value: Value): void {
  const list = index.get(key);
  if (list === undefined) index.set(key, [value]);
  else list.push(value);
}

function sameMessage(kept: SequencedPayload, message: DeliveredMessage): boolean {
  return kept.topic === message.topic && Buffer.compare(kept.payload, message.payload) === 0;
}

function setAside(suspect: Suspect, reason: QuarantineReason, detail: string): QuarantineRecord {
  const { publisher } = suspect.tracker;
  const placed: PlacedIdentity = { machine: publisher.machine, boot: publisher.boot, seq: suspect.seq };
  return quarantineRecord(
    suspect.message,
    suspect.receivedAt,
    { reason, detail, schema: suspect.schema },
    placed,
  );
}
