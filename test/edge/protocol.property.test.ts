import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Receipt } from "../../src/contract/receipt.ts";
import type { MachineKey } from "../../src/contract/topic.ts";
import { MachineQueue } from "../../src/edge/machine-queue.ts";
import { ModelDataCenter, type NumberedMessage } from "./model-data-center.ts";

const MACHINE = "tunis-01/line-a/s5_tempering/temper-01" as MachineKey;
const TIMING = { receiptTimeoutMs: 10_000, longestReceiptTimeoutMs: 60_000 };
const WINDOW = 5;
const RING = 6;

interface Held {
  readonly durable: boolean;
  readonly says: string;
}

interface OnTheWire extends NumberedMessage {
  readonly qos: number;
  /** The edge's connection that sent it. */
  readonly epoch: number;
}

/**
 * Machine, broker and data center in one thread, every step of theirs an action: whatever can happen between two
 * of them happens. The edge's half is the real protocol core over an outbox in memory.
 */
class World {
  now = 0;
  boots = 0;
  handedOver = new Map<string, Held>();
  outbox = new Map<string, Held>();
  queue = this.newQueue();
  center = new ModelDataCenter(MACHINE, ({ says }) => says.endsWith("7"));
  /** Whether the edge is connected, and on which of its connections. */
  connected = false;
  epoch = 0;
  atBroker: OnTheWire[] = [];
  acks: OnTheWire[] = [];
  receipts: Receipt[] = [];
  /** Every receipt there ever was: a broker may bring an old one back. */
  allReceipts: Receipt[] = [];
  retained: Receipt | undefined;
  /** Messages whose bytes went into the outbox and came out by a receipt. */
  deleted = new Set<string>();
  lost = new Set<string>();
  restarts = 0;

  newQueue(): MachineQueue {
    const newBoot = () => `boot-${String(++this.boots).padStart(5, "0")}`;
    return new MachineQueue({ machine: MACHINE, timing: TIMING, newBoot });
  }

  handOver(durable: boolean): void {
    const { boot, seq } = this.queue.takeNumber(durable, this.now);
    const key = `${boot} ${seq}`;
    const held = { durable, says: `${this.handedOver.size}` };
    this.handedOver.set(key, held);
    this.outbox.set(key, held);
    const state = this.queue.state(boot);
    assert.ok(state);
    const live = this.queue.isLive(state) && (!durable || this.inFlight() < WINDOW);
    state.handedOver(seq, durable);
    this.queue.settleNumbers();
    if (live) {
      this.atBroker.push({ boot, seq, says: held.says, qos: durable ? 1 : 0, epoch: this.epoch });
      state.sentLive(seq, durable ? 1 : 0, this.now);
    }
    const telemetry = [...this.outbox].filter(([, each]) => !each.durable);
    if (telemetry.length > RING && telemetry[0]) this.outbox.delete(telemetry[0][0]);
  }

  inFlight(): number {
    return this.queue.inFlight;
  }

  /** Sends what is due, at most this much. */
  send(most: number): void {
    for (let count = 0; count < most && this.inFlight() < WINDOW; count++) {
      const read = this.queue.nextRead(3);
      if (read === undefined) return;
      const { state, order } = read;
      const { boot } = state.publisher;
      const present: number[] = [];
      let through = order.to;
      for (const seq of this.numbersOf(boot)) {
        if (seq < order.from || seq > order.to) continue;
        if (present.length === order.limit || this.inFlight() >= WINDOW) {
          through = seq - 1;
          break;
        }
        present.push(seq);
        if (!state.wants(seq, order.kind)) continue;
        const says = this.outbox.get(`${boot} ${seq}`)?.says ?? "";
        this.atBroker.push({ boot, seq, says, qos: 1, epoch: this.epoch });
        state.sent(seq, 1, this.now);
      }
      for (const [from, to] of state.scanned(order, through, present)) this.noteLost(boot, from, to);
    }
  }

  numbersOf(boot: string): number[] {
    const keys = [...this.outbox.keys()].filter((key) => key.startsWith(`${boot} `));
    return keys.map((key) => Number(key.split(" ")[1])).sort((a, b) => a - b);
  }

  noteLost(boot: string, from: number, to: number): void {
    for (let seq = from; seq <= to; seq++) {
      const key = `${boot} ${seq}`;
      assert.ok(!this.deleted.has(key), `${key} was called lost though a receipt had covered it`);
      assert.ok(!this.lost.has(key) || this.restarts > 0, `${key} was called lost twice`);
      this.lost.add(key);
    }
  }

  connect(): void {
    if (this.connected) return;
    this.connected = true;
    this.epoch++;
    this.queue.connected(this.now);
    if (this.retained !== undefined) this.receipts.push(this.retained);
  }

  disconnect(): void {
    if (!this.connected) return;
    this.connected = false;
    this.acks = [];
    this.receipts = [];
    this.queue.disconnected();
  }

  /** The edge's process dies: what is left is the outbox. */
  crashEdge(): void {
    this.disconnect();
    this.queue = this.newQueue();
    this.restarts++;
    const highest = new Map<string, number>();
    for (const key of this.outbox.keys()) {
      const [boot = "", seq] = key.split(" ");
      highest.set(boot, Math.max(highest.get(boot) ?? 0, Number(seq)));
    }
    for (const [boot, seq] of [...highest].sort()) this.queue.addLeftover({ machine: MACHINE, boot }, seq);
  }

