import type { Command } from "../contract/command.ts";
import { type DownTrust, type SignatureVerdict, verifyDown } from "../contract/signature.ts";
import { parseTimestamp } from "../contract/timestamp.ts";

const DISTRUST: Readonly<Record<Exclude<SignatureVerdict, "valid">, string>> = {
  missing: "it has no signature",
  "unknown-key": "it was signed with a key that is not among the trusted ones",
  wrong: "its signature is not one of this text on this topic",
};

/** Commands within their time that are remembered: each is an id of at most 80 characters, and a moment. */
const REMEMBERED = 10_000;

/** Lets receipts and commands through that somebody who is trusted has signed. Pure. */
export class DownGuard {
  readonly #trust: DownTrust;
  readonly #now: () => number;
  /** Ids of commands that were let through, and when they expire. */
  readonly #seen = new Map<string, number>();

  /** @param now milliseconds since 1970 */
  constructor(trust: DownTrust, now: () => number) {
    this.#trust = trust;
    this.#now = now;
  }

  /** Why a text is not to be believed; undefined where it is. */
  distrust(topic: string, text: string): string | undefined {
    const verdict = verifyDown(topic, text, this.#trust);
    return verdict === "valid" ? undefined : DISTRUST[verdict];
  }

  /**
   * Why a signed command must not be carried out; undefined where it may. A signature says who gave it, and not that it
   * was given just now: whoever listens can send it again, so each one counts once, and only until it expires. An old
   * receipt needs no such rule: what it says was true, and says less than the newest.
   */
  refusal({ command_id, expires_at }: Command): string | undefined {
    if (expires_at === undefined) return "it has no expires_at, so it could be sent again for ever";
    const expiresMs = parseTimestamp(expires_at);
    const now = this.#now();
    if (expiresMs === null || expiresMs <= now) return `it expired at ${expires_at}`;
    if (this.#seen.has(command_id)) return `${command_id} came before`;
    if (this.#seen.size >= REMEMBERED) {
      for (const [id, until] of this.#seen) if (until <= now) this.#seen.delete(id);
      if (this.#seen.size >= REMEMBERED)
        return `there are ${REMEMBERED} commands already that have not expired`;
    }
    this.#seen.set(command_id, expiresMs);
    return undefined;
  }
}
