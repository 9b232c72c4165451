import { randomUUID } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Publisher } from "../../src/contract/identity.ts";
import type { ConcheError } from "../../src/errors/conche-error.ts";
import type { LogPosition } from "../../src/log/log-position.ts";
import {
  COMPARED_PER_NUMBER,
  type CommitGroup,
  type IngestTotals,
  type LogRecord,
  type QuarantineRecord,
  RECENT_MS,
  type RetainedMessage,
  type SequencedPayload,
} from "../../src/log/message-log.ts";
import { NO_QUARANTINE_LIMIT, type QuarantineRoom } from "../../src/log/quarantine-room.ts";
import type { ReplayLog, ReplayMark } from "../../src/log/replay-log.ts";
import type { SequenceState } from "../../src/log/sequence-state.ts";

/** A MessageLog in memory whose commits can be held back or made to fail; for tests of the ingest core. */
export class MemoryMessageLog implements ReplayLog {
  readonly messages: LogRecord[] = [];
  readonly quarantined: QuarantineRecord[] = [];
  readonly groups: CommitGroup[] = [];
  readonly marks: ReplayMark[] = [];
  /** Errors for the next attempts to commit, the first one first. */
  readonly failures: ConcheError[] = [];
  attempts = 0;
  closed = false;
  readonly #id = randomUUID();
  readonly #sequences = new Map<string, SequenceState>();
  #totals: IngestTotals = { received: 0, stored: 0, duplicates: 0, quarantined: 0 };
  #gate: Promise<void> = Promise.resolve();

  /** Holds every commit back until the returned function is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return resolve;
  }

  async commit(group: CommitGroup): Promise<LogPosition> {
    this.attempts++;
    await this.#gate;
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    this.messages.push(...group.messages);
    this.quarantined.push(...group.quarantined);
    this.groups.push(group);
    // What is saved must survive a restart, so it goes through JSON as it would through a database.
    for (const state of group.sequences) {
      this.#sequences.set(`${state.machine} ${state.boot}`, JSON.parse(JSON.stringify(state)));
    }
    this.#totals = group.totals;
    const last = this.messages.at(-1);
    const checksum = last === undefined ? 0 : crc32(last.ts + last.topic.topic + last.payload);
    return { logId: this.#id, id: this.messages.length, checksum };
  }

  async loadSequences(publishers: readonly Publisher[]): Promise<SequenceState[]> {
    return publishers.flatMap(
      (publisher) => this.#sequences.get(`${publisher.machine} ${publisher.boot}`) ?? [],
    );
  }

  async latestSequences(limit: number): Promise<SequenceState[]> {
    const all = [...this.#sequences.values()];
    const newest = Map.groupBy(all, ({ machine }) => machine);
    const lastAt = Math.max(...all.map(({ lastSeenAt }) => lastSeenAt));
    const isNewest = ({ machine, boot }: SequenceState) =>
      (newest.get(machine) ?? []).every((other) => other.boot <= boot);
    return all
      .filter((state) => state.lastSeenAt >= lastAt - RECENT_MS || isNewest(state))
      .sort((a, b) => b.lastSeenAt - a.lastSeenAt)
      .slice(0, limit);
  }

  async commitReplay(group: CommitGroup, marks: readonly ReplayMark[]): Promise<LogPosition> {
    const position = await this.commit(group);
    this.marks.push(...marks);
    return position;
  }

  async loadSequenced(publisher: Publisher, seqs: readonly number[]): Promise<SequencedPayload[]> {
    const setAside = [...new Set(seqs)].flatMap((seq) => {
      const numbered = this.quarantined
        .filter((each) => each.machine === publisher.machine && each.boot === publisher.boot)
        .filter((each) => each.seq === seq)
        .map(({ topic, payload }) => ({ seq, topic, payload }));
      return [...numbered.slice(0, 1), ...numbered.slice(1).slice(1 - COMPARED_PER_NUMBER)];
    });
    return [...(await this.loadStored(publisher, seqs)), ...setAside];
  }

  async loadStored(publisher: Publisher, seqs: readonly number[]): Promise<SequencedPayload[]> {
    return this.messages
      .filter((each) => each.topic.machineKey === publisher.machine && each.boot === publisher.boot)
      .map((each) => ({ seq: each.seq ?? 0, topic: each.topic.topic, payload: Buffer.from(each.payload) }))
      .filter((each) => seqs.includes(each.seq));
  }

  async gapsBeyond(allowance: number): Promise<number> {
    const gaps = [...this.#sequences.values()].map(({ missing }) => Math.max(0, missing.length - allowance));
    return gaps.reduce((sum, count) => sum + count, 0);
  }

  quarantineRoom(): QuarantineRoom {
    return {
      limit: NO_QUARANTINE_LIMIT,
      bytes: 0,
      dropped: 0,
      count: { open: 0, replayed: 0, corrected: 0, dismissed: 0 },
    };
  }

  async totals(): Promise<IngestTotals> {
    return this.#totals;
  }

  retained(): RetainedMessage[] {
    const newest = new Map<string, string>();
    for (const { topic, payload, retain } of this.messages) if (retain) newest.set(topic.topic, payload);
    return Array.from(newest, ([topic, payload]) => ({ topic, payload }));
  }

  async isRetained(messages: readonly RetainedMessage[]): Promise<boolean[]> {
    const newest = new Map(this.retained().map(({ topic, payload }) => [topic, payload]));
    return messages.map(({ topic, payload }) => newest.get(topic) === payload);
  }

  async dismiss(): Promise<number> {
    throw new Error("dismissing is for the database's own tests");
  }

  sequence(machine: string, boot: string): SequenceState | undefined {
    return this.#sequences.get(`${machine} ${boot}`);
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}
