import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { heldBytes } from "../../src/mqtt/held-bytes.ts";
import { liveHeap } from "../live-heap.ts";

suite("bytes that a message holds", () => {
  test("every part of it counts", () => {
    const plain = { topic: "a/b", payload: Buffer.alloc(10) };
    assert.equal(heldBytes(plain), 13);
    const properties = {
      contentType: "12345",
      responseTopic: "123",
      correlationData: Buffer.alloc(7),
      userProperties: { name: ["1", "22"], other: "333" },
    };
    const text = 5 + 3 + 7 + (4 + 1) + (4 + 2) + (5 + 3);
    assert.equal(heldBytes({ ...plain, properties }), 13 + text + 3 * 80);
  });

  const SHAPES: Readonly<Record<string, (at: number) => Record<string, string | string[]>>> = {
    "many values of one name": (at) => ({ name: Array.from({ length: 5_000 }, (_, n) => `${at} ${n}`) }),
    "many names": (at) => Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`${at} ${n}`, "v"])),
    "few long ones": (at) => ({ name: `${at}`.repeat(100_000) }),
  };
  for (const [shape, userProperties] of Object.entries(SHAPES)) {
    test(`it is no less than what they take: ${shape}`, async () => {
      const before = await liveHeap();
      const messages = Array.from({ length: 20 }, (_, at) => ({
        topic: "a/b",
        payload: Buffer.alloc(0),
        properties: { userProperties: JSON.parse(JSON.stringify(userProperties(at))) },
      }));
      const taken = (await liveHeap()) - before;
      const counted = messages.reduce((sum, message) => sum + heldBytes(message), 0);
      assert.ok(counted >= taken * 0.9, `${counted} counted, ${taken} taken`);
    });
  }
});
