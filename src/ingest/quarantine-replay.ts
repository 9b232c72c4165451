import type { Publisher } from "../contract/identity.ts";
import { MESSAGE_FLAG } from "../contract/policy.ts";
import type { MachineKey } from "../contract/topic.ts";
import type { CommitGroup, LogRecord } from "../log/message-log.ts";
import type { QuarantinedMessage } from "../log/quarantine-reading.ts";
import { holdsPlace } from "../log/quarantine-reason.ts";
import type { ReplayLog, ReplayMark, WhoAndWhy } from "../log/replay-log.ts";
import type { DeliveredMessage, DeliveredProperties } from "../mqtt/delivery.ts";
import { Decoder, type PlausibilityFlags } from "./decode.ts";
import { SequenceTracker } from "./sequence-tracker.ts";

/** What putting one quarantined message through again came to. */
export interface ReplayOutcome {
  readonly id: number;
  readonly kind: "stored" | "duplicate" | "refused";
  /** Why it is refused still; empty otherwise. */
  readonly detail: string;
}

/** What is put in the place of a quarantined message. */
export interface CorrectedCopy {
  readonly payload: Uint8Array;
  /** Where it should have been published; where it was, unless given. */
  readonly topic?: string | undefined;
}

/** A message that the contract takes now, before its number has been looked at. */
interface Candidate {
  readonly quarantined: QuarantinedMessage;
  readonly record: LogRecord;
}

/**
 * Puts quarantined messages through decoding again, after a schema or the plant was corrected. Each call is one
 * transaction: a message leaves quarantine and enters the log together, or neither.
 */
export class QuarantineReplay {
  readonly #log: ReplayLog;
  readonly #decoder: Decoder;
  readonly #committed: (group: CommitGroup) => void;
  readonly #trackers = new Map<string, SequenceTracker>();

  /** @param committed is told of what was written, once it is on disk */
  constructor(
    log: ReplayLog,
    knowsMachine: (machine: MachineKey) => boolean,
    plausibility?: PlausibilityFlags,
    committed: (group: CommitGroup) => void = () => {},
  ) {
    this.#committed = committed;
    this.#log = log;
    this.#decoder = new Decoder(knowsMachine, plausibility);
  }

  /**
   * Puts a corrected copy of a message through; the original stays in quarantine, with who corrected it and why.
   * A copy keeps the number of its original, where that has one: it is the same message.
   */
  async correct(
    original: QuarantinedMessage,
    copy: CorrectedCopy,
    correction: WhoAndWhy,
  ): Promise<ReplayOutcome> {
    const corrected = { ...original, topic: copy.topic ?? original.topic, payload: copy.payload };
    const { id, machine, boot, seq } = original;
    const decoded = this.#decoder.decode(asDelivered(corrected), original.receivedAt);
    if (decoded.kind === "message" && machine !== null) {
      const { record } = decoded;
      if (record.topic.machineKey !== machine || record.boot !== boot || record.seq !== seq) {
        const detail = `identity: it is number ${seq} of ${machine}, boot ${boot}, and has to stay that`;
        return { id, kind: "refused", detail };
      }
    }
    const [outcome] = await this.replay([corrected], correction);
    return outcome ?? { id, kind: "refused", detail: "nothing came of it" };
  }

  /**
   * @param messages open ones; their order is the order in which they enter the log
   * @param correction where they aren't what was received
   */
  async replay(messages: readonly QuarantinedMessage[], correction?: WhoAndWhy): Promise<ReplayOutcome[]> {
    const outcomes: ReplayOutcome[] = [];
    const records: LogRecord[] = [];
    const marks: ReplayMark[] = [];
    const touched = new Set<SequenceTracker>();
    for (const quarantined of messages) {
      const { id } = quarantined;
      const decoded = this.#decoder.decode(asDelivered(quarantined), quarantined.receivedAt);
      if (decoded.kind === "quarantine") {
        outcomes.push({ id, kind: "refused", detail: `${decoded.record.reason}: ${decoded.record.detail}` });
        continue;
      }
      const outcome = await this.#place({ quarantined, record: decoded.record }, records, touched);
      outcomes.push(outcome);
      if (outcome.kind === "refused") continue;
      const stored = outcome.kind === "stored";
      const flags = decoded.record.flags | (correction === undefined ? 0 : MESSAGE_FLAG.CORRECTED);
      if (stored) records.push({ ...decoded.record, flags });
      const done = correction === undefined ? "replayed" : "corrected";
      const note = stored ? done : "a duplicate of a stored message";
      marks.push({ quarantineId: id, messageIndex: stored ? records.length - 1 : null, note, correction });
    }
    if (marks.length > 0) await this.#commit(records, marks, touched);
    return outcomes;
  }

