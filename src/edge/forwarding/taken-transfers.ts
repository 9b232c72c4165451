import type { ConcheError } from "../../errors/conche-error.ts";
import type { Transfer } from "../outbox.ts";
import { SettledTransfers } from "./settled-transfers.ts";

/** Answers for one message: without an error it is kept and may be acknowledged, with one it must not be. */
export type Answer = (error?: ConcheError) => void;

/** A transfer that was taken over, or is about to be. */
export interface TakenTransfer {
  readonly transfer: Transfer;
  /** It is on disk. */
  done: boolean;
  /** Repetitions that came before it was. */
  readonly waiting: Answer[];
}

/**
 * Messages without a number that were taken over, to be known when they come again. A sender repeats what it has no
 * PUBACK for under the same packet identifier, with the DUP flag: such a message is the same one if nothing else has
 * come under that identifier meanwhile and its bytes are the same. Pure.
 *
 * What can't be told apart: a message that equals the one before it under the same packet identifier byte by byte,
 * and whose first sending was lost on the way.
 */
export class TakenTransfers {
  /** Not on disk yet. */
  readonly #pending = new Map<string, TakenTransfer>();
  readonly #settled = new SettledTransfers();

  /** @param remembered what an earlier process has taken over, oldest first */
  constructor(remembered: readonly Transfer[]) {
    for (const transfer of remembered) this.#settled.add(transfer);
  }

  /** The same transfer, where this is a repetition of it. */
  repeated(transfer: Transfer): TakenTransfer | undefined {
    const pending = this.#pending.get(keyOf(transfer));
    if (pending !== undefined) return pending.transfer.digest === transfer.digest ? pending : undefined;
    return this.#settled.has(transfer) ? { transfer, done: true, waiting: [] } : undefined;
  }

  /** A transfer that is not a repetition begins. */
  begin(transfer: Transfer): TakenTransfer {
    const taken: TakenTransfer = { transfer, done: false, waiting: [] };
    this.#settled.delete(transfer.sender, transfer.packetId);
    this.#pending.set(keyOf(transfer), taken);
    return taken;
  }

  /** It is on disk, or with an error it isn't; its repetitions learn the same. */
  settle(taken: TakenTransfer, error: ConcheError | undefined): void {
    taken.done = error === undefined;
    const key = keyOf(taken.transfer);
    if (this.#pending.get(key) === taken) {
      this.#pending.delete(key);
      if (taken.done) this.#settled.add(taken.transfer);
    }
    for (const settle of taken.waiting.splice(0)) settle(error);
  }

  /** The sender's session is gone: what it sends from now on is new. */
  endSender(sender: string): void {
    for (const [key, { transfer }] of this.#pending)
      if (transfer.sender === sender) this.#pending.delete(key);
    this.#settled.endSender(sender);
  }
}

function keyOf({ sender, packetId }: Transfer): string {
  return `${packetId} ${sender}`;
}
