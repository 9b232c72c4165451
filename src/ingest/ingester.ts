import type { MachineKey } from "../contract/topic.ts";
import { ConcheError } from "../errors/conche-error.ts";
import type { BrokerSessionChange, ReceivedOnce } from "../log/broker-session.ts";
import type { CommitGroup, IngestTotals, MessageLog } from "../log/message-log.ts";
import type { DeliveredMessage, MessageSink, Settle, VerdictText } from "../mqtt/delivery.ts";
import { heldBytes } from "../mqtt/held-bytes.ts";
import { brokerRetained } from "./broker-retained.ts";
import { Classifier } from "./classifier.ts";
import { Decoder, type PlausibilityFlags } from "./decode.ts";
import { GAP_ALLOWANCE, GapBudget } from "./gap-budget.ts";
import { LogTurns, type LogWork } from "./log-turns.ts";
import type { IngestObserver } from "./observer.ts";
import { verdictsOf } from "./verdicts.ts";

/** Bounds of ingest; each has a default that was measured (docs/decisions). */
export interface IngestLimits {
  /** Most messages made durable together. */
  readonly groupSize: number;
  /** Bytes of messages (payload, topic, properties) waiting for their commit at which deliveries are asked to stop reading. */
  readonly pendingBytes: number;
  /** Messages waiting at which deliveries are asked to stop reading. */
  readonly pendingMessages: number;
  /** First and longest pause before a failed commit is repeated, milliseconds. */
  readonly retryMs: readonly [first: number, longest: number];
}

/** The bounds of what is taken over and not yet on disk, in messages and in bytes; docs/bounds.md. */
export const DEFAULT_LIMITS = {
  groupSize: 8192,
  pendingBytes: 32 * 1024 * 1024,
  pendingMessages: 65_536,
  retryMs: [100, 5_000],
} as const satisfies IngestLimits;

/** What an ingester is made of. */
export interface IngesterDependencies {
  readonly log: MessageLog;
  readonly observer: IngestObserver;
  /** Whether the plant model has the machine. */
  readonly knowsMachine: (machine: MachineKey) => boolean;
  /** How else a payload stands to the plant model; everything fits where it is left out. */
  readonly plausibility?: PlausibilityFlags;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called once when the log can't be written any more: the process must end without acknowledging. */
  readonly onFatal: (error: ConcheError) => void;
  readonly limits?: IngestLimits;
  /** Whether what is retained is to be kept for the broker's next start (see Delivery). */
  readonly keepsRetained?: boolean;
  /** What of the embedded broker's sessions has changed since this was asked last; it goes with the next commit. */
  readonly sessionChanges?: () => readonly BrokerSessionChange[];
}

/** Messages in the order of acceptance, and beside each one, at the same place, what answers for it. */
interface Accepted {
  readonly messages: DeliveredMessage[];
  readonly settles: Settle[];
}

/** What an attempt came to that was given up because the ingester was closed. */
const CLOSED = Symbol("closed");

const NOTHING: Accepted = { messages: [], settles: [] };

/**
 * The journey's middle: takes delivered messages, decodes and classifies them, commits them in groups, and settles
 * each one after its commit and in the order of acceptance.
 *
 * A group is whatever has arrived while the event loop was busy (with the commit before, most of the time), so
 * groups are small when little comes and grow by themselves with the load; no timer delays a message.
 */
export class Ingester implements MessageSink {
  readonly #log: MessageLog;
  readonly #observer: IngestObserver;
  readonly #decoder: Decoder;
  #classifier: Classifier;
  readonly #now: () => number;
  readonly #onFatal: (error: ConcheError) => void;
  readonly #limits: IngestLimits;
  readonly #keepsRetained: boolean;
  readonly #sessionChanges: () => readonly BrokerSessionChange[];
  #totals: IngestTotals;
  readonly #pending: Accepted = { messages: [], settles: [] };
  #pendingBytes = 0;
  /** The group that is being committed; empty between groups. */
  #committing: Accepted = NOTHING;
  #running = false;
  #closed: ConcheError | undefined;
  #failing: ConcheError | undefined;
  /** Who waits for a commit without having a message in it. */
  #waitingForCommit: ((error: ConcheError | undefined) => void)[] = [];
  readonly #turns = new LogTurns((groups) => this.#takeOver(groups));
  #waitingForRelief: (() => void)[] = [];
  #waitingForIdle: (() => void)[] = [];
  #endRetryPause: (() => void) | undefined;

  private constructor(dependencies: IngesterDependencies, classifier: Classifier, totals: IngestTotals) {
    this.#log = dependencies.log;
    this.#observer = dependencies.observer;
    this.#decoder = new Decoder(dependencies.knowsMachine, dependencies.plausibility);
    this.#classifier = classifier;
    this.#now = dependencies.now;
    this.#onFatal = dependencies.onFatal;
    this.#limits = dependencies.limits ?? DEFAULT_LIMITS;
    this.#keepsRetained = dependencies.keepsRetained ?? false;
    this.#sessionChanges = dependencies.sessionChanges ?? (() => []);
    this.#totals = totals;
  }

