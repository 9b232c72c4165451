import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Receipt } from "../../src/contract/receipt.ts";
import type { MachineKey } from "../../src/contract/topic.ts";
import { PublisherState, type ReadOrder } from "../../src/edge/publisher-state.ts";
import { FIRST_PROBE } from "../../src/edge/recovery.ts";

const PUBLISHER = { machine: "tunis-01/line-a/s5_tempering/temper-01" as MachineKey, boot: "boot-0001" };
const TIMING = { receiptTimeoutMs: 10_000, longestReceiptTimeoutMs: 60_000 };

function receipt(through: number, missing: [number, number][] = [], quarantined: number[] = []): Receipt {
  return { boot: PUBLISHER.boot, through, missing, quarantined, at: "2026-01-11T10:00:00Z" };
}

/** A publisher that is connected and has sent 1 … count live, acknowledged by the broker. */
function sentLive(count: number, now = 0): PublisherState {
  const state = new PublisherState(PUBLISHER, TIMING, true);
  state.connected(now);
  for (let seq = 1; seq <= count; seq++) {
    assert.ok(state.live);
    state.handedOver(seq, true);
    state.sentLive(seq, 1, now);
    state.answered(seq);
  }
  return state;
}

/** Works a read off as if the outbox held all of it: everything wanted is sent and acknowledged. */
function workOff(state: PublisherState, order: ReadOrder, now: number): number[] {
  const through = Math.min(order.to, order.from + order.limit - 1);
  const present = Array.from({ length: through - order.from + 1 }, (_, index) => order.from + index);
  const sent = present.filter((seq) => state.wants(seq, order.kind));
  for (const seq of sent) state.sent(seq, 1, now);
  state.scanned(order, through, present);
  for (const seq of sent) state.answered(seq);
  return sent;
}

/** Everything that is due now. */
function sendAll(state: PublisherState, now: number): number[] {
  const sent: number[] = [];
  for (let order = state.nextRead(100); order !== undefined; order = state.nextRead(100)) {
    sent.push(...workOff(state, order, now));
  }
  return sent;
}

