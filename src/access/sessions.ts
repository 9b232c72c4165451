import type { ProvidedPerson } from "./provided-person.ts";

/** How long a session lasts, and how many there may be. */
export interface SessionLimits {
  /** Without a request for so long it ends, milliseconds. */
  readonly idleMs: number;
  /** It ends after so long whatever happens, milliseconds. */
  readonly lengthMs: number;
  /** Of everybody together; one more ends the one that was idle longest. */
  readonly sessions: number;
  /** Of one token, or of one person of the identity provider. */
  readonly ofOneToken: number;
}

/** Whose a session is: the number of a token, or somebody whom the identity provider vouched for. */
export type SessionHolder = number | ProvidedPerson;

/** Somebody who has logged in with a browser. */
export interface Session {
  readonly holder: SessionHolder;
  readonly startedMs: number;
  usedMs: number;
  /** With which the identity provider is asked to end its own session. In memory alone: it is a proof of who somebody is. */
  readonly idToken?: string | undefined;
}

/** What an identity provider said counts for so long at most, milliseconds: what has changed since isn't heard of. */
export const PROVIDED_LASTS_MS = 12 * 3_600_000;

/** PORT. Where sessions outlive the process. What it has opens none: keys are hashes of what cookies hold. */
export interface KeptSessions {
  /** Those of the last run, in the order of their last use. */
  all(): Iterable<readonly [key: string, session: Session]>;
  started(key: string, session: Session): void;
  /** To the minute. */
  used(key: string, nowMs: number): void;
  /** @throws ConcheError where it would come back with the next start */
  ended(key: string): void;
}

/**
 * Who is logged in, by the hash of what their cookie holds. Each takes the same small room, and there is a bound on how
 * many there are. Where they are kept, a restart ends none.
 */
export class Sessions {
  readonly #limits: SessionLimits;
  /** In the order of their last use. */
  readonly #sessions: Map<string, Session>;
  readonly #kept: KeptSessions | undefined;

  constructor(limits: SessionLimits, kept?: KeptSessions) {
    this.#limits = limits;
    this.#kept = kept;
    this.#sessions = new Map(kept?.all());
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** When a session that was used now ends at the latest. */
  endsMs({ startedMs, holder }: Session): number {
    const { lengthMs } = this.#limits;
    return startedMs + (typeof holder === "number" ? lengthMs : Math.min(lengthMs, PROVIDED_LASTS_MS));
  }

  start(key: string, holder: SessionHolder, nowMs: number, idToken?: string): Session {
    this.#expire(nowMs);
    const own = [...this.#sessions].filter(([, session]) => isSame(session.holder, holder));
    const [ownOldest] = own;
    if (ownOldest !== undefined && own.length >= this.#limits.ofOneToken) this.forget(ownOldest[0]);
    const [oldest] = this.#sessions.keys();
    if (oldest !== undefined && this.#sessions.size >= this.#limits.sessions) this.forget(oldest);
    const session = {
      ...{ holder, startedMs: nowMs, usedMs: nowMs },
      ...(idToken === undefined ? {} : { idToken }),
    };
    this.#sessions.set(key, session);
    this.#kept?.started(key, session);
    return session;
  }

  /** A session that counts, without using it. */
  peek(key: string, nowMs: number): Session | undefined {
    const session = this.#sessions.get(key);
    if (session === undefined) return undefined;
    if (!this.#isOver(session, nowMs)) return session;
    this.forget(key);
    return undefined;
  }

  /** A session that counts; it is used, and idle anew from now on. */
  use(key: string, nowMs: number): Session | undefined {
    const session = this.peek(key, nowMs);
    if (session === undefined) return undefined;
    session.usedMs = nowMs;
    this.#sessions.delete(key);
    this.#sessions.set(key, session);
    this.#kept?.used(key, nowMs);
    return session;
  }

  /** @throws ConcheError where it is over now, and would come back with the next start */
  end(key: string): void {
    if (this.#sessions.delete(key)) this.#kept?.ended(key);
  }

  /** Ends one that counts no longer by itself: whether that is noted or not, it opens nothing. */
  forget(key: string): void {
    try {
      this.end(key);
    } catch {
      // Its time or its token ends it again after the next start.
    }
  }

  #expire(nowMs: number): void {
    for (const [key, session] of this.#sessions) if (this.#isOver(session, nowMs)) this.forget(key);
  }

  #isOver(session: Session, nowMs: number): boolean {
    return nowMs - session.usedMs >= this.#limits.idleMs || nowMs >= this.endsMs(session);
  }
}

function isSame(one: SessionHolder, other: SessionHolder): boolean {
  if (typeof one === "number" || typeof other === "number") return one === other;
  return one.under === other.under && one.subject === other.subject;
}
