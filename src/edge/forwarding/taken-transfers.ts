import type { ConcheError } from "../../errors/conche-error.ts";
import { REMEMBERED_TRANSFERS, type Transfer } from "../outbox.ts";
import type { Settle } from "./local-message.ts";

/** A transfer that was taken over, or is about to be. */
export interface TakenTransfer {
  readonly transfer: Transfer;
  /** It is on disk. */
  done: boolean;
  /** Repetitions that came before it was. */
  readonly waiting: Settle[];
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
  readonly #taken = new Map<string, TakenTransfer>();

  /** @param remembered what an earlier process has taken over, oldest first */
  constructor(remembered: readonly Transfer[]) {
    for (const transfer of remembered)
      this.#taken.set(keyOf(transfer), { transfer, done: true, waiting: [] });
  }

  /** The same transfer, where this is a repetition of it. */
  repeated(transfer: Transfer): TakenTransfer | undefined {
    const known = this.#taken.get(keyOf(transfer));
    return known?.transfer.digest === transfer.digest ? known : undefined;
  }

  /** A transfer that is not a repetition begins. */
  begin(transfer: Transfer): TakenTransfer {
    const taken: TakenTransfer = { transfer, done: false, waiting: [] };
    const key = keyOf(transfer);
    // Deleted first, so that the order of the map is that of the last use.
    this.#taken.delete(key);
    this.#taken.set(key, taken);
    if (this.#taken.size > REMEMBERED_TRANSFERS) {
      const [oldest] = this.#taken.keys();
      if (oldest !== undefined) this.#taken.delete(oldest);
    }
    return taken;
  }

  /** It is on disk, or with an error it isn't; its repetitions learn the same. */
  settle(taken: TakenTransfer, error: ConcheError | undefined): void {
    taken.done = error === undefined;
    if (error !== undefined && this.#taken.get(keyOf(taken.transfer)) === taken) {
      this.#taken.delete(keyOf(taken.transfer));
    }
    for (const settle of taken.waiting.splice(0)) settle(error);
  }

  /** The sender's session is gone: what it sends from now on is new. */
  endSender(sender: string): void {
    for (const [key, { transfer }] of this.#taken) if (transfer.sender === sender) this.#taken.delete(key);
  }
}

function keyOf({ sender, packetId }: Transfer): string {
  return `${packetId} ${sender}`;
}
