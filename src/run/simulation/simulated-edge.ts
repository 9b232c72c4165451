import { rm } from "node:fs/promises";
import type { MachineKey } from "../../contract/topic.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { type Edge, type EdgeEvent, type EdgeOptions, openEdge } from "../../index.ts";
import type { ClientTls } from "../../mqtt/client-tls.ts";
import type { Plant } from "../../plant/plant.ts";
import { BufferedMachine } from "./buffered-machine.ts";
import { type PlayedMachine, throughOutbox } from "./player.ts";

/** What became of what the simulated machines handed over. */
export interface OutboxReport {
  /** Messages found that an earlier run had left. */
  readonly leftBehind: number;
  /** Messages of this run that are on the outbox's disk, or were. */
  readonly handedOver: number;
  /** Of both, those that receipts cover: they are on the data center's disk. */
  readonly receipted: number;
  /** Messages that no receipt covers yet. */
  readonly waiting: number;
  /** Telemetry that made room for newer, and everything given up because no data center ever answered. */
  readonly givenUp: number;
}

/** What a simulated plant needs to speak through an outbox. */
export interface SimulatedEdgeOptions {
  readonly options: EdgeOptions;
  readonly plant: Plant;
  /** Whether the outbox ends with the run: then it may be emptied where no data center ever answers. */
  readonly temporary: boolean;
  readonly will: Readonly<Record<string, unknown>>;
  /** The certificate of a machine; undefined where all connect alike. */
  readonly tlsOf: (machine: MachineKey) => ClientTls | undefined;
  /** Gives up connecting when aborted. */
  readonly signal: AbortSignal;
  readonly onTrouble: (error: ConcheError) => void;
}

/**
 * The machines of a simulated plant, each with a connection and a will of its own, speaking through the library and
 * one outbox. A full outbox holds the plant back instead of losing what it says; only where the outbox is temporary
 * and nothing in it was ever confirmed (a broker with no data center behind it) it is emptied, and the plant goes on.
 */
export class SimulatedEdge {
  readonly machines: ReadonlyMap<MachineKey, PlayedMachine>;
  readonly #parts: SimulatedEdgeOptions;
  readonly #held = new Map<MachineKey, BufferedMachine>();
  #edge: Edge;
  #leftBehind: number;
  #givenUp = 0;
  #handedOver = 0;
  #emptying: Promise<void> | undefined;
  #closed = false;

  private constructor(options: SimulatedEdgeOptions, edge: Edge) {
    this.#parts = options;
    this.#edge = edge;
    this.#leftBehind = waitingIn(edge);
    for (const { key } of options.plant.machines) {
      this.#held.set(key, new BufferedMachine(() => this.#makeRoom()));
    }
    this.machines = this.#held;
  }

  /**
   * Opens the outbox and connects every machine. What an earlier run left behind goes out first.
   * @throws ConcheError as `openEdge`, and what keeps a machine from connecting for good: CONCHE_BROKER_REFUSED,
   *   CONCHE_BROKER_CERTIFICATE; CONCHE_SHUTTING_DOWN when aborted
   */
  static async open(options: SimulatedEdgeOptions): Promise<SimulatedEdge> {
    const opened = new SimulatedEdge(options, await openEdge(options.options));
    try {
      const connected = opened.#connected();
      await opened.#speakThrough(opened.#edge);
      await connected;
      return opened;
    } catch (error) {
      await opened.close();
      throw error;
    }
  }

  report(): OutboxReport {
    const waiting = waitingIn(this.#edge);
    const [leftBehind, handedOver, givenUp] = [this.#leftBehind, this.#handedOver, this.#givenUp];
    // The library may have said a state again by itself, which waits too and was not counted.
    const receipted = Math.max(0, leftBehind + handedOver - givenUp - waiting);
    return { leftBehind, handedOver, receipted, waiting, givenUp };
  }

  /** Resolves when receipts cover everything. */
  async drained(): Promise<void> {
    await this.#emptying;
    await this.#edge.drained();
  }

  /** Disconnects in order. What no receipt covers stays in the outbox, unless that is temporary. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const machine of this.#held.values()) machine.letGo();
    await this.#emptying;
    await this.#edge.close();
    if (this.#parts.temporary) await rm(this.#parts.options.outbox, { recursive: true, force: true });
  }

  async #speakThrough(edge: Edge): Promise<void> {
    edge.onEvent((event) => this.#tell(event));
    const { will, tlsOf } = this.#parts;
    for (const [key, held] of this.#held) {
      const tls = tlsOf(key);
      const own = { will: will as never, ...(tls === undefined ? {} : { tls }) }; // checked against the contract there
      const machine = await edge.machine(key, own);
      const voice = throughOutbox(machine);
      held.speakThrough(async (type, body, identity) => {
        const outcome = await voice.publish(type, body, identity);
        if (outcome.kind === "sent") this.#handedOver++;
        return outcome;
      });
    }
    // Machines that the plant no longer has may have left something too.
    for (const { machine, open } of edge.status().machines) {
      if (open) continue;
      const tls = tlsOf(machine);
      await edge.machine(machine, tls === undefined ? {} : { tls });
    }
  }

  /** Resolves when every machine of the plant is connected. */
  async #connected(): Promise<void> {
    const { plant, signal } = this.#parts;
    const missing = new Set(plant.machines.map(({ key }) => clientIdOf(key)));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const aborted = () =>
      reject(new ConcheError("CONCHE_SHUTTING_DOWN", { message: "stopped while connecting" }));
    if (signal.aborted) aborted();
    signal.addEventListener("abort", aborted, { once: true });
    const end = this.#edge.onEvent((event) => {
      if (event.kind === "connected" && missing.delete(event.clientId) && missing.size === 0) resolve();
      if (event.kind === "disconnected" && missing.has(event.clientId) && !event.error.retryable) {
        reject(event.error);
      }
    });
    try {
      await promise;
    } finally {
      end();
      signal.removeEventListener("abort", aborted);
    }
  }

  #tell(event: EdgeEvent): void {
    if (event.kind === "telemetry-dropped") {
      for (const { messages } of event.dropped) this.#givenUp += messages;
    }
    if (event.kind === "connected" && event.resumed) this.#isBack(event.clientId);
    if ("error" in event) this.#parts.onTrouble(event.error);
  }

  /** A connection that was lost is back: the broker may have published its will, and that is no longer true. */
  #isBack(clientId: string): void {
    for (const [key, held] of this.#held) if (clientIdOf(key) === clientId) held.restate();
  }

  /** A machine can't hand over: the outbox is full, or its disk. */
  #makeRoom(): void {
    if (!this.#parts.temporary || this.report().receipted > 0 || this.#closed) return;
    this.#emptying ??= this.#empty().finally(() => {
      this.#emptying = undefined;
    });
  }

  async #empty(): Promise<void> {
    const { options } = this.#parts;
    const lost = waitingIn(this.#edge);
    await this.#edge.close();
    await rm(options.outbox, { recursive: true, force: true });
    this.#edge = await openEdge(options);
    this.#givenUp += lost;
    this.#parts.onTrouble(
      new ConcheError("CONCHE_OUTBOX_FULL", {
        message: `no data center has confirmed any of ${lost} messages; they are given up, and the line goes on`,
        hint: "run `conche datacenter` on this broker; or give --outbox, and the line waits for one",
      }),
    );
    await this.#speakThrough(this.#edge);
  }
}

function clientIdOf(machine: MachineKey): string {
  return machine.replaceAll("/", ".");
}

function waitingIn(edge: Edge): number {
  const { durable, telemetry } = edge.status().waiting;
  return durable.messages + telemetry.messages;
}
