import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConcheError, messageOf, systemCodeOf } from "../../../errors/conche-error.ts";
import type { DeliverySession, SessionLoss, SessionNotes } from "../../../log/delivery-session.ts";

/** Losses that are kept; the oldest of more go. */
const LOSSES_KEPT = 1_000;

interface Noted {
  /** One for each broker and client id that the outbox was ever filled from. */
  readonly sessions: readonly DeliverySession[];
  /** Oldest first. */
  readonly losses: readonly SessionLoss[];
}

/**
 * What an outbox's owner keeps about its session at the machines' broker, in a file beside the database.
 *
 * WHY no table: it is written when a connection comes and goes, synchronously, while the database belongs to a thread
 * that commits messages.
 */
export class LocalSession implements SessionNotes {
  /** Of an outbox, what was committed last may be its owner's own: the last sign of life is what was noted. */
  readonly lastCommitAt = 0;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws ConcheError CONCHE_OUTBOX_IO over a file that can't be read or that nobody of us has written */
  session(broker: string, clientId: string): DeliverySession | undefined {
    return readNoted(this.#folder).sessions.find((known) => isOf(known, broker, clientId));
  }

  keepSession(session: DeliverySession): void {
    const { sessions, losses } = readNoted(this.#folder);
    const others = sessions.filter((known) => !isOf(known, session.broker, session.clientId));
    this.#write({ sessions: [...others, session], losses });
  }

  noteSessionLoss(loss: SessionLoss): void {
    const { sessions, losses } = readNoted(this.#folder);
    this.#write({ sessions, losses: [...losses, loss].slice(-LOSSES_KEPT) });
  }

  #write(noted: Noted): void {
    const path = fileIn(this.#folder);
    writeFileSync(`${path}.new`, `${JSON.stringify(noted, null, 2)}\n`);
    renameSync(`${path}.new`, path);
  }
}

/**
 * Every time that the machines' broker had lost the session of an outbox's owner, oldest first.
 * @throws ConcheError CONCHE_OUTBOX_IO
 */
export function localSessionLosses(folder: string): readonly SessionLoss[] {
  return readNoted(folder).losses;
}

function readNoted(folder: string): Noted {
  const path = fileIn(folder);
  try {
    const { sessions, losses } = JSON.parse(readFileSync(path, "utf8"));
    if (Array.isArray(sessions) && Array.isArray(losses)) return { sessions, losses };
    throw new TypeError("it has no list of sessions and losses");
  } catch (cause) {
    if (systemCodeOf(cause) === "ENOENT") return { sessions: [], losses: [] };
    throw new ConcheError("CONCHE_OUTBOX_IO", {
      message: `${path}: ${messageOf(cause)}`,
      hint: "move the file away: messages are not touched, and losses before now are no longer listed",
      cause,
    });
  }
}

const fileIn = (folder: string) => join(folder, "local-session.json");

function isOf(session: DeliverySession, broker: string, clientId: string): boolean {
  return session.broker === broker && session.clientId === clientId;
}
