import { type MachineAddress, type MachineKey, type MessageType, machineKeyOf } from "../contract/topic.ts";
import { ConcheError } from "../errors/conche-error.ts";
import type { EdgeMachine } from "./edge-machine.ts";
import type { PublishOutcome } from "./machine-connection.ts";
import type { Body } from "./publishing-machine.ts";

/** A message that falls due at a time of the source's own clock. */
export interface DueMessage {
  readonly machine: MachineAddress;
  readonly type: MessageType;
  readonly payload: Body;
}

/** Where the messages come from: a simulated line, a recording. */
export interface MessageSource {
  /** What was said up to `untilMs` (milliseconds since 1970) and not returned before, in time order. */
  advance(untilMs: number): readonly DueMessage[];
}

/** A machine that a player lets speak. */
export interface PlayedMachine {
  /** Never rejects. */
  publish(type: MessageType, body: Body): Promise<PublishOutcome>;
}

/** A machine that speaks through its outbox: for the player, a message is sent when it is there. */
export function throughOutbox(machine: EdgeMachine): PlayedMachine {
  return {
    publish: async (type, body) => {
      try {
        await machine.publish(type, body as never); // checked against the contract there
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
}

/** What a player is made of. */
export interface PlayerParts {
  readonly source: MessageSource;
  readonly machines: ReadonlyMap<MachineKey, PlayedMachine>;
  /** The source's clock at the start, milliseconds since 1970. */
  readonly startMs: number;
  /** Source seconds per real second. */
  readonly speed: number;
  /** Real time that passes monotonically, milliseconds. */
  readonly elapsedMs: () => number;
  /** Called for each message that a broker refuses. */
  readonly onRefused: (error: ConcheError) => void;
}

/** How often due messages are published, milliseconds of real time: a machine's 1 Hz telemetry stays even. */
const TICK_MS = 50;
/** Most source time taken at once, milliseconds, so that a fast player asks for moderate portions. */
const PORTION_MS = 60_000;
/** Messages without an answer at which the player waits; then source time falls behind real time. */
const MOST_UNANSWERED = 2_000;

/** Publishes what a source says, when it is due. */
export class Player {
  readonly #parts: PlayerParts;
  #published = 0;
  #refused = 0;
  #unanswered = 0;
  #onAnswer: (() => void) | undefined;
  /** Real time that was spent waiting for answers and so doesn't count as source time. */
  #heldMs = 0;

  constructor(parts: PlayerParts) {
    this.#parts = parts;
  }

  get counts(): PlayerCounts {
    return { published: this.#published, refused: this.#refused };
  }

  /** Plays until the signal is aborted. Answers may still be owed then: {@link answered}. */
  async play(signal: AbortSignal): Promise<void> {
    const { source, startMs, speed, elapsedMs } = this.#parts;
    let playedMs = 0;
    while (!signal.aborted) {
      const dueMs = (elapsedMs() - this.#heldMs) * speed;
      while (playedMs < dueMs && !signal.aborted) {
        playedMs = Math.min(dueMs, playedMs + PORTION_MS);
        for (const message of source.advance(startMs + playedMs)) this.#publish(message);
        await this.#answersBelow(MOST_UNANSWERED);
      }
      await pause(TICK_MS, signal);
    }
  }

  /** Resolves when every published message has been answered. */
  async answered(): Promise<void> {
    await this.#answersBelow(1);
  }

  #publish({ machine, type, payload }: DueMessage): void {
    const publisher = this.#parts.machines.get(machineKeyOf(machine));
    if (publisher === undefined) return;
    this.#unanswered++;
    void publisher.publish(type, payload).then((outcome) => {
      this.#unanswered--;
      this.#published++;
      if (outcome.kind === "refused") {
        this.#refused++;
        this.#parts.onRefused(outcome.error);
      }
      this.#onAnswer?.();
    });
  }

  async #answersBelow(count: number): Promise<void> {
    if (this.#unanswered < count) return;
    const since = this.#parts.elapsedMs();
    await new Promise<void>((resolve) => {
      this.#onAnswer = () => {
        if (this.#unanswered < count) resolve();
      };
    });
    this.#onAnswer = undefined;
    this.#heldMs += this.#parts.elapsedMs() - since;
  }
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
