import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Receipt } from "../../src/contract/receipt.ts";
import type { MachineKey } from "../../src/contract/topic.ts";
import { PublisherState } from "../../src/edge/publisher-state.ts";
import { SeqSet } from "../../src/sequence/seq-set.ts";

const PUBLISHER = { machine: "tunis-01/line-a/s5_tempering/temper-01" as MachineKey, boot: "boot-00001" };
const TIMING = { receiptTimeoutMs: 1_000, longestReceiptTimeoutMs: 2_000 };
const MESSAGES = 3_000;
const STEP_MS = 50;
const RECEIPT_EVERY_MS = 250;

interface Way {
  /** Messages a second that get through. */
  readonly perSecond: number;
  /** Whether the first sending of a number gets lost. */
  readonly lost: (seq: number) => boolean;
}

/**
 * One machine, a broker that acknowledges at once and hands messages on in their order as slowly as it can, and a data
 * center that makes receipts. Returns whether everything got its receipt within an hour, and how often each number was
 * sent on average.
 */
function throughSlowBroker({ perSecond, lost }: Way) {
  const state = new PublisherState(PUBLISHER, TIMING, true);
  const queue: number[] = [];
  const stored = new SeqSet();
  let sent = 0;
  const send = (seq: number, first: boolean) => {
    sent++;
    if (!first || !lost(seq)) queue.push(seq);
  };
  state.connected(0);
  for (let seq = 1; seq <= MESSAGES; seq++) {
    state.handedOver(seq, true);
    state.sentLive(seq, 1, 0);
    state.answered(seq);
    send(seq, true);
  }
  let now = 0;
  for (; !state.finished && now < 3_600_000; now += STEP_MS) {
    for (const seq of queue.splice(0, (perSecond * STEP_MS) / 1_000)) stored.add(seq);
    if (now % RECEIPT_EVERY_MS === 0) {
      if (stored.count > 0) state.receipt(receiptFor(stored), now);
      state.tick(now);
    }
    for (let order = state.nextRead(500); order !== undefined; order = state.nextRead(500)) {
      const last = Math.min(order.to, order.from + order.limit - 1);
      const present = Array.from({ length: last - order.from + 1 }, (_, index) => order.from + index);
      for (const seq of present) {
        if (!state.wants(seq, order.kind)) continue;
        state.sent(seq, 1, now);
        state.answered(seq);
        send(seq, false);
      }
      state.scanned(order, last, present);
    }
  }
  return { finished: state.finished, times: sent / MESSAGES };
}

function receiptFor(stored: SeqSet): Receipt {
  const through = stored.ranges.at(-1)?.[1] ?? 0;
  const missing = new SeqSet([[1, through]]);
  missing.deleteAll(stored.ranges);
  const listed = missing.ranges.slice(0, 200).map(([from, to]): [number, number] => [from, to]);
  const known = missing.ranges.length > 200 ? (missing.ranges[200]?.[0] ?? 1) - 1 : through;
  return {
    boot: PUBLISHER.boot,
    through: known,
    missing: listed,
    quarantined: [],
    at: "2026-01-11T10:00:00Z",
  };
}

describe("a publisher behind a broker that takes longer than its patience", () => {
  for (const perSecond of [100, 400, 2_000]) {
    for (const [what, lost] of [
      ["nothing lost", () => false],
      ["every seventh lost", (seq: number) => seq % 7 === 0],
      ["the second half lost", (seq: number) => seq > MESSAGES / 2],
    ] as const) {
      it(`doesn't bury it: ${perSecond} messages a second, ${what}`, () => {
        const { finished, times } = throughSlowBroker({ perSecond, lost });
        assert.ok(finished);
        assert.ok(times < 2, `each message was sent ${times} times on average`);
      });
    }
  }
});
