import { AnswerTurns, FIRST, type Place, SECOND, type TurnOf } from "../../api/answer-turns.ts";
import { timeLimit } from "../../api/deadline.ts";
import { type ApiAnswer, type ApiRequest, problemAnswer } from "../../api/door.ts";
import { STAYING } from "../../api/routes.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import type { HealthReport } from "../../ingest/health.ts";
import type { Cancel, Clock } from "../../time/clock.ts";
import { AnswerThread, type ApiCall, type ApiOrder } from "./answer-thread.ts";
import type { Performers } from "./api-deeds.ts";

/** What answers is made with. */
export interface ApiWorkerOptions {
  /** Of the thread. */
  readonly file: URL;
  readonly order: Omit<ApiOrder, "acts" | "writes">;
  readonly performers?: Performers;
  readonly after: Clock["after"];
}

interface Asked extends TurnOf {
  readonly call: ApiCall;
  readonly settle: (answer: ApiAnswer) => void;
}

/** Questions that may wait; one more is told to come again. */
const MOST_WAITING = 200;
/** Beyond the limit, the longest that a question waits for its turn and for a thread that is starting. */
const LONGEST_WAIT_MS = 10_000;
/** A question that takes longer holds up nobody else: a second thread takes what waits. */
const SLOW_MS = 250;
/** The second thread costs memory: it ends when nobody has needed it for so long. */
const IDLE_MS = 60_000;

/**
 * Answers questions in a thread of its own, one after the other, and in a second one while a question there is slow:
 * whoever takes messages never waits for a question, nor does somebody else's question.
 */
export class ApiWorker {
  readonly #options: ApiWorkerOptions;
  readonly #turns = new AnswerTurns<Asked>(MOST_WAITING);
  readonly #open = new Set<Asked>();
  #first: AnswerThread;
  #second: AnswerThread | undefined;
  #cancelSlow: Cancel = () => {};
  #cancelIdle: Cancel = () => {};
  #closed = false;

  constructor(options: ApiWorkerOptions) {
    this.#options = options;
    this.#first = this.#start(FIRST);
  }

  /** Threads at the moment. */
  get threads(): number {
    return this.#second === undefined ? 1 : 2;
  }

  /**
   * Never rejects: what goes wrong is an answer, too.
   * @param gone nobody waits for the answer any more: it isn't made where it has not begun
   */
  ask(request: ApiRequest, health: HealthReport, gone?: AbortSignal): Promise<ApiAnswer> {
    if (this.#closed) return Promise.resolve(this.#comeAgain());
    const { limitMs } = this.#options.order;
    return new Promise((resolve) => {
      const question: Asked = {
        caller: request.login?.name,
        stays: STAYING.has(request.route),
        call: { request, health },
        settle: (answer) => {
          cancel();
          this.#open.delete(question);
          resolve(answer);
        },
      };
      const cancel = this.#options.after(limitMs + LONGEST_WAIT_MS, () => {
        const waited = this.#turns.takeBack(question);
        question.settle(problemAnswer(waited ? noTurn(limitMs + LONGEST_WAIT_MS) : timeLimit(limitMs)));
      });
      gone?.addEventListener("abort", () => {
        if (this.#turns.takeBack(question)) question.settle(problemAnswer(gone.reason));
      });
      this.#open.add(question);
      this.#turns.add(question)?.settle(this.#comeAgain());
      this.#handOut();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelSlow();
    this.#cancelIdle();
    await Promise.all([this.#first.end(), this.#second?.end()]);
    const error = new ConcheError("CONCHE_SHUTTING_DOWN", { message: "the server is stopping" });
    for (const { settle } of this.#open) settle(problemAnswer(error));
  }

  #comeAgain(): ApiAnswer {
    const message = `${this.#turns.waiting} questions wait for their answer`;
    const hint = "ask again in a moment";
    return problemAnswer(new ConcheError("CONCHE_TIME_LIMIT", { message, hint, retryable: true }));
  }

  #start(place: Place): AnswerThread {
    const { file, order, performers = {}, after } = this.#options;
    const { desk, quarantine } = performers;
    return new AnswerThread({
      ...{ file, performers, after },
      order: { ...order, acts: desk !== undefined, writes: quarantine !== undefined },
      onFree: (answer) => {
        const question = this.#done(place);
        if (answer !== undefined) question?.settle(answer);
        this.#handOut();
      },
      onEnd: (why) => this.#replace(place, why),
    });
  }

  /** A thread has ended with the question it was at; those that wait go to the next one. */
  #replace(place: Place, why: ConcheError): void {
    this.#turns.at(place)?.settle(problemAnswer(why));
    if (place === FIRST) {
      // Its successor is not there yet: what it was at stays the slow question behind which the others wait.
      this.#first = this.#start(FIRST);
    } else {
      this.#cancelIdle();
      this.#second = undefined;
      this.#turns.done(SECOND);
    }
    this.#handOut();
  }

  #done(place: Place): Asked | undefined {
    if (place === FIRST) this.#cancelSlow();
    else {
      this.#cancelIdle();
      this.#cancelIdle = this.#options.after(IDLE_MS, () => {
        void this.#second?.end();
        this.#second = undefined;
      });
    }
    return this.#turns.done(place);
  }

  #handOut(): void {
    if (this.#closed) return;
    if (this.#first.isReady) this.#give(FIRST, this.#first);
    if (this.#second?.isReady === true) this.#give(SECOND, this.#second);
    if (this.#second === undefined && this.#turns.needsSecond) this.#second = this.#start(SECOND);
  }

  #give(place: Place, thread: AnswerThread): void {
    const question = this.#turns.next(place);
    if (question === undefined) return;
    try {
      thread.ask(question.call);
    } catch (error) {
      // What can't be copied to another thread would fail at the next one, too.
      this.#turns.done(place);
      question.settle(problemAnswer(error));
      this.#give(place, thread);
      return;
    }
    if (place === FIRST) {
      this.#cancelSlow = this.#options.after(SLOW_MS, () => {
        this.#turns.firstIsSlow();
        this.#handOut();
      });
    } else this.#cancelIdle();
  }
}

/** The error of a question whose turn never came. */
function noTurn(waitedMs: number): ConcheError {
  return new ConcheError("CONCHE_TIME_LIMIT", {
    message: `the question waited ${waitedMs / 1_000} s for its turn, behind others`,
    hint: "ask again in a moment",
    retryable: true,
  });
}