  /** Finds out whether the number is free, held by this very message in quarantine, or taken by another one. */
  async #place(
    candidate: Candidate,
    group: readonly LogRecord[],
    touched: Set<SequenceTracker>,
  ): Promise<ReplayOutcome> {
    const { record, quarantined } = candidate;
    const { id } = quarantined;
    if (record.boot === null || record.seq === null) return { id, kind: "stored", detail: "" };
    const { boot, seq } = record;
    const publisher: Publisher = { machine: record.topic.machineKey, boot };
    const tracker = await this.#tracker(publisher);
    touched.add(tracker);
    const verdict = tracker.verdict(seq);
    if (verdict === "untrackable")
      return { id, kind: "refused", detail: "sequence: the publisher has too many separate gaps" };
    if (verdict !== "seen") {
      tracker.store(seq);
      return { id, kind: "stored", detail: "" };
    }
    const inGroup = group.filter(
      (each) => each.topic.machineKey === publisher.machine && each.boot === boot && each.seq === seq,
    );
    const stored = [...inGroup.map(({ payload }) => payload), ...(await this.#storedUnder(publisher, seq))];
    if (stored.includes(record.payload)) {
      // The number is in the log already; a place that quarantine held for it was never counted twice.
      tracker.duplicate();
      return { id, kind: "duplicate", detail: "" };
    }
    // Taken by a stored message, or by another one in quarantine.
    if (stored.length > 0 || !holdsPlace(quarantined)) {
      return { id, kind: "refused", detail: `conflict: number ${seq} is another message's` };
    }
    tracker.release(seq);
    return { id, kind: "stored", detail: "" };
  }

  async #storedUnder(publisher: Publisher, seq: number): Promise<string[]> {
    const kept = await this.#log.loadStored(publisher, [seq]);
    return kept.map(({ payload }) => Buffer.from(payload).toString());
  }

  async #tracker(publisher: Publisher): Promise<SequenceTracker> {
    const key = `${publisher.machine} ${publisher.boot}`;
    const known = this.#trackers.get(key);
    if (known !== undefined) return known;
    const [saved] = await this.#log.loadSequences([publisher]);
    const tracker = new SequenceTracker(publisher, saved);
    this.#trackers.set(key, tracker);
    return tracker;
  }

  async #commit(
    messages: LogRecord[],
    marks: ReplayMark[],
    touched: ReadonlySet<SequenceTracker>,
  ): Promise<void> {
    const { received, stored, duplicates, quarantined } = await this.#log.totals();
    const totals = {
      received,
      stored: stored + messages.length,
      duplicates: duplicates + marks.length - messages.length,
      quarantined: quarantined - marks.length,
    };
    const sequences = Array.from(touched, (tracker) => tracker.state());
    const group = { messages, quarantined: [], sequences, totals };
    await this.#log.commitReplay(group, marks);
    this.#committed(group);
  }
}

/** The message as it was delivered. */
function asDelivered({ topic, payload, qos, retain, propertiesJson }: QuarantinedMessage): DeliveredMessage {
  const properties: DeliveredProperties | undefined =
    propertiesJson === null ? undefined : JSON.parse(propertiesJson);
  // Whether the retain flag was visible is not kept; a flag that was set certainly was.
  return { topic, payload, qos, retain, retainVisible: retain, mayBeReplay: false, properties };
}
