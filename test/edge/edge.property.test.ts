import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Publisher } from "../../src/contract/identity.ts";
import type { Receipt } from "../../src/contract/receipt.ts";
import type { Edge } from "../../src/edge/edge.ts";
import type { EdgeMachine } from "../../src/edge/edge-machine.ts";
import type { Holding } from "../../src/edge/outbox.ts";
import type { SeqRange } from "../../src/sequence/seq-range.ts";
import { ManualClock } from "../time/manual-clock.ts";
import { ALARM, edgeOver, MACHINE, TS, turn } from "./edge-under-test.ts";
import { FakeBroker, type FakeConnection, identityOf, type Sent } from "./fake-broker.ts";
import { MemoryOutbox } from "./memory-outbox.ts";
import { ModelDataCenter } from "./model-data-center.ts";

const WINDOW = 4;
const RING = 5;

/** An outbox that lets nothing go that isn't on the data center's disk. */
class GuardedOutbox extends MemoryOutbox {
  readonly #center: ModelDataCenter;

  constructor(center: ModelDataCenter, before?: MemoryOutbox) {
    super(before?.kept ?? [], RING);
    this.#center = center;
  }

  override async delete(publisher: Publisher, ranges: readonly SeqRange[]): Promise<Holding> {
    for (const { publisher: each, seq } of this.kept) {
      const goes = each.boot === publisher.boot && ranges.some(([from, to]) => seq >= from && seq <= to);
      if (goes) assert.ok(this.#center.has(each.boot, seq), `${seq} of ${each.boot} has no receipt`);
    }
    return super.delete(publisher, ranges);
  }
}

/** The whole edge between a disk that survives its process, a broker that forgets, and a data center that crashes. */
class World {
  readonly center = new ModelDataCenter(MACHINE);
  /** What was taken over for good: number and payload. */
  readonly handedOver = new Map<string, string>();
  broker = new FakeBroker();
  outbox = new GuardedOutbox(this.center);
  clock = new ManualClock();
  /** What the broker has and has not handed on. */
  underway: Sent[] = [];
  retained: Receipt | undefined;
  greeted = new Set<FakeConnection>();
  edge!: Edge;
  machine!: EdgeMachine;
  #count = 0;

  async start(): Promise<void> {
    this.clock = new ManualClock();
    this.outbox = new GuardedOutbox(this.center, this.outbox);
    const { outbox, broker, clock } = this;
    this.edge = edgeOver({ outbox, broker, clock, settings: { window: WINDOW } }).edge;
    this.machine = await this.edge.machine(MACHINE);
    await this.settle();
  }

  /** What happens by itself between two actions. */
  async settle(): Promise<void> {
    await turn();
    this.underway.push(...this.broker.sent.splice(0));
    for (const connection of this.broker.live) {
      if (this.greeted.has(connection)) continue;
      this.greeted.add(connection);
      if (this.retained !== undefined) this.broker.receipt(MACHINE, this.retained);
    }
    const { connections } = this.edge.status();
    assert.ok(connections.every(({ inFlight }) => inFlight <= WINDOW));
  }

  async publish(kinds: readonly boolean[]): Promise<void> {
    for (const durable of kinds) {
      const count = ++this.#count;
      const published = durable
        ? this.machine.publish("alarm", { ...ALARM, alarm_id: `a-${count}` })
        : this.machine.publish("telemetry", { ts: TS, tags: { count } });
      const keep = ({ boot, seq }: { boot: string; seq: number }) => {
        if (durable) this.handedOver.set(`${boot} ${seq}`, `"a-${count}"`);
      };
      void published.then(keep, () => {});
    }
  }

  deliver(most: number, lose: boolean, twice: boolean): void {
    for (const { message, answer } of this.underway.splice(0, most)) {
      const { boot, seq } = identityOf(message);
      const copies = (lose ? 0 : 1) + (twice ? 1 : 0);
      for (let copy = 0; copy < copies; copy++) {
        this.center.receive({ boot, seq, says: String(message.payload) });
      }
      answer({ kind: "taken" });
    }
  }

  commit(): void {
    for (const receipt of this.center.commit()) {
      if (this.retained === undefined || receipt.boot >= this.retained.boot) this.retained = receipt;
      this.broker.receipt(MACHINE, receipt);
    }
  }

  /** kill -9 of the edge's process. */
  async crashEdge(): Promise<void> {
    for (const connection of this.broker.connections) connection.open = false;
    await this.start();
  }

  /** kill -9 of the broker, its state gone. */
  crashBroker(): void {
    this.underway = [];
    this.broker.sent.length = 0;
    this.retained = undefined;
    this.broker.cut();
  }

  async heal(): Promise<void> {
    this.broker.reachable = true;
    for (let round = 0; round < 300 && this.outbox.kept.length > 0; round++) {
      await this.clock.pass(500);
      await this.settle();
      this.deliver(1_000, false, false);
      this.commit();
      await this.settle();
    }
  }
}

const most = fc.integer({ min: 1, max: 6 });
const fate = fc.integer({ min: 0, max: 9 });
type Act = (world: World) => void | Promise<void>;
const action: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.array(fc.boolean(), { minLength: 1, maxLength: 8, size: "max" }).map(
      (kinds): Act =>
        (world) =>
          world.publish(kinds),
    ),
  },
  {
    weight: 8,
    arbitrary: fc.tuple(most, fate).map(
      ([count, luck]): Act =>
        (world) =>
          world.deliver(count, luck < 2, luck > 7),
    ),
  },
  { weight: 6, arbitrary: fc.constant<Act>((world) => world.commit()) },
  {
    weight: 4,
    arbitrary: fc.integer({ min: 1, max: 12_000 }).map(
      (ms): Act =>
        (world) =>
          world.clock.pass(ms),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Act>((world) => world.broker.cut()) },
  {
    weight: 1,
    arbitrary: fc.boolean().map(
      (reachable): Act =>
        (world) => {
          world.broker.reachable = reachable;
          if (!reachable) world.broker.cut();
        },
    ),
  },
  { weight: 1, arbitrary: fc.constant<Act>((world) => world.crashBroker()) },
  { weight: 1, arbitrary: fc.constant<Act>((world) => world.crashEdge()) },
  { weight: 1, arbitrary: fc.constant<Act>((world) => world.center.crash()) },
);

describe("Edge", () => {
  it("brings every message it has taken exactly once, whoever crashes when, and never forgets one too early", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { size: "max", maxLength: 60 }), async (actions) => {
        const world = new World();
        await world.start();
        for (const act of actions) {
          await act(world);
          await world.settle();
        }
        await world.heal();
        assert.deepEqual(
          world.outbox.kept.map(({ seq }) => seq),
          [],
          "the outbox is empty in the end",
        );
        for (const [key, alarm] of world.handedOver) {
          const copies = world.center.stored.get(key) ?? [];
          assert.equal(copies.length, 1, `${key} is stored ${copies.length} times`);
          assert.ok(copies[0]?.includes(alarm), `${key} says what was said`);
        }
        await world.edge.drained();
      }),
      { numRuns: 150 },
    );
  });
});
