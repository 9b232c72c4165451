import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Acknowledgements } from "../../../src/adapters/mqtt-packet/acknowledgements.ts";

/** The packet identifiers of every write. */
function recorder(): { writes: number[][]; acknowledgements: Acknowledgements } {
  const writes: number[][] = [];
  const acknowledgements = new Acknowledgements((bytes, count) => {
    const ids: number[] = [];
    for (let at = 0; at < bytes.length; at += 4) {
      assert.equal(bytes.readUInt16BE(at), 0x4002);
      ids.push(bytes.readUInt16BE(at + 2));
    }
    assert.equal(ids.length, count);
    writes.push(ids);
  });
  return { writes, acknowledgements };
}

const nextTick = () => new Promise<void>((resolve) => process.nextTick(resolve));

describe("Acknowledgements", () => {
  it("sends a burst of settles as one write", async () => {
    const { writes, acknowledgements } = recorder();
    const tickets = [5, 6, 7].map((id) => acknowledgements.expect(id));
    for (const ticket of tickets) acknowledgements.settle(ticket);
    assert.deepEqual(writes, []);
    await nextTick();
    assert.deepEqual(writes, [[5, 6, 7]]);
    assert.equal(acknowledgements.waiting, 0);
  });

  it("acknowledges in the order of receipt, whatever the order of settling", () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(
          Array.from({ length: 40 }, (_, index) => index),
          { minLength: 40 },
        ),
        fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
        (order, flushes) => {
          const { writes, acknowledgements } = recorder();
          const tickets = order.map((_, index) => acknowledgements.expect(1_000 + index));
          const settled = new Set<number>();
          for (const [step, index] of order.entries()) {
            acknowledgements.settle(tickets[index] ?? -1);
            settled.add(index);
            if (flushes[step]) acknowledgements.flush();
            const sent = writes.flat().length;
            for (let each = 0; each < sent; each++) assert(settled.has(each), "sent before it was settled");
          }
          acknowledgements.flush();
          assert.deepEqual(
            writes.flat(),
            order.map((_, index) => 1_000 + index),
          );
        },
      ),
    );
  });

  it("ignores a second settle, even when its place is used again", () => {
    const { writes, acknowledgements } = recorder();
    const first = acknowledgements.expect(1);
    acknowledgements.settle(first);
    acknowledgements.flush();
    for (let index = 0; index < 65_535; index++) {
      const ticket = acknowledgements.expect(2);
      acknowledgements.settle(ticket);
      acknowledgements.flush();
    }
    acknowledgements.expect(3);
    acknowledgements.settle(first);
    acknowledgements.flush();
    assert.equal(writes.flat().includes(3), false);
    assert.equal(acknowledgements.waiting, 1);
  });
});
