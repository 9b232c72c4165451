import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { MachineKey } from "../../src/contract/topic.ts";
import { downTopic } from "../../src/contract/topic.ts";
import { ReceiptScheduler } from "../../src/ingest/receipts.ts";
import { SequenceTracker } from "../../src/ingest/sequence-tracker.ts";
import type { SequenceState } from "../../src/log/sequence-state.ts";
import type { OutgoingMessage } from "../../src/mqtt/delivery.ts";
import { ManualClock } from "../time/manual-clock.ts";
import { ALARM, edgeOver, MACHINE, turn } from "./edge-under-test.ts";
import { FakeBroker, identityOf } from "./fake-broker.ts";
import { MemoryOutbox } from "./memory-outbox.ts";

/** A broker that retains one receipt per topic, before a data center of real trackers and real receipts. */
class Chain {
  readonly clock = new ManualClock();
  readonly broker = new FakeBroker();
  readonly receipts = new ReceiptScheduler({
    publish: (message) => this.#down(message),
    clock: this.clock,
    now: () => 0,
  });
  readonly #retained = new Map<string, string>();
  readonly #trackers = new Map<string, SequenceTracker>();
  #taken = 0;

  constructor() {
    this.broker.answers = { kind: "taken" };
  }

  /** Commits what has arrived at the broker since the last time. */
  commit(): void {
    const touched = new Set<SequenceTracker>();
    for (const { message } of this.broker.sent.slice(this.#taken)) {
      const { boot, seq } = identityOf(message);
      const tracker = this.#trackers.get(boot) ?? new SequenceTracker({ machine: MACHINE, boot });
      this.#trackers.set(boot, tracker);
      if (tracker.verdict(seq) === "seen") tracker.duplicate();
      else tracker.store(seq);
      touched.add(tracker);
    }
    this.#taken = this.broker.sent.length;
    this.receipts.owed(Array.from(touched, (tracker): SequenceState => tracker.state()));
  }

  /** What a broker does for a subscription that is new. */
  deliverRetained(machine: MachineKey): void {
    const retained = this.#retained.get(downTopic(machine, "receipt"));
    if (retained !== undefined) this.broker.down(downTopic(machine, "receipt"), retained);
  }

  retainedBoot(machine: MachineKey): string | undefined {
    const retained = this.#retained.get(downTopic(machine, "receipt"));
    return retained === undefined ? undefined : (JSON.parse(retained) as { boot: string }).boot;
  }

  /** Lets time pass; what arrives meanwhile is committed. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) {
      this.commit();
      await this.clock.pass(50);
      await turn();
    }
  }

  async #down({ topic, payload, retain }: OutgoingMessage): Promise<void> {
    if (retain) this.#retained.set(topic, payload);
    this.broker.down(topic, payload);
  }
}

suite("receipts of several boots of a machine", () => {
  test("leftovers and new messages both get theirs over a topic that retains one, though all others were lost", async () => {
    const chain = new Chain();
    const outbox = new MemoryOutbox();
    const first = edgeOver({ ...chain, outbox });
    const before = await first.edge.machine(MACHINE);
    await turn();
    const { boot: oldBoot } = await before.publish("alarm", ALARM);
    await before.publish("alarm", ALARM);
    await first.edge.close();

    const second = edgeOver({ ...chain, outbox: new MemoryOutbox(outbox.kept) });
    const machine = await second.edge.machine(MACHINE);
    await turn();
    const { boot: newBoot } = await machine.publish("alarm", ALARM);
    await turn();
    // The connection breaks before the receipts: the one that is not retained is gone for good.
    chain.broker.reachable = false;
    chain.broker.cut();
    await chain.pass(1_000);
    // Both were made in the same millisecond, so either may sort last: the one that doesn't is the one in question.
    const retained = [oldBoot, newBoot].sort().at(-1);
    assert.equal(chain.retainedBoot(MACHINE), retained);
    assert.equal(second.edge.status().waiting.durable.messages, 3);

    chain.broker.reachable = true;
    const drained = second.edge.drained();
    while (chain.broker.live.length === 0) await chain.pass(250);
    chain.deliverRetained(MACHINE);
    await machine.publish("alarm", ALARM);
    await chain.pass(2_000);
    await drained;
    assert.equal(chain.retainedBoot(MACHINE), retained);
    assert.notEqual(oldBoot, newBoot);
  });

  test("a retained receipt that is taken away says nothing and is no trouble", async () => {
    const { edge, broker, kinds } = edgeOver();
    await edge.machine(MACHINE);
    await turn();
    broker.down(downTopic(MACHINE, "receipt"), "");
    assert.deepEqual(kinds(), ["connected", "receipts-unverified"]);
  });
});
