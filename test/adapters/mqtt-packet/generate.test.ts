import assert from "node:assert/strict";
import { it } from "node:test";
import { writeToStream } from "mqtt-packet";
import { generate } from "../../../src/adapters/mqtt-packet/generate.ts";

it("packets are written without a buffer for every number there is", () => {
  assert.equal(writeToStream.cacheNumbers, false);
  const packet = { cmd: "puback", messageId: 0xabcd } as const;
  assert.deepEqual(generate(packet), Buffer.from([0x40, 0x02, 0xab, 0xcd]));
});