  /** The broker hands messages on, and acknowledges QoS 1; it may acknowledge and lose instead. */
  deliver(count: number, lose: boolean, repeat: boolean): void {
    for (const message of this.atBroker.splice(0, count)) {
      if (!lose) this.center.receive(message);
      if (repeat) this.center.receive(message);
      if (message.qos > 0 && message.epoch === this.epoch) this.acks.push(message);
    }
  }

  acknowledge(count: number): void {
    for (const { boot, seq, epoch } of this.acks.splice(0, count)) {
      if (this.connected && epoch === this.epoch) this.queue.state(boot)?.answered(seq);
    }
  }

  commit(): void {
    for (const receipt of this.center.commit()) {
      this.allReceipts.push(receipt);
      if (this.retained === undefined || receipt.boot >= this.retained.boot) this.retained = receipt;
      if (this.connected) this.receipts.push(receipt);
    }
  }

  hear(count: number): void {
    for (const receipt of this.receipts.splice(0, count)) {
      const state = this.queue.state(receipt.boot);
      const effect = state?.receipt(receipt, this.now);
      if (effect?.kind !== "taken") continue;
      assert.equal(effect.uncovered.length, 0, "this data center never forgets");
      for (const [from, to] of effect.lost) this.noteLost(receipt.boot, from, to);
      for (const [from, to] of effect.covered) this.forget(receipt.boot, from, to);
      this.queue.forgetFinished();
    }
  }

  forget(boot: string, from: number, to: number): void {
    for (let seq = from; seq <= to; seq++) {
      const key = `${boot} ${seq}`;
      if (!this.outbox.delete(key)) continue;
      assert.ok(this.center.has(boot, seq), `${key} was forgotten before it was on the data center's disk`);
      this.deleted.add(key);
    }
  }

  tick(ms: number): void {
    this.now += ms;
    this.queue.tick(this.now);
  }

  check(): void {
    assert.ok(this.inFlight() <= WINDOW, "the window bounds what is in flight");
    for (const [key, copies] of this.center.stored) {
      assert.deepEqual(copies, [this.handedOver.get(key)?.says], `${key} is stored once, unaltered`);
    }
  }

  /** The network heals and everybody stays up. */
  heal(): number {
    this.connect();
    let rounds = 0;
    for (; rounds < 400 && this.outbox.size > 0; rounds++) {
      this.send(20);
      this.deliver(1_000, false, false);
      this.acknowledge(1_000);
      this.commit();
      this.hear(1_000);
      this.tick(300);
    }
    return rounds;
  }
}

const count = fc.integer({ min: 1, max: 8 });
const action: fc.Arbitrary<(world: World) => void> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc
      .array(fc.boolean(), { minLength: 1, maxLength: 6, size: "max" })
      .map((kinds) => (world: World) => {
        for (const durable of kinds) world.handOver(durable);
      }),
  },
  { weight: 8, arbitrary: count.map((most) => (world: World) => world.send(most)) },
  { weight: 4, arbitrary: fc.constant((world: World) => world.connect()) },
  { weight: 2, arbitrary: fc.constant((world: World) => world.disconnect()) },
  { weight: 1, arbitrary: fc.constant((world: World) => world.crashEdge()) },
  {
    weight: 8,
    arbitrary: fc.tuple(count, fc.integer({ min: 0, max: 9 })).map(
      ([most, fate]) =>
        (world: World) =>
          world.deliver(most, fate < 2, fate > 7),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.nat(20).map((at) => (world: World) => {
      const [moved] = world.atBroker.splice(at % Math.max(1, world.atBroker.length), 1);
      if (moved !== undefined) world.atBroker.push(moved);
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constant((world: World) => {
      // kill -9 of the broker with its state deleted: what it acknowledged is gone.
      world.atBroker = [];
      world.retained = undefined;
      world.disconnect();
    }),
  },
  { weight: 6, arbitrary: count.map((most) => (world: World) => world.acknowledge(most)) },
  { weight: 6, arbitrary: fc.constant((world: World) => world.commit()) },
  { weight: 2, arbitrary: fc.constant((world: World) => world.center.crash()) },
  { weight: 6, arbitrary: count.map((most) => (world: World) => world.hear(most)) },
  {
    weight: 2,
    arbitrary: fc.nat(1_000).map((at) => (world: World) => {
      const old = world.allReceipts[at % Math.max(1, world.allReceipts.length)];
      if (old !== undefined && world.connected) world.receipts.push(old);
    }),
  },
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 15_000 }).map((ms) => (world: World) => world.tick(ms)) },
);

describe("the protocol of outbox and receipts", () => {
  it("stores every durable message exactly once under loss, repetition, reordering and crashes of everybody", () => {
    fc.assert(
      fc.property(fc.array(action, { size: "max", maxLength: 150 }), (actions) => {
        const world = new World();
        for (const act of actions) {
          act(world);
          world.check();
        }
        world.heal();
        world.check();
        for (const [key, held] of world.handedOver) {
          const [boot = "", seq] = key.split(" ");
          const there = world.center.has(boot, Number(seq));
          if (held.durable) assert.ok(there, `durable ${key} is stored`);
        }
        assert.deepEqual([...world.outbox.keys()], [], "the outbox is empty when everything has its receipt");
        for (const key of world.lost) assert.ok(!world.handedOver.get(key)?.durable, `${key} can't be lost`);
      }),
      { numRuns: 1_500 },
    );
  });
});
