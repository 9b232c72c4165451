import { FairLines } from "../access/fair-lines.ts";

/** A question, as far as its turn goes. */
export interface TurnOf {
  /** Who asks; undefined where nobody says so: each of these questions is then somebody's of its own. */
  readonly caller: string | undefined;
  /** Only the first thread may answer it: it does something, or needs what only that thread keeps. */
  readonly stays: boolean;
}

/** The thread that is always there. */
export const FIRST = 0;
/** The one for what waits behind a slow question. */
export const SECOND = 1;
/** One of the two. */
export type Place = typeof FIRST | typeof SECOND;

/**
 * Which question goes next to which of two threads. Nobody has a question at both: whoever asks for something slow waits
 * for it alone, and what one asks is answered in the order in which it was asked. Callers take turns.
 */
export class AnswerTurns<Question extends TurnOf> {
  readonly #lines: FairLines<Question>;
  readonly #at: [first: Question | undefined, second: Question | undefined] = [undefined, undefined];
  #firstIsSlow = false;

  /** @param room questions that may wait */
  constructor(room: number) {
    this.#lines = new FairLines(room);
  }

  get waiting(): number {
    return this.#lines.size;
  }

  /** Returns the question that can't wait (any longer): this one, or the last of a caller who has more of them waiting. */
  add(question: Question): Question | undefined {
    return this.#lines.add(originOf(question), question);
  }

  /** Nobody waits for it any more; false where it is at a thread or was answered. */
  takeBack(question: Question): boolean {
    return this.#lines.remove(originOf(question), question);
  }

  /** What a thread is at. */
  at(place: Place): Question | undefined {
    return this.#at[place];
  }

  /** The question for a thread, which is at it until {@link done}; undefined where it has one, or there is none for it. */
  next(place: Place): Question | undefined {
    if (this.#at[place] !== undefined) return undefined;
    const question = this.#nextFor(place);
    if (question === undefined) return undefined;
    this.#lines.served(originOf(question), question);
    this.#at[place] = question;
    return question;
  }

  /** The thread is free again; returns what it was at. */
  done(place: Place): Question | undefined {
    const question = this.#at[place];
    this.#at[place] = undefined;
    if (place === FIRST) this.#firstIsSlow = false;
    return question;
  }

  /** The first thread takes long for what it is at: until it is done, the second takes what waits behind. */
  firstIsSlow(): void {
    this.#firstIsSlow = this.#at[FIRST] !== undefined;
  }

  /** Whether a second thread would have something to do. */
  get needsSecond(): boolean {
    return this.#at[SECOND] === undefined && this.#nextFor(SECOND) !== undefined;
  }

  #nextFor(place: Place): Question | undefined {
    if (place === SECOND && !this.#firstIsSlow) return undefined;
    const others = this.#at[place === FIRST ? SECOND : FIRST];
    const busy = others === undefined ? undefined : originOf(others);
    return this.#lines.next(
      (question) => originOf(question) !== busy && !(place === SECOND && question.stays),
    );
  }
}

function originOf(question: TurnOf): unknown {
  return question.caller ?? question;
}
