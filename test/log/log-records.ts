import {
  isUpTopic,
  type MachineKey,
  type MessageType,
  parseUpTopic,
  type UpTopic,
} from "../../src/contract/topic.ts";
import { SequenceTracker } from "../../src/ingest/sequence-tracker.ts";
import type { CommitGroup, IngestTotals, LogRecord, QuarantineRecord } from "../../src/log/message-log.ts";

export const MACHINE = "tunis-01/line-a/s5_tempering/temper-01" as MachineKey;
export const BOOT = "0198c5f2-0000-7000-8000-000000000001";
export const OTHER_BOOT = "0198c5f2-0000-7000-8000-000000000002";
/** 2026-01-11T10:00:00Z */
export const TEN_O_CLOCK = Date.UTC(2026, 0, 11, 10);

/** A topic that must be one of the namespace. */
export function topicOf(machine: string, type: MessageType): UpTopic {
  const parsed = parseUpTopic(`factory/${machine}/${type}`);
  if (!isUpTopic(parsed)) throw new Error(parsed.detail);
  return parsed;
}

/** A record of the log; by default telemetry of one machine, a second per number. */
export function record(
  seq: number | null,
  fields: Partial<LogRecord> & { readonly machine?: string; readonly type?: MessageType } = {},
): LogRecord {
  const { machine = MACHINE, type = "telemetry", ...rest } = fields;
  const tsMs = rest.tsMs ?? TEN_O_CLOCK + (seq ?? 0) * 1000;
  const ts = new Date(tsMs).toISOString();
  const boot = rest.boot === undefined ? BOOT : rest.boot;
  return {
    ts,
    tsMs,
    topic: topicOf(machine, type),
    payload: JSON.stringify({ v: 2, ts, boot, seq, tags: { temp_c: 31.4 } }),
    receivedAt: tsMs + 20,
    qos: type === "telemetry" ? 0 : 1,
    retain: type === "state",
    version: 2,
    seq,
    flags: 0,
    batchId: null,
    ...rest,
    boot: seq === null ? null : boot,
  };
}

/** A quarantined message; by default a payload that isn't JSON, without identity. */
export function quarantined(fields: Partial<QuarantineRecord> = {}): QuarantineRecord {
  return {
    topic: `factory/${MACHINE}/telemetry`,
    payload: Uint8Array.of(0x7b, 0xff, 0x00),
    receivedAt: TEN_O_CLOCK,
    qos: 1,
    retain: false,
    propertiesJson: null,
    reason: "json",
    detail: "not JSON",
    schema: null,
    machine: null,
    boot: null,
    seq: null,
    ...fields,
  };
}

/** Keeps counters and sequences as ingest does, and makes the groups that it would commit. */
export class GroupMaker {
  totals: IngestTotals;
  readonly #trackers = new Map<string, SequenceTracker>();

  constructor(totals: IngestTotals = { received: 0, stored: 0, duplicates: 0, quarantined: 0 }) {
    this.totals = totals;
  }

  /** A group of new messages, quarantined ones, and so many duplicates of the one publisher. */
  group(
    messages: readonly LogRecord[],
    setAside: readonly QuarantineRecord[] = [],
    duplicates = 0,
  ): CommitGroup {
    const touched = new Set<SequenceTracker>();
    for (const message of messages) {
      if (message.boot === null || message.seq === null) continue;
      const tracker = this.tracker(message.topic.machineKey, message.boot);
      tracker.store(message.seq);
      tracker.heard(message.receivedAt, message.tsMs - message.receivedAt);
      touched.add(tracker);
    }
    for (const { machine, boot, seq, reason, receivedAt } of setAside) {
      if (machine === null || boot === null || seq === null) continue;
      const tracker = this.tracker(machine, boot);
      tracker.heard(receivedAt, 0);
      if (reason !== "conflict") tracker.quarantine(seq);
      touched.add(tracker);
    }
    const before = this.totals;
    this.totals = {
      received: before.received + messages.length + setAside.length + duplicates,
      stored: before.stored + messages.length,
      duplicates: before.duplicates + duplicates,
      quarantined: before.quarantined + setAside.length,
    };
    return {
      messages,
      quarantined: setAside,
      sequences: Array.from(touched, (tracker) => tracker.state()),
      totals: this.totals,
    };
  }

  tracker(machine: string, boot: string): SequenceTracker {
    const key = `${machine} ${boot}`;
    let tracker = this.#trackers.get(key);
    if (tracker === undefined) {
      tracker = new SequenceTracker({ machine: machine as MachineKey, boot });
      this.#trackers.set(key, tracker);
    }
    return tracker;
  }
}