describe("PublisherState", () => {
  it("forgets what a receipt covers, except what it lists as missing", () => {
    const state = sentLive(6);
    const effect = state.receipt(receipt(5, [[2, 3]], [4]), 0);
    assert.equal(effect.kind, "taken");
    if (effect.kind !== "taken") return;
    assert.deepEqual(effect.covered, [
      [1, 1],
      [4, 5],
    ]);
    assert.deepEqual(effect.quarantined, [4], "in quarantine means: the data center has it");
  });

  it("takes no acknowledgement of the broker for a receipt: unanswered, all of it is sent again", () => {
    const state = sentLive(3);
    assert.equal(state.finished, false);
    state.tick(9_999);
    assert.deepEqual(sendAll(state, 9_999), [], "not before the time");
    state.tick(10_000);
    assert.deepEqual(sendAll(state, 10_000), [1, 2, 3]);
  });

  it("waits longer each time that nothing comes back, and sends no more for that", () => {
    const state = sentLive(1_000);
    const portions: number[] = [];
    for (let now = 0; now <= 300_000; now += 250) {
      state.tick(now);
      const sent = sendAll(state, now);
      if (sent.length > 0) portions.push(now, sent.length);
    }
    assert.deepEqual(portions, [10_000, 64, 30_000, 64, 70_000, 64, 130_000, 64, 190_000, 64, 250_000, 64]);
  });

  it("goes on at once with the next portion when receipts show that somebody is there again", () => {
    const state = sentLive(1_000);
    state.tick(10_000);
    let through = sendAll(state, 10_000).length;
    assert.equal(through, FIRST_PROBE);
    for (let round = 0; through < 1_000; round++) {
      assert.ok(round < 4, "64, 128, 256, 512 and the rest");
      state.receipt(receipt(through), 10_000 + round);
      through += sendAll(state, 10_000 + round).length;
    }
    state.receipt(receipt(1_000), 10_010);
    assert.ok(state.finished);
  });

  it("leaves a broker alone that is working off what it had kept", () => {
    const state = sentLive(1_000);
    for (let through = 10, now = 0; through <= 1_000; through += 10, now += 9_000) {
      state.tick(now);
      assert.deepEqual(sendAll(state, now), []);
      state.receipt(receipt(through), now);
    }
    assert.ok(state.finished);
  });

  it("sends again at once what a receipt lists as missing, and not again while that is on its way", () => {
    const state = sentLive(10);
    state.tick(500);
    state.tick(1_000);
    state.receipt(receipt(10, [[4, 5]]), 1_000);
    assert.deepEqual(sendAll(state, 1_000), [4, 5]);
    for (let now = 1_250; now < 11_000; now += 250) {
      state.receipt(receipt(10, [[4, 5]]), now);
      assert.deepEqual(sendAll(state, now), [], "asked for again before it can have arrived");
    }
    state.receipt(receipt(10, [[4, 5]]), 11_000);
    assert.deepEqual(sendAll(state, 11_000), [4, 5]);
  });

  it("takes a number that was just overtaken for underway, not for missing", () => {
    const state = sentLive(10, 1_000);
    state.receipt(receipt(10, [[9, 9]]), 1_100);
    assert.deepEqual(sendAll(state, 1_100), []);
  });

  it("sends again after a reconnect what the broker had not acknowledged, then what has no receipt", () => {
    const state = sentLive(3);
    state.handedOver(4, true);
    state.sentLive(4, 1, 0);
    state.disconnected();
    state.handedOver(5, true);
    assert.equal(state.live, false);
    state.connected(2_000);
    const orders: [string, number, number][] = [];
    for (let order = state.nextRead(100); order !== undefined; order = state.nextRead(100)) {
      orders.push([order.kind, order.from, order.to]);
      workOff(state, order, 2_000);
    }
    assert.deepEqual(orders, [
      ["again", 4, 4],
      ["recovery", 1, 4],
      ["first", 5, 5],
    ]);
    assert.ok(state.live);
  });

  it("ignores receipts that say less than an earlier one", () => {
    const state = sentLive(10);
    state.receipt(receipt(8, [[3, 3]]), 0);
    assert.deepEqual(state.receipt(receipt(7), 1), { kind: "ignored", why: "backwards" });
    assert.deepEqual(state.receipt(receipt(8, [[3, 4]]), 1), { kind: "ignored", why: "backwards" });
    assert.equal(state.wants(3, "again"), true);
    assert.equal(state.wants(4, "again"), false);
  });

  it("ignores a receipt for numbers that it has never given out", () => {
    assert.deepEqual(sentLive(3).receipt(receipt(4), 0), { kind: "ignored", why: "impossible" });
  });

  it("says so when the data center has lost what it had, and doesn't wait for that", () => {
    const state = sentLive(10);
    state.receipt(receipt(8), 0);
    const effect = state.receipt(receipt(10, [[5, 9]]), 1);
    assert.equal(effect.kind, "taken");
    if (effect.kind !== "taken") return;
    assert.deepEqual(effect.uncovered, [[5, 8]]);
    assert.deepEqual(effect.covered, [[10, 10]]);
    state.tick(600);
    state.tick(1_200);
    assert.deepEqual(sendAll(state, 1_200), [9], "of what it misses, only 9 is still here");
  });

  it("tells once what the data center asks for and nobody has any more", () => {
    const state = sentLive(6);
    state.tick(500);
    state.tick(1_000);
    state.receipt(receipt(6, [[2, 4]]), 1_000);
    const order = state.nextRead(100);
    assert.deepEqual(order, { kind: "again", from: 2, to: 4, limit: 100 });
    assert.ok(order);
    state.sent(3, 1, 1_000);
    assert.deepEqual(state.scanned(order, 4, [3]), [
      [2, 2],
      [4, 4],
    ]);
    state.answered(3);
    const effect = state.receipt(
      receipt(6, [
        [2, 2],
        [4, 4],
      ]),
      1_250,
    );
    assert.deepEqual(effect.kind === "taken" && effect.lost, []);
    assert.ok(state.finished);
  });

  it("calls nothing lost after a restart before a receipt shows that it is newer than the restart", () => {
    // The earlier process had 2 and 3 deleted on a receipt, and left 4 and 5; a broker brings back an older receipt.
    const state = new PublisherState(PUBLISHER, TIMING, false, 5);
    state.connected(0);
    const stale = state.receipt(receipt(3, [[2, 2]]), 0);
    assert.deepEqual(stale.kind === "taken" && stale.lost, []);
    const order = state.nextRead(100);
    assert.ok(order);
    for (const seq of [4, 5]) state.sent(seq, 1, 0);
    assert.deepEqual(state.scanned(order, 5, [4, 5]), [], "2 isn't here, because it is at the data center");
    const effect = state.receipt(receipt(5), 100);
    assert.deepEqual(effect.kind === "taken" && [effect.covered, effect.lost], [
      [
        [2, 2],
        [4, 5],
      ],
      [],
    ]);
  });

  it("calls lost after a restart what a receipt that covers a number it has held still asks for", () => {
    const state = new PublisherState(PUBLISHER, TIMING, false, 5);
    state.connected(0);
    state.receipt(receipt(3, [[2, 2]]), 0);
    const order = state.nextRead(100);
    assert.ok(order);
    for (const seq of [4, 5]) state.sent(seq, 1, 0);
    assert.deepEqual(state.scanned(order, 5, [4, 5]), []);
    const effect = state.receipt(receipt(4, [[2, 2]]), 100);
    assert.deepEqual(effect.kind === "taken" && effect.lost, [[2, 2]]);
    const again = state.receipt(receipt(5, [[2, 2]]), 200);
    assert.deepEqual(again.kind === "taken" && again.lost, [], "once");
    assert.ok(state.finished);
  });

  it("counts the gaps it may be left with by the places where a durable message follows telemetry", () => {
    const state = new PublisherState(PUBLISHER, TIMING, true);
    const kinds = [true, true, false, false, true, true, false, true, false];
    for (const [index, durable] of kinds.entries()) state.handedOver(index + 1, durable);
    assert.equal(state.possibleGaps, 2);
    state.receipt(receipt(5), 0);
    assert.equal(state.possibleGaps, 1);
  });

  it("hears the silence of receipts behind a machine that goes on talking", () => {
    const state = sentLive(1);
    for (let seq = 2; seq <= 100; seq++) {
      state.handedOver(seq, false);
      state.sentLive(seq, 0, seq * 100);
    }
    state.tick(10_000);
    assert.equal(sendAll(state, 10_000).length, FIRST_PROBE);
  });

  it("finds again what came out of order while a read was under way that had not seen it", () => {
    const state = new PublisherState(PUBLISHER, TIMING, false);
    state.connected(0);
    state.handedOver(1, true);
    state.handedOver(4, true);
    const order = state.nextRead(100);
    assert.ok(order);
    state.handedOver(3, true);
    for (const seq of [1, 4]) state.sent(seq, 1, 0);
    state.scanned(order, 4, [1, 4]);
    assert.deepEqual(sendAll(state, 0), [3]);
    state.receipt(receipt(4, [[2, 2]]), 0);
    assert.ok(state.finished, "2 was never here");
  });

  it("takes back that a number is gone for good when it turns out to have arrived", () => {
    const state = sentLive(1);
    state.handedOver(2, false);
    state.sentLive(2, 0, 0);
    state.tick(10_000);
    const order = state.nextRead(100);
    assert.ok(order);
    state.scanned(order, 2, [1]); // the ring has dropped 2, which is on its way
    assert.equal(state.possibleGaps, 1);
    state.receipt(receipt(2), 10_000);
    assert.equal(state.possibleGaps, 0);
  });
});
