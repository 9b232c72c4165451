import type { Publisher } from "../../src/contract/identity.ts";
import type { LogPosition } from "../../src/log/log-position.ts";
import type {
  CommitGroup,
  IngestTotals,
  MessageLog,
  RetainedMessage,
  SequencedPayload,
} from "../../src/log/message-log.ts";
import type { QuarantineRoom } from "../../src/log/quarantine-room.ts";
import type { SequenceState } from "../../src/log/sequence-state.ts";
import { MemoryMessageLog } from "../log/memory-message-log.ts";

/** Identity of a message as the worlds of these tests write it. */
export function keyOf(machine: string, boot: string, seq: number): string {
  return `${machine} ${boot} ${seq}`;
}

/** The data center's disk: it survives the processes that write it. */
export class CenterDisk {
  readonly log = new MemoryMessageLog();
  /** Every copy of a sequenced message in log and quarantine. */
  readonly copies = new Map<string, string[]>();
  /** The newest saved state of every publisher. */
  readonly sequences = new Map<string, SequenceState>();

  async write(group: CommitGroup): Promise<LogPosition> {
    const position = await this.log.commit(group);
    for (const { topic, boot, seq, payload } of group.messages) {
      this.#note(topic.machineKey, boot, seq, payload);
    }
    for (const { machine, boot, seq, payload } of group.quarantined) {
      this.#note(machine, boot, seq, Buffer.from(payload).toString());
    }
    for (const state of group.sequences) this.sequences.set(`${state.machine} ${state.boot}`, state);
    return position;
  }

  has(machine: string, boot: string, seq: number): boolean {
    return this.copies.has(keyOf(machine, boot, seq));
  }

  #note(machine: string | null, boot: string | null, seq: number | null, payload: string): void {
    if (machine === null || boot === null || seq === null) return;
    const key = keyOf(machine, boot, seq);
    this.copies.set(key, [...(this.copies.get(key) ?? []), payload]);
  }
}

/** The log as one process has it: its writes can be held up, and after kill -9 it hears nothing of them any more. */
export class LogOfProcess implements MessageLog {
  readonly #disk: CenterDisk;
  #gate: Promise<void> = Promise.resolve();
  #release: () => void = () => {};
  #life: "running" | "killed before its write" | "killed after its write" = "running";

  constructor(disk: CenterDisk) {
    this.#disk = disk;
  }

  /** Holds every commit up until {@link release}. */
  hold(): void {
    this.#release();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    this.#release = resolve;
  }

  release(): void {
    this.#release();
  }

  /** kill -9: whether the commit under way still reaches the disk, nobody in the process will know. */
  kill(lands: boolean): void {
    this.#life = lands ? "killed after its write" : "killed before its write";
    this.#release();
  }

  async commit(group: CommitGroup): Promise<LogPosition> {
    // A dead process begins nothing: its next try after a failed commit must not write.
    if (this.#life !== "running") return never();
    await this.#gate;
    if (this.#isKilledBeforeItsWrite()) return never();
    return this.#alive(await this.#disk.write(group));
  }

  /** A question of its own: what was true before the gate need not be true behind it. */
  #isKilledBeforeItsWrite(): boolean {
    return this.#life === "killed before its write";
  }

  async loadSequences(publishers: readonly Publisher[]): Promise<SequenceState[]> {
    return this.#alive(await this.#disk.log.loadSequences(publishers));
  }

  async latestSequences(limit: number): Promise<SequenceState[]> {
    return this.#alive(await this.#disk.log.latestSequences(limit));
  }

  async loadSequenced(publisher: Publisher, seqs: readonly number[]): Promise<SequencedPayload[]> {
    return this.#alive(await this.#disk.log.loadSequenced(publisher, seqs));
  }

  async gapsBeyond(allowance: number): Promise<number> {
    return this.#alive(await this.#disk.log.gapsBeyond(allowance));
  }

  quarantineRoom(): QuarantineRoom {
    return this.#disk.log.quarantineRoom();
  }

  async totals(): Promise<IngestTotals> {
    return this.#alive(await this.#disk.log.totals());
  }

  retained(): RetainedMessage[] {
    return this.#disk.log.retained();
  }

  async isRetained(messages: readonly RetainedMessage[]): Promise<boolean[]> {
    return this.#alive(await this.#disk.log.isRetained(messages));
  }

  async close(): Promise<void> {}

  #alive<Result>(result: Result): Result | Promise<Result> {
    return this.#life === "running" ? result : never();
  }
}

function never(): Promise<never> {
  return new Promise(() => {});
}
