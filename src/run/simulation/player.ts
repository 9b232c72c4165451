import { CONTENT_TYPE, type Identity, SCHEMA_PROPERTY } from "../../contract/identity.ts";
import {
  type MachineAddress,
  type MachineKey,
  type MessageType,
  machineKeyOf,
} from "../../contract/topic.ts";
import type { EdgeMachine } from "../../edge/edge-machine.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import type { PublishOutcome } from "../../mqtt/machine-connection.ts";
import { type Body, MachineVoice } from "../../simulator/publishing/machine-voice.ts";

/** A message that falls due at a time of the source's own clock. */
export interface DueMessage {
  readonly machine: MachineAddress;
  readonly type: MessageType;
  readonly payload: Body;
  /** The number that it has already; without it, it gets the machine's next one. */
  readonly identity?: Identity;
  /** Messages of the machine before this one that are lost for good: their numbers are left out. */
  readonly lostBefore?: number;
}

/** Where the messages come from: a simulated line, a recording. */
export interface MessageSource {
  /** What was said up to `untilMs` (milliseconds since 1970) and not returned before, in time order. */
  advance(untilMs: number): readonly DueMessage[] | Promise<readonly DueMessage[]>;
}

/** A machine that a player lets speak. */
export interface PlayedMachine {
  /** Never rejects. */
  publish(type: MessageType, body: Body, identity?: Identity): Promise<PublishOutcome>;
  /** Leaves out numbers, as if so many messages had been lost on the way; absent where a machine can't. */
  skip?(count: number): void;
}

/** A machine that speaks through its outbox: for the player, a message is sent when it is there. */
export function throughOutbox(machine: EdgeMachine): PlayedMachine {
  const voice = new MachineVoice(machine.address, undefined);
  const handOver = (type: MessageType, body: Body, identity: Identity | undefined): Promise<Identity> => {
    if (identity === undefined) return machine.publish(type, body as never); // checked against the contract there
    const { payload, schema } = voice.say(type, body, identity);
    const userProperties: Record<string, string> = schema === undefined ? {} : { [SCHEMA_PROPERTY]: schema };
    return machine.publishRaw(type, payload, { identity, contentType: CONTENT_TYPE, userProperties });
  };
  return {
    publish: async (type, body, identity) => {
      try {
        await handOver(type, body, identity);
        return { kind: "sent" };
      } catch (error) {
        if (error instanceof ConcheError) return { kind: "refused", error };
        throw error;
      }
    },
  };
}

/** What the player has done so far. */
export interface PlayerCounts {
  readonly published: number;
  readonly refused: number;
  /** Acknowledged by a broker that nobody was subscribed to: no proof that anybody has stored it. */
  readonly unheard: number;
}

/** What a player is made of. */
export interface PlayerDependencies {
  readonly source: MessageSource;
  readonly machines: ReadonlyMap<MachineKey, PlayedMachine>;
  /** The source's clock at the start, milliseconds since 1970. */
  readonly startMs: number;
  /** Source seconds per real second; `max`: as fast as it is answered. */
  readonly speed: number | "max";
  /** Where the source's time ends, milliseconds since 1970; without it, it doesn't. */
  readonly endMs?: number;
  /** The source's time that can't be passed now, milliseconds since 1970: whoever meets it goes on with it. */
  readonly ceilingMs?: (() => number) | undefined;
  /** Real time that passes monotonically, milliseconds. */
  readonly elapsedMs: () => number;
  /** Called for each message that a broker refuses. */
  readonly onRefused: (error: ConcheError) => void;
  /** Called now and then while source time falls behind what `speed` asks for. */
  readonly onBehind?: (behind: Behind) => void;
}

/** A player that can't keep up: the source is slow, or the broker is. */
export interface Behind {
  /** Source seconds per real second lately. */
  readonly speed: number;
  /** Real time lost in all, milliseconds. */
  readonly lostMs: number;
}

/** How often due messages are published, milliseconds of real time: a machine's 1 Hz telemetry stays even. */
const TICK_MS = 50;
/** Most source time taken at once, milliseconds, so that a fast player asks for moderate portions. */
const PORTION_MS = 60_000;
/** Messages without an answer at which the player waits; then source time falls behind real time. */
const MOST_UNANSWERED = 2_000;
/** Later than this, source time is set back instead of being caught up with, milliseconds of real time. */
const MOST_LATE_MS = 1_000;
/** Falling behind is told at most this often, milliseconds of real time. */
const BEHIND_EVERY_MS = 10_000;