  /** Makes an ingester that continues where the log ends. */
  static async open(dependencies: IngesterDependencies): Promise<Ingester> {
    const { log } = dependencies;
    return new Ingester(dependencies, await classifierOf(log), await log.totals());
  }

  accept<Message extends DeliveredMessage>(message: Message, settle: Settle<Message>): void {
    if (this.#closed !== undefined) {
      settle(this.#closed, message);
      return;
    }
    this.#pending.messages.push(message);
    // It gets back the very message that stands beside it.
    this.#pending.settles.push(settle as Settle);
    this.#pendingBytes += heldBytes(message);
    this.#start();
  }

  persist(done: (error: ConcheError | undefined) => void): void {
    if (this.#closed !== undefined) {
      done(this.#closed);
      return;
    }
    this.#waitingForCommit.push(done);
    this.#start();
  }

  /**
   * Lets somebody else write the log, between two groups: a message that leaves quarantine takes a number that only this
   * ingester gives out. What is known of the log is then read anew.
   * @throws ConcheError {@link failing}, CONCHE_TIME_LIMIT where too much waits, and whatever the work throws
   */
  async between<Result>(work: LogWork<Result>): Promise<Result> {
    if (this.failing !== undefined) throw this.failing;
    const result = this.#turns.add(work);
    this.#start();
    return result;
  }

  get saturated(): boolean {
    return (
      this.#pendingBytes >= this.#limits.pendingBytes ||
      this.#pending.messages.length >= this.#limits.pendingMessages
    );
  }

  onRelief(resume: () => void): void {
    if (this.saturated) this.#waitingForRelief.push(resume);
    else resume();
  }

  /** The counters as of the last commit. */
  get totals(): IngestTotals {
    return this.#totals;
  }

  /** Entries of what is kept in memory, by name. */
  get kept(): Readonly<Record<string, number>> {
    return { messages_waiting: this.unsettled, ...this.#classifier.kept };
  }

  /** Whether a commit is. */
  get #wanted(): boolean {
    return this.#pending.messages.length > 0 || this.#waitingForCommit.length > 0;
  }

  /** Messages accepted and not yet settled. */
  get unsettled(): number {
    return this.#pending.messages.length + this.#committing.messages.length;
  }

  /** The error that keeps commits from succeeding at the moment, or undefined. */
  get failing(): ConcheError | undefined {
    return this.#failing ?? this.#closed;
  }

  /** Resolves when everything accepted so far is settled. */
  async drain(): Promise<void> {
    if (!this.#running) return;
    await new Promise<void>((resolve) => this.#waitingForIdle.push(resolve));
  }

  /** Accepts nothing more; what still waits is settled with an error and so stays unacknowledged. */
  close(): void {
    this.#closed ??= new ConcheError("CONCHE_SHUTTING_DOWN", {
      message: "the data center is stopping",
      retryable: true,
    });
    this.#refuse(this.#takePending(), this.#closed);
    for (const done of this.#waitingForCommit.splice(0)) done(this.#closed);
    this.#endRetryPause?.();
  }

  #start(): void {
    if (this.#running) return;
    this.#running = true;
    // After the poll phase: by then every socket that was readable has handed over what it had.
    setImmediate(() => void this.#run());
  }

  async #run(): Promise<void> {
    try {
      while (this.#wanted || this.#turns.waiting > 0) {
        if (this.#closed === undefined) await this.#turns.take();
        else this.#turns.refuse(this.#closed);
        if (!this.#wanted) continue;
        this.#committing = this.#takePending(this.#limits.groupSize);
        const waiting = this.#waitingForCommit.splice(0);
        const committed = await this.#commit(this.#committing);
        if (!committed && this.#closed) this.#refuse(this.#committing, this.#closed);
        for (const done of waiting) done(committed ? undefined : this.#closed);
        this.#committing = NOTHING;
        // Lets the network hand over the next messages, and send the acknowledgements.
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
    } catch (error) {
      this.#stopForGood(ConcheError.from(error, "ingest failed"));
    } finally {
      this.#committing = NOTHING;
      this.#running = false;
      for (const resolve of this.#waitingForIdle.splice(0)) resolve();
    }
  }

  /** Of what somebody else has committed nothing is known here but what the log says. */
  async #takeOver(groups: readonly CommitGroup[]): Promise<void> {
    const read = async () => ({
      classifier: await classifierOf(this.#log),
      totals: await this.#log.totals(),
    });
    const found = await this.#persist(read);
    if (found === CLOSED) return;
    this.#classifier = found.classifier;
    this.#totals = found.totals;
    for (const group of groups) this.#observer.replayed?.(group);
  }

  /** Commits and settles a group; false when the ingester was closed before that could be done. */
  async #commit({ messages, settles }: Accepted): Promise<boolean> {
    const nowMs = this.#now();
    const decoded = messages.map((message) => this.#decoder.decode(message, message.receivedAt ?? nowMs));
    if ((await this.#persist(() => this.#classifier.prepare(messages, decoded))) === CLOSED) return false;
    const classified = this.#classifier.classify(messages, decoded);
    if ((await this.#persist(() => this.#classifier.resolve(classified))) === CLOSED) return false;
    const commitGroup: CommitGroup = {
      messages: classified.messages,
      quarantined: classified.quarantined,
      sequences: Array.from(classified.touched, (tracker) => tracker.state()),
      totals: {
        received: this.#totals.received + messages.length,
        stored: this.#totals.stored + classified.messages.length,
        duplicates: this.#totals.duplicates + classified.duplicates,
        quarantined: this.#totals.quarantined + classified.quarantined.length,
      },
      ...(this.#keepsRetained ? this.#brokerState(messages, nowMs) : {}),
    };
    const started = performance.now();
    const position = await this.#persist(() => this.#log.commit(commitGroup));
    if (position === CLOSED) return false;
    this.#totals = commitGroup.totals;
    this.#classifier.forgetIdle(classified.touched);
    this.#answer(messages, settles, undefined, verdictsOf(messages, decoded, classified));
    this.#relieve();
    const durationMs = performance.now() - started;
    this.#observer.committed({ ...commitGroup, position, duplicates: classified.duplicates, durationMs });
    return true;
  }

  /** What the embedded broker is to find at its next start. */
  #brokerState(messages: readonly DeliveredMessage[], nowMs: number): Partial<CommitGroup> {
    return {
      brokerRetained: brokerRetained(messages, nowMs),
      brokerSessions: this.#sessionChanges(),
      brokerReceived: receivedOnce(messages),
    };
  }

  /** Repeats what fails for a reason that may pass, unless the ingester is closed meanwhile. */
  async #persist<Result>(attempt: () => Promise<Result>): Promise<Result | typeof CLOSED> {
    let [pauseMs] = this.#limits.retryMs as readonly [number, number];
    for (;;) {
      try {
        const result = await attempt();
        this.#failing = undefined;
        return result;
      } catch (error) {
        if (!(error instanceof ConcheError) || !error.retryable) throw error;
        this.#failing = error;
        if (this.#closed !== undefined) return CLOSED;
        this.#observer.commitFailed(error, pauseMs);
        await this.#retryPause(pauseMs);
        pauseMs = Math.min(pauseMs * 2, this.#limits.retryMs[1]);
      }
    }
  }

  async #retryPause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#endRetryPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#endRetryPause = undefined;
  }

  #relieve(): void {
    if (this.#waitingForRelief.length === 0) return;
    if (this.#pendingBytes > this.#limits.pendingBytes / 2) return;
    if (this.#pending.messages.length > this.#limits.pendingMessages / 2) return;
    for (const resume of this.#waitingForRelief.splice(0)) resume();
  }

  /** The oldest that wait, at most `count`. */
  #takePending(count = Number.POSITIVE_INFINITY): Accepted {
    const { messages, settles } = this.#pending;
    return { messages: messages.splice(0, count), settles: settles.splice(0, count) };
  }

  #refuse({ messages, settles }: Accepted, error: ConcheError): void {
    this.#answer(messages, settles, error);
  }

  #answer(
    messages: readonly DeliveredMessage[],
    settles: readonly Settle[],
    error: ConcheError | undefined,
    verdicts?: ReadonlyMap<DeliveredMessage, VerdictText>,
  ): void {
    for (let index = 0; index < messages.length; index++) {
      const message = messages[index] as DeliveredMessage; // the index is below the length
      this.#pendingBytes -= heldBytes(message);
      settles[index]?.(error, message, verdicts?.get(message));
    }
  }

  /** The disk said no in a way that must not be tried again: nothing more is acknowledged. */
  #stopForGood(error: ConcheError): void {
    this.#closed = error;
    this.#failing = error;
    this.#observer.commitFailed(error);
    this.#refuse(this.#committing, error);
    this.#refuse(this.#takePending(), error);
    for (const done of this.#waitingForCommit.splice(0)) done(error);
    this.#turns.refuse(error);
    this.#onFatal(error);
  }
}

async function classifierOf(log: MessageLog): Promise<Classifier> {
  return new Classifier(log, new GapBudget(await log.gapsBeyond(GAP_ALLOWANCE)));
}

/** The numbers of QoS 2 messages whose senders may repeat them after a restart. */
function receivedOnce(messages: readonly DeliveredMessage[]): ReceivedOnce[] {
  const received: ReceivedOnce[] = [];
  for (const message of messages) {
    if (message.qos !== 2) continue;
    const { transfer } = message;
    if (transfer?.once === true) received.push({ clientId: transfer.sender, packetId: transfer.packetId });
  }
  return received;
}
