import { hash } from "node:crypto";
import { ConcheError } from "../../errors/conche-error.ts";
import type { DeliveredMessage, MessageSink, Settle } from "../../mqtt/delivery.ts";
import type { Clock } from "../../time/clock.ts";
import type { Edge, ForwardedMessage } from "../edge.ts";
import { storedBytes, type Transfer } from "../outbox.ts";
import { ForwardDecider, type Forwarding } from "./forward-decision.ts";
import { type Answer, type TakenTransfer, TakenTransfers } from "./taken-transfers.ts";

/** What a forwarder is made of. */
export interface ForwarderDependencies extends Forwarding {
  /** On a shared connection. */
  readonly edge: Pick<Edge, "forward" | "endSender" | "newestState">;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  /** Transfers of an earlier process. */
  readonly transfers: readonly Transfer[];
  readonly onEvent: (event: ForwarderEvent) => void;
}

/** What happens to what is forwarded; how things stand is in the counts. */
export type ForwarderEvent =
  /** It came back to us, or passed too many others: not taken again. */
  | { readonly kind: "looped"; readonly topic: string }
  /** Its topic is not of the namespace: it goes up under the gateway's name, for quarantine. */
  | { readonly kind: "misplaced"; readonly topic: string }
  /** Too large to be kept, and dropped. */
  | { readonly kind: "dropped"; readonly topic: string; readonly error: ConcheError }
  /** Nothing can be kept any more. */
  | { readonly kind: "failed"; readonly error: ConcheError };

/** What a forwarder has done since it was made. */
export interface ForwarderCounts {
  /** Messages that came from the local side. */
  received: number;
  /** Of these, now in the outbox. */
  taken: number;
  /** Known as repetitions of a message that was taken over (a lost PUBACK, a crash before it). */
  repeated: number;
  /** Known as a retained state that is said again to a new subscription. */
  replayed: number;
  /** Ignored because they had been here. */
  looped: number;
  /** Sent under the gateway's name because their topic is not of the namespace. */
  misplaced: number;
  /** Given a number of ours because another message waits under the one they have. */
  conflicts: number;
  /** Too large to be kept. */
  dropped: number;
}

interface Item {
  readonly message: ForwardedMessage;
  readonly topic: string;
  readonly bytes: number;
  readonly settle: Answer;
  readonly taken: TakenTransfer | undefined;
}

/** What may be on its way to the disk before reading stops; well below what the outbox refuses. */
const PENDING_BYTES = 2 * 1024 * 1024;
const PENDING_MESSAGES = 2_048;
/** Pause before a full outbox is asked again, milliseconds. */
const RETRY_MS = 100;

/**
 * Brings what local machines say into the outbox: gives it an identity where it has none, and lets its sender be told
 * that it is kept only when it is. When the outbox is full everything waits in the order it came, and reading stops.
 */
export class Forwarder implements MessageSink {
  readonly #dependencies: ForwarderDependencies;
  readonly #decider: ForwardDecider;
  readonly #transfers: TakenTransfers;
  readonly counts: ForwarderCounts = {
    received: 0,
    taken: 0,
    repeated: 0,
    replayed: 0,
    looped: 0,
    misplaced: 0,
    conflicts: 0,
    dropped: 0,
  };
  #waiting: Item[] = [];
  #pending = 0;
  #pendingBytes = 0;
  #retrying = false;
  #hindrance: ConcheError | undefined;
  #closed: ConcheError | undefined;
  #resumes: (() => void)[] = [];
  #idle: (() => void)[] = [];

  constructor(dependencies: ForwarderDependencies) {
    this.#dependencies = dependencies;
    this.#decider = new ForwardDecider(dependencies);
    this.#transfers = new TakenTransfers(dependencies.transfers);
  }

  /** Messages received and not settled. */
  get unsettled(): number {
    return this.#waiting.length + this.#pending;
  }

  /** Why nothing is taken at the moment. */
  get hindrance(): ConcheError | undefined {
    return this.#closed ?? this.#hindrance;
  }

  /** True while no more is wanted: stop reading. */
  get saturated(): boolean {
    return (
      this.#waiting.length > 0 || this.#pending >= PENDING_MESSAGES || this.#pendingBytes >= PENDING_BYTES
    );
  }

  /** Calls back once, as soon as that is over. */
  onRelief(resume: () => void): void {
    if (this.saturated) this.#resumes.push(resume);
    else resume();
  }