/** Publishes what a source says, when it is due. */
export class Player {
  readonly #dependencies: PlayerDependencies;
  #published = 0;
  #refused = 0;
  #unheard = 0;
  #unanswered = 0;
  #onAnswer: (() => void) | undefined;
  /** Source time that has been published, milliseconds from the start. */
  #playedMs = 0;
  /** Real time that was spent waiting and so doesn't count as source time. */
  #lostMs = 0;
  #told = { atMs: 0, playedMs: 0, lostMs: 0 };
  /** Whether it has met its ceiling. */
  #held = false;

  constructor(dependencies: PlayerDependencies) {
    this.#dependencies = dependencies;
  }

  get counts(): PlayerCounts {
    return { published: this.#published, refused: this.#refused, unheard: this.#unheard };
  }

  /** The source's time up to which everything has been published, milliseconds since 1970. */
  get reachedMs(): number {
    return this.#dependencies.startMs + this.#playedMs;
  }

  /** Plays to the end, or until the signal is aborted. Answers may still be owed then: {@link answered}. */
  async play(signal: AbortSignal): Promise<void> {
    const { source, startMs, endMs = Number.POSITIVE_INFINITY } = this.#dependencies;
    const lengthMs = endMs - startMs;
    while (!signal.aborted && this.#playedMs < lengthMs) {
      const dueMs = Math.min(lengthMs, this.#dueMs());
      while (this.#playedMs < dueMs && !signal.aborted) {
        this.#playedMs = Math.min(dueMs, this.#playedMs + PORTION_MS);
        this.#publishAll(await source.advance(startMs + this.#playedMs));
        await this.#answersBelow(MOST_UNANSWERED);
        // Answers come in, and a signal is heard, however far behind this is.
        await turn();
      }
      this.#giveUpBacklog();
      if (this.#playedMs < lengthMs) await pause(TICK_MS, signal);
    }
  }

  /** Publishes these now, too: a farewell. Counted and answered as all else. */
  say(messages: readonly DueMessage[]): void {
    this.#publishAll(messages);
  }

  /** Resolves when every published message has been answered. */
  async answered(): Promise<void> {
    await this.#answersBelow(1);
  }

  #dueMs(): number {
    const { speed, elapsedMs, startMs, ceilingMs } = this.#dependencies;
    const dueMs = speed === "max" ? Number.POSITIVE_INFINITY : (elapsedMs() - this.#lostMs) * speed;
    const ceiling = ceilingMs === undefined ? Number.POSITIVE_INFINITY : ceilingMs() - startMs;
    this.#held = ceiling < dueMs;
    return Math.min(dueMs, ceiling);
  }

  /** What can't be caught up with is given up: otherwise one long pause would be followed by a flood. */
  #giveUpBacklog(): void {
    const { speed, elapsedMs, onBehind } = this.#dependencies;
    if (speed === "max") return;
    const nowMs = elapsedMs();
    const lateMs = nowMs - this.#lostMs - this.#playedMs / speed;
    if (this.#held) {
      this.#lostMs += Math.max(0, lateMs);
      this.#told = { atMs: nowMs, playedMs: this.#playedMs, lostMs: this.#lostMs };
      return;
    }
    if (lateMs > MOST_LATE_MS) this.#lostMs += lateMs;
    const sinceMs = nowMs - this.#told.atMs;
    if (sinceMs < BEHIND_EVERY_MS) return;
    if (this.#lostMs - this.#told.lostMs > MOST_LATE_MS) {
      onBehind?.({ speed: (this.#playedMs - this.#told.playedMs) / sinceMs, lostMs: this.#lostMs });
    }
    this.#told = { atMs: nowMs, playedMs: this.#playedMs, lostMs: this.#lostMs };
  }

  #publishAll(messages: readonly DueMessage[]): void {
    for (const message of messages) this.#publish(message);
  }

  #publish({ machine, type, payload, identity, lostBefore = 0 }: DueMessage): void {
    const publisher = this.#dependencies.machines.get(machineKeyOf(machine));
    if (publisher === undefined) return;
    if (lostBefore > 0) publisher.skip?.(lostBefore);
    this.#unanswered++;
    void publisher.publish(type, payload, identity).then((outcome) => {
      this.#unanswered--;
      this.#published++;
      if (outcome.kind === "refused") {
        this.#refused++;
        this.#dependencies.onRefused(outcome.error);
      } else if (outcome.kind === "no-subscriber") this.#unheard++;
      this.#onAnswer?.();
    });
  }

  async #answersBelow(count: number): Promise<void> {
    if (this.#unanswered < count) return;
    const since = this.#dependencies.elapsedMs();
    await new Promise<void>((resolve) => {
      this.#onAnswer = () => {
        if (this.#unanswered < count) resolve();
      };
    });
    this.#onAnswer = undefined;
    this.#lostMs += this.#dependencies.elapsedMs() - since;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
