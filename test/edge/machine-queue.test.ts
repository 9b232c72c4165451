import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RECEIPT_LIST_LIMIT, type Receipt } from "../../src/contract/receipt.ts";
import type { MachineKey } from "../../src/contract/topic.ts";
import { MachineQueue } from "../../src/edge/machine-queue.ts";
import { ModelDataCenter } from "./model-data-center.ts";

const MACHINE = "tunis-01/line-a/s5_tempering/temper-01" as MachineKey;
const TIMING = { receiptTimeoutMs: 10_000, longestReceiptTimeoutMs: 60_000 };

function newQueue(): MachineQueue {
  let boots = 0;
  return new MachineQueue({ machine: MACHINE, timing: TIMING, newBoot: () => `boot-${++boots}00000` });
}

/** Hands a message over; returns its identity. */
function handOver(queue: MachineQueue, durable: boolean): { boot: string; seq: number } {
  const identity = queue.takeNumber(durable, 0);
  queue.state(identity.boot)?.handedOver(identity.seq, durable);
  queue.settleNumbers();
  return identity;
}

describe("MachineQueue", () => {
  it("numbers without a gap over what could not be written", () => {
    const queue = newQueue();
    handOver(queue, true);
    queue.takeNumber(true, 0);
    queue.takeNumber(false, 0);
    queue.settleNumbers();
    assert.equal(handOver(queue, true).seq, 2);
  });

  it("sends what an earlier process left first, boot by boot", () => {
    const queue = newQueue();
    queue.addLeftover({ machine: MACHINE, boot: "boot-0000a" }, 3);
    queue.addLeftover({ machine: MACHINE, boot: "boot-0000b" }, 2);
    const { boot } = handOver(queue, true);
    queue.connected(0);
    const current = queue.state(boot);
    assert.ok(current);
    const reads: string[] = [];
    for (let read = queue.nextRead(100); read !== undefined; read = queue.nextRead(100)) {
      assert.equal(queue.isLive(current), false);
      reads.push(`${read.state.publisher.boot} ${read.order.from}-${read.order.to}`);
      read.state.scanned(read.order, read.order.to, []);
    }
    assert.deepEqual(reads, ["boot-0000a 1-3", "boot-0000b 1-2", `${boot} 1-1`]);
    assert.ok(queue.isLive(current));
  });

  it("lets nobody overtake an older boot", () => {
    const queue = newQueue();
    queue.addLeftover({ machine: MACHINE, boot: "boot-0000a" }, 3);
    queue.connected(0);
    const { boot } = queue.takeNumber(true, 0);
    const current = queue.state(boot);
    assert.ok(current?.live);
    assert.equal(queue.isLive(current), false);
  });

  it("forgets a boot that is done, and no sooner", () => {
    const queue = newQueue();
    queue.addLeftover({ machine: MACHINE, boot: "boot-0000a" }, 1);
    queue.connected(0);
    const read = queue.nextRead(100);
    assert.ok(read);
    read.state.sent(1, 1, 0);
    read.state.scanned(read.order, 1, [1]);
    read.state.answered(1);
    queue.forgetFinished();
    assert.ok(queue.state("boot-0000a"), "the broker's acknowledgement is no receipt");
    const covered: Receipt = { boot: "boot-0000a", through: 1, missing: [], quarantined: [], at: "" };
    read.state.receipt(covered, 0);
    queue.forgetFinished();
    assert.equal(queue.state("boot-0000a"), undefined);
  });

  it("never has more gaps in one boot than a receipt can list, however much telemetry the ring drops", () => {
    const queue = newQueue();
    const center = new ModelDataCenter(MACHINE);
    const held = new Map<string, Set<number>>();
    for (let round = 0; round < 1_000; round++) {
      handOver(queue, false); // dropped by the ring before it was sent
      const { boot, seq } = handOver(queue, true);
      held.set(boot, (held.get(boot) ?? new Set()).add(seq));
    }
    queue.connected(0);
    for (let read = queue.nextRead(100_000); read !== undefined; read = queue.nextRead(100_000)) {
      const { boot } = read.state.publisher;
      const { order } = read;
      const present = [...(held.get(boot) ?? [])].filter((seq) => seq >= order.from && seq <= order.to);
      for (const seq of present) {
        center.receive({ boot, seq, says: "" });
        read.state.sent(seq, 1, 0);
        read.state.answered(seq);
      }
      read.state.scanned(order, order.to, present);
    }
    for (const receipt of center.commit()) {
      assert.ok(receipt.missing.length < RECEIPT_LIST_LIMIT);
      queue.state(receipt.boot)?.receipt(receipt, 0);
    }
    assert.ok([...queue.states].every((state) => state.finished));
    assert.equal(center.stored.size, 1_000);
  });

  it("keeps only the newest state as the retained one", () => {
    const queue = newQueue();
    const first = handOver(queue, true);
    assert.equal(queue.isOutdatedState(first), false, "nothing newer is known");
    queue.noteState({ machine: MACHINE, payload: "{}", ...first });
    const second = handOver(queue, true);
    queue.noteState({ machine: MACHINE, payload: "{}", ...second });
    assert.equal(queue.isOutdatedState(first), true);
    assert.equal(queue.isOutdatedState(second), false);
  });

  it("knows by a receipt that somebody else numbers the machine's messages, and says so once", () => {
    const boot = (began: number) => `0198c5f2-0000-7000-8000-00000000000${began}`;
    const queue = new MachineQueue({ machine: MACHINE, timing: TIMING, newBoot: () => boot(4) });
    assert.equal(queue.isRival(boot(9)), false, "nothing is numbered here");
    handOver(queue, true);
    assert.equal(queue.isRival(boot(3)), false, "an earlier process");
    queue.forwarded(boot(5), 0);
    assert.equal(queue.isRival(boot(5)), false, "the machine's own number");
    assert.equal(queue.isRival("plc-boot-1"), false, "nobody knows when that began");
    assert.deepEqual(
      [queue.isRival(boot(6)), queue.isRival(boot(6)), queue.isRival(boot(7))],
      [true, false, true],
    );
  });
});