  /** Takes a message over. Never throws; the answer comes through `settle`. */
  accept<Message extends DeliveredMessage>(message: Message, settled: Settle<Message>): void {
    this.counts.received++;
    const settle: Answer = (error) => settled(error, message);
    if (this.#closed !== undefined) {
      settle(this.#closed);
      return;
    }
    const decision = this.#decider.decide(message, this.#dependencies.wallClock());
    if (decision.kind === "loop") {
      // What bears our name is in our outbox, or was.
      this.counts.looped++;
      this.#dependencies.onEvent({ kind: "looped", topic: message.topic });
      settle();
      return;
    }
    if (decision.misplaced) {
      this.counts.misplaced++;
      this.#dependencies.onEvent({ kind: "misplaced", topic: message.topic });
    }
    const { machineKey } = decision;
    const unnumbered = decision.message.identity === undefined;
    if (unnumbered && message.mayBeReplay && decision.message.type === "state") {
      // Said again to our new subscription: it is the state that we know, and no event.
      const known = this.#dependencies.edge.newestState(machineKey)?.payload;
      if (known !== undefined && Buffer.from(known).equals(message.payload)) {
        this.counts.replayed++;
        settle();
        return;
      }
    }
    const transfer = unnumbered ? transferOf(message) : undefined;
    if (transfer !== undefined && message.transfer?.repeated === true && this.#isRepetition(transfer, settle))
      return;
    this.#add({
      message: { ...decision.message, transfer },
      topic: message.topic,
      bytes: storedBytes(message.payload, decision.message.raw),
      settle,
      taken: transfer === undefined ? undefined : this.#transfers.begin(transfer),
    });
  }

  /** What this sender had not been acknowledged will not come again: its session is gone. */
  endSender(sender: string): void {
    this.#transfers.endSender(sender);
    this.#dependencies.edge.endSender(sender);
  }

  /** Resolves when everything accepted is settled. */
  async drained(): Promise<void> {
    if (this.unsettled > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Takes no more; what still waits is not acknowledged, so its sender keeps it. */
  close(): void {
    this.#close(
      new ConcheError("CONCHE_SHUTTING_DOWN", {
        message: "the message came while the forwarder was stopping",
        retryable: true,
      }),
    );
  }

  #isRepetition(transfer: Transfer, settle: Answer): boolean {
    const known = this.#transfers.repeated(transfer);
    if (known === undefined) return false;
    this.counts.repeated++;
    if (known.done) settle();
    else known.waiting.push(settle);
    return true;
  }

  #add(item: Item): void {
    if (this.#waiting.length > 0 || !this.#handOver(item)) this.#wait(item);
  }

  /** False when it can't be taken now. */
  #handOver(item: Item): boolean {
    const taken = this.#dependencies.edge.forward(item.message);
    if (taken instanceof ConcheError) {
      if (!taken.retryable) {
        this.#refused(item, taken);
        return true;
      }
      this.#hindrance = taken;
      return false;
    }
    this.#pending++;
    this.#pendingBytes += item.bytes;
    taken.then(
      () => {
        this.#release(item);
        this.#hindrance = undefined;
        this.counts.taken++;
        this.#settle(item, undefined);
      },
      (thrown: unknown) => {
        this.#release(item);
        this.#failed(item, thrown);
      },
    );
    return true;
  }

  #failed(item: Item, thrown: unknown): void {
    const error = ConcheError.from(thrown, "forwarding failed");
    if (error.retryable && this.#closed === undefined) {
      this.#hindrance = error;
      this.#wait(item);
    } else this.#refused(item, error);
  }

  #refused(item: Item, error: ConcheError): void {
    if (error.code === "CONCHE_OUTBOX_CONFLICT") {
      // Two messages under one number: with a number of ours, both reach the data center, which tells them apart.
      this.counts.conflicts++;
      this.#add({ ...item, message: { ...item.message, identity: undefined } });
    } else if (error.code === "CONCHE_MESSAGE_REFUSED") {
      // It would come again for ever, and hold up what is behind it.
      this.counts.dropped++;
      this.#dependencies.onEvent({ kind: "dropped", topic: item.topic, error });
      this.#settle(item, undefined);
    } else {
      this.#settle(item, error);
      if (this.#closed !== undefined) return;
      if (error.code !== "CONCHE_EDGE_CLOSED") this.#dependencies.onEvent({ kind: "failed", error });
      this.#close(error);
    }
  }

  #wait(item: Item): void {
    this.#waiting.push(item);
    this.#retryLater();
  }

  #retryLater(): void {
    if (this.#retrying) return;
    this.#retrying = true;
    this.#dependencies.clock.after(RETRY_MS, () => {
      this.#retrying = false;
      const waiting = this.#waiting;
      this.#waiting = [];
      let taken = 0;
      for (const item of waiting) {
        if (!this.#handOver(item)) break;
        taken++;
      }
      this.#waiting = [...waiting.slice(taken), ...this.#waiting];
      if (this.#waiting.length > 0) this.#retryLater();
      this.#relieve();
    });
  }

  #release(item: Item): void {
    this.#pending--;
    this.#pendingBytes -= item.bytes;
  }

  #settle(item: Item, error: ConcheError | undefined): void {
    if (item.taken !== undefined) this.#transfers.settle(item.taken, error);
    item.settle(error);
    this.#relieve();
    if (this.unsettled === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  #relieve(): void {
    if (this.#resumes.length === 0 || this.saturated) return;
    for (const resume of this.#resumes.splice(0)) resume();
  }

  #close(error: ConcheError): void {
    if (this.#closed !== undefined) return;
    this.#closed = error;
    for (const item of this.#waiting.splice(0)) this.#settle(item, error);
  }
}

function transferOf({ transfer, topic, payload }: DeliveredMessage): Transfer | undefined {
  if (transfer === undefined) return undefined;
  const { sender, packetId } = transfer;
  const digest = hash("sha256", Buffer.concat([Buffer.from(`${topic}\0`), payload]), "base64url");
  return { sender, packetId, digest };
}
