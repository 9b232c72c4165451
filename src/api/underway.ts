import { ConcheError } from "../errors/conche-error.ts";

/** What somebody said of something, as the view will show it. */
export interface Said {
  readonly event: string;
  readonly by: string;
  /** ms since 1970 */
  readonly atMs: number;
}

/** A thing that people act on, and an action on it. */
export interface Underway {
  /** Names the thing, for people: `temp.high of tunis-01/line-a/…`. */
  readonly what: string;
  readonly said: Said;
  /** Whether the view has an action already. */
  readonly isShown: (said: Said) => boolean;
  /** What keeps actions from the log at present, in words for people; undefined where nothing is known to. */
  readonly hindrance?: string | undefined;
}

/** So many things at once; the oldest is forgotten then. */
const MOST = 1_000;
/** A message that isn't in the view by then waits for its broker: it must not keep everybody else from acting. */
const LONGEST_MS = 5 * 60_000;

/**
 * Remembers what is on its way to the log: until the view shows it, nobody else can have seen it, and the view's version
 * doesn't tell. One action at a time on one thing.
 */
export class ActionsUnderway {
  readonly #said = new Map<string, Said>();

  /**
   * Carries an action out, unless another one on the same thing is on its way.
   * @throws ConcheError CONCHE_ACTION_STALE, and what `act` throws: nothing is on its way then
   */
  async carryOut<Result>(
    { what, said, isShown, hindrance }: Underway,
    nowMs: number,
    act: () => Promise<Result>,
  ): Promise<Result> {
    const before = this.#said.get(what);
    if (before !== undefined && !isShown(before) && nowMs - before.atMs < LONGEST_MS) {
      const which = `${before.event} of ${what}, by ${before.by} at ${new Date(before.atMs).toISOString()},`;
      throw new ConcheError("CONCHE_ACTION_STALE", {
        ...(hindrance === undefined
          ? {
              message: `${which} is on its way`,
              hint: "look again in a moment, and act on what is there then",
            }
          : {
              message: `${which} waits in the outbox: ${hindrance}`,
              hint: "it goes out by itself once the broker is reached: see to that, then look again; nothing needs to be done twice",
            }),
      });
    }
    this.#said.delete(what);
    if (this.#said.size >= MOST) {
      const [oldest] = this.#said.keys();
      if (oldest !== undefined) this.#said.delete(oldest);
    }
    this.#said.set(what, said);
    try {
      return await act();
    } catch (error) {
      if (this.#said.get(what) === said) this.#said.delete(what);
      throw error;
    }
  }
}
