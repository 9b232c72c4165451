import assert from "node:assert/strict";
import type { Publisher } from "../../src/contract/identity.ts";
import type { MachineKey } from "../../src/contract/topic.ts";
import { Edge } from "../../src/edge/edge.ts";
import type { ConnectionMode } from "../../src/edge/edge-options.ts";
import type { Holding } from "../../src/edge/outbox.ts";
import { ConcheError } from "../../src/errors/conche-error.ts";
import { DataCenter } from "../../src/ingest/data-center.ts";
import { DEFAULT_LIMITS } from "../../src/ingest/ingester.ts";
import type { DeliveredMessage } from "../../src/mqtt/delivery.ts";
import type { SeqRange } from "../../src/sequence/seq-range.ts";
import { ALARM, TS, turn } from "../edge/edge-under-test.ts";
import { identityOf } from "../edge/fake-broker.ts";
import { MemoryOutbox } from "../edge/memory-outbox.ts";
import { ManualClock } from "../time/manual-clock.ts";
import { CenterDisk, keyOf, LogOfProcess } from "./center-disk.ts";
import { Consumer, SessionBroker } from "./session-broker.ts";

export const MACHINES: readonly MachineKey[] = [
  "tunis-01/line-a/s5_tempering/temper-01" as MachineKey,
  "tunis-01/line-a/s2_grinding/refiner-01" as MachineKey,
];
const WINDOW = 4;
const RING = 5;

/** What a machine can say: an alarm, a state, raw bytes that no schema takes, telemetry. */
export type Saying = "alarm" | "state" | "bad" | "telemetry";

/** An outbox on a disk that survives its process, and that lets nothing go which no data center has. */
class GuardedOutbox extends MemoryOutbox {
  readonly #disk: CenterDisk;

  constructor(disk: CenterDisk, before?: MemoryOutbox) {
    super(before?.kept ?? [], RING);
    this.#disk = disk;
  }

  override async delete(publisher: Publisher, ranges: readonly SeqRange[]): Promise<Holding> {
    const { machine, boot } = publisher;
    for (const { publisher: each, seq } of this.kept) {
      if (each.machine !== machine || each.boot !== boot) continue;
      if (!ranges.some(([from, to]) => seq >= from && seq <= to)) continue;
      assert.ok(this.#disk.has(machine, boot, seq), `${seq} of ${boot} was forgotten and is on no disk`);
    }
    return super.delete(publisher, ranges);
  }
}

/**
 * The whole path in one thread: the real edge and the real data center, a broker between them, and the two disks,
 * which are all that survives. Whoever is killed, the others go on.
 */
export class World {
  readonly disk = new CenterDisk();
  readonly broker = new SessionBroker();
  /** Durable messages whose hand-over was confirmed, with what each says. */
  readonly handedOver = new Map<string, string>();
  outbox = new GuardedOutbox(this.disk);
  /** Moved by {@link pass} and by {@link setClock}: milliseconds since 1970. */
  wallMs = Date.parse(TS);
  readonly #connection: ConnectionMode;
  readonly #clocks = {
    edge: new ManualClock(),
    center: new ManualClock(),
  };
  #edge: Edge | undefined;
  #center: { process: DataCenter; log: LogOfProcess; consumer: Consumer } | undefined;
  #releaseOutbox: () => void = () => {};
  #fatal = false;
  #random = 0;
  #said = 0;

  constructor(connection: ConnectionMode) {
    this.#connection = connection;
  }

  async startEdge(): Promise<void> {
    this.#clocks.edge = new ManualClock();
    this.outbox = new GuardedOutbox(this.disk, this.outbox);
    this.#edge = new Edge({
      outbox: this.outbox,
      openLink: this.broker.edges.open,
      clock: this.#clocks.edge,
      wallClock: () => this.wallMs,
      randomBytes: (size) => Uint8Array.from({ length: size }, () => this.#nextByte()),
      random: () => 0.5,
      settings: { window: WINDOW, connection: this.#connection },
    });
  }

