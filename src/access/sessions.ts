/** How long a session lasts, and how many there may be. */
export interface SessionLimits {
  /** Without a request for so long it ends, milliseconds. */
  readonly idleMs: number;
  /** It ends after so long whatever happens, milliseconds. */
  readonly lengthMs: number;
  /** Of everybody together; one more ends the one that was idle longest. */
  readonly sessions: number;
  /** Of one token. */
  readonly ofOneToken: number;
}

/** Somebody who has logged in with a browser. */
export interface Session {
  readonly tokenId: number;
  readonly startedMs: number;
  usedMs: number;
}

/**
 * Who is logged in. Sessions are kept in memory alone, by the hash of what their cookie holds: a restart ends them, and
 * nothing on a disk opens one. Each takes the same small room, and there is a bound on how many there are.
 */
export class Sessions {
  readonly #limits: SessionLimits;
  /** In the order of their last use. */
  readonly #sessions = new Map<string, Session>();

  constructor(limits: SessionLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** When a session that was used now ends at the latest. */
  endsMs({ startedMs }: Session): number {
    return startedMs + this.#limits.lengthMs;
  }

  start(key: string, tokenId: number, nowMs: number): Session {
    this.#expire(nowMs);
    const own = [...this.#sessions].filter(([, session]) => session.tokenId === tokenId);
    const [ownOldest] = own;
    if (ownOldest !== undefined && own.length >= this.#limits.ofOneToken) this.#sessions.delete(ownOldest[0]);
    const [oldest] = this.#sessions.keys();
    if (oldest !== undefined && this.#sessions.size >= this.#limits.sessions) this.#sessions.delete(oldest);
    const session = { tokenId, startedMs: nowMs, usedMs: nowMs };
    this.#sessions.set(key, session);
    return session;
  }

  /** A session that counts, without using it. */
  peek(key: string, nowMs: number): Session | undefined {
    const session = this.#sessions.get(key);
    if (session === undefined) return undefined;
    if (!this.#isOver(session, nowMs)) return session;
    this.#sessions.delete(key);
    return undefined;
  }

  /** A session that counts; it is used, and idle anew from now on. */
  use(key: string, nowMs: number): Session | undefined {
    const session = this.peek(key, nowMs);
    if (session === undefined) return undefined;
    session.usedMs = nowMs;
    this.#sessions.delete(key);
    this.#sessions.set(key, session);
    return session;
  }

  end(key: string): void {
    this.#sessions.delete(key);
  }

  #expire(nowMs: number): void {
    for (const [key, session] of this.#sessions) if (this.#isOver(session, nowMs)) this.#sessions.delete(key);
  }

  #isOver({ startedMs, usedMs }: Session, nowMs: number): boolean {
    const { idleMs, lengthMs } = this.#limits;
    return nowMs - usedMs >= idleMs || nowMs - startedMs >= lengthMs;
  }
}
