import { ConcheError } from "../errors/conche-error.ts";
import type { LoginProof } from "./identity-provider.ts";

/** A login that was begun and whose answer the identity provider hasn't given yet. */
export interface PendingLogin {
  /** Hash of what the cookie of the browser holds that began it. */
  readonly browser: string;
  readonly proof: LoginProof;
  /** The page that the person wanted. */
  readonly to: string;
  /** Where it was begun from, as `addressPrefix` gives it. */
  readonly origin: string;
  readonly startedMs: number;
}

/** How long somebody may take at the identity provider, milliseconds. */
export const LOGIN_LASTS_MS = 600_000;
/** Logins that are under way. Each takes less than 2 kB. */
const MOST_PENDING = 1_000;

/**
 * Logins that are under way, by their state. Where there are too many, the oldest goes of the address that has begun the
 * most: who begins them by the thousand throws out their own.
 */
export class PendingLogins {
  /** In the order in which they were begun; `used` ones stay, so that a second answer is told from an unknown one. */
  readonly #pending = new Map<string, PendingLogin & { used: boolean }>();
  readonly #most: number;

  constructor(most = MOST_PENDING) {
    this.#most = most;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Whether a browser has begun one that may still come back: then its cookie is ours. */
  knows(browser: string, nowMs: number): boolean {
    this.#expire(nowMs);
    return [...this.#pending.values()].some((pending) => pending.browser === browser);
  }

  add(pending: PendingLogin): void {
    this.#expire(pending.startedMs);
    if (this.#pending.size >= this.#most) this.#makeRoom();
    this.#pending.set(pending.proof.state, { ...pending, used: false });
  }

  /**
   * The login that an answer belongs to, without using it up.
   * @throws ConcheError CONCHE_OIDC_STATE where this browser has begun none of the kind, or too long ago,
   *   CONCHE_OIDC_REPLAYED where its answer has come before
   */
  find(state: string | null, browser: string | undefined, nowMs: number): PendingLogin {
    this.#expire(nowMs);
    const pending = state === null ? undefined : this.#pending.get(state);
    if (pending === undefined) {
      const message = "no login of that state was begun here within the last ten minutes";
      throw new ConcheError("CONCHE_OIDC_STATE", { message });
    }
    if (pending.browser !== browser) {
      throw new ConcheError("CONCHE_OIDC_STATE", { message: "the login was begun by another browser" });
    }
    if (pending.used) {
      throw new ConcheError("CONCHE_OIDC_REPLAYED", { message: "the answer to this login has come before" });
    }
    return pending;
  }

  /** From now on its answer has come, whatever becomes of it. */
  use({ proof: { state } }: PendingLogin): void {
    const pending = this.#pending.get(state);
    if (pending !== undefined) pending.used = true;
  }

  #expire(nowMs: number): void {
    for (const [state, { startedMs }] of this.#pending) {
      if (nowMs - startedMs < LOGIN_LASTS_MS) return;
      this.#pending.delete(state);
    }
  }

  #makeRoom(): void {
    const counts = new Map<string, number>();
    for (const { origin } of this.#pending.values()) counts.set(origin, (counts.get(origin) ?? 0) + 1);
    const most = Math.max(...counts.values());
    for (const [state, { origin }] of this.#pending) {
      if (counts.get(origin) !== most) continue;
      this.#pending.delete(state);
      return;
    }
  }
}