  async startCenter(): Promise<void> {
    if (this.#center !== undefined) return;
    this.#clocks.center = new ManualClock();
    const log = new LogOfProcess(this.disk);
    const consumer = new Consumer(this.broker, (message) => this.#mayAcknowledge(message));
    const process = await DataCenter.start({
      log,
      delivery: consumer,
      observer: { committed: () => {}, commitFailed: () => {} },
      knowsMachine: () => true,
      now: () => this.wallMs,
      onFatal: () => {
        this.#fatal = true;
      },
      limits: { ...DEFAULT_LIMITS, groupSize: 5, retryMs: [1, 2] },
      clock: this.#clocks.center,
      machines: MACHINES,
    });
    this.#center = { process, log, consumer };
  }

  /** Hands messages of a machine over, all at once. */
  async say(machineAt: number, sayings: readonly Saying[]): Promise<void> {
    const machine = await this.#edge?.machine(MACHINES[machineAt % MACHINES.length] ?? "");
    if (machine === undefined) return;
    for (const saying of sayings) {
      const mark = `said-${++this.#said}-`;
      const handed =
        saying === "alarm"
          ? machine.publish("alarm", { ...ALARM, alarm_id: mark })
          : saying === "state"
            ? machine.publish("state", { ts: TS, state: "Execute", mode: mark })
            : saying === "bad"
              ? machine.publishRaw("alarm", `{"${mark}`)
              : machine.publish("telemetry", { ts: TS, tags: { [mark]: 1 } });
      const keep = ({ boot, seq }: { boot: string; seq: number }) => {
        if (saying !== "telemetry") this.handedOver.set(keyOf(machine.key, boot, seq), mark);
      };
      void handed.then(keep, () => {});
    }
  }

  holdOutbox(): void {
    this.#releaseOutbox();
    this.#releaseOutbox = this.outbox.hold();
  }

  releaseOutbox(): void {
    this.#releaseOutbox();
  }

  /** kill -9 of the edge; what it was writing may have reached its disk. */
  async killEdge(lands: boolean): Promise<void> {
    for (const connection of this.broker.edges.connections) connection.open = false;
    if (lands) this.#releaseOutbox();
    await turn();
    this.#releaseOutbox = () => {};
    await this.startEdge();
  }

  /** kill -9 of the data center, at whatever it was doing. */
  killCenter(lands: boolean): void {
    if (this.#center === undefined) return;
    this.broker.disconnect();
    this.#center.log.kill(lands);
    this.#center = undefined;
  }

  holdCommits(): void {
    this.#center?.log.hold();
  }

  releaseCommits(): void {
    this.#center?.log.release();
  }

  /** The next commit fails, for a reason that passes or for one that must end the process. */
  failCommit(code: "CONCHE_DISK_FULL" | "CONCHE_LOG_IO"): void {
    const retryable = code === "CONCHE_DISK_FULL";
    this.disk.log.failures.push(new ConcheError(code, { message: "planted", retryable }));
  }

  flapCenter(): void {
    this.broker.disconnect();
    if (this.#center !== undefined) this.broker.connect(this.#center.consumer);
  }

  /** SIGTERM: it drains and exits. */
  async stopCenter(): Promise<void> {
    const center = this.#center;
    if (center === undefined) return;
    center.log.release();
    await center.process.stop();
    this.#center = undefined;
  }

  async pass(ms: number): Promise<void> {
    this.wallMs += ms;
    await this.#clocks.edge.pass(ms);
    await this.#clocks.center.pass(ms);
  }

  /** What happens by itself between two actions. */
  async settle(): Promise<void> {
    await turn();
    this.broker.greet();
    const inFlight = this.#edge?.status().connections.map((each) => each.inFlight) ?? [];
    assert.ok(
      inFlight.every((count) => count <= WINDOW),
      "the window bounds what is in flight",
    );
    if (!this.#fatal) return;
    this.#fatal = false;
    this.killCenter(false);
  }

  /** Everything works again, for as long as it takes. */
  async heal(): Promise<void> {
    this.broker.edges.reachable = true;
    this.disk.log.failures.length = 0;
    this.releaseOutbox();
    // What an earlier process has left goes out over its machine's connection.
    for (const key of MACHINES) await this.#edge?.machine(key);
    for (let round = 0; round < 400; round++) {
      await this.settle();
      await this.startCenter();
      this.releaseCommits();
      if (this.#center !== undefined) this.broker.connect(this.#center.consumer);
      this.broker.take(1_000);
      this.broker.deliver(1_000, "arrives");
      await this.#center?.process.ingester.drain();
      await this.pass(500);
      if (this.outbox.kept.length === 0 && this.#center?.process.ingester.unsettled === 0) return;
    }
    assert.fail(`${this.outbox.kept.length} messages never got their receipt`);
  }

  #mayAcknowledge(message: DeliveredMessage): void {
    const { topic, payload } = message;
    const machine = topic.split("/").slice(1, 5).join("/");
    const { boot, seq } = identityOf({ ...message.properties, topic, payload, qos: 1, retain: false });
    const copies = this.disk.copies.get(keyOf(machine, boot, seq)) ?? [];
    assert.ok(
      copies.includes(Buffer.from(payload).toString()),
      `${seq} of ${boot} was acknowledged too early`,
    );
  }

  #nextByte(): number {
    this.#random = (this.#random * 73 + 41) % 65_521;
    return this.#random % 256;
  }
}
