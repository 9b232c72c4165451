import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { SettledTransfers } from "../../../src/edge/forwarding/settled-transfers.ts";
import type { Transfer } from "../../../src/edge/outbox.ts";

type Step =
  | { readonly kind: "add" | "delete"; readonly transfer: Transfer }
  | { readonly kind: "end"; readonly sender: string };

const sender = fc.constantFrom("", "plc-1", "plc-2", "7 plc");
const transfer = fc.record({
  sender,
  packetId: fc.integer({ min: 1, max: 6 }),
  digest: fc.oneof(
    fc.constantFrom("a", "b"),
    fc.string({ minLength: 43, maxLength: 43, unit: fc.constantFrom("x", "-") }),
  ),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom("add" as const, "delete" as const), transfer }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("end" as const), sender }) },
);
const keyOf = ({ sender: from, packetId }: Transfer) => JSON.stringify([from, packetId]);

describe("SettledTransfers", () => {
  it("knows what a map of the latest transfers would know, whatever comes", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.array(transfer), (steps, asked) => {
        const limit = 8;
        const settled = new SettledTransfers(limit);
        const model = new Map<string, Transfer>();
        for (const each of steps) {
          if (each.kind === "end") {
            settled.endSender(each.sender);
            for (const [key, known] of model) if (known.sender === each.sender) model.delete(key);
            continue;
          }
          const key = keyOf(each.transfer);
          model.delete(key);
          if (each.kind === "add") {
            settled.add(each.transfer);
            model.set(key, each.transfer);
            const [oldest] = model.keys();
            if (model.size > limit && oldest !== undefined) model.delete(oldest);
          } else settled.delete(each.transfer.sender, each.transfer.packetId);
        }
        assert.equal(settled.size, model.size);
        for (const each of [...model.values(), ...asked]) {
          assert.equal(settled.has(each), model.get(keyOf(each))?.digest === each.digest);
        }
      }),
    );
  });

  it("remembers as many as it is to, whoever sent them, and the digests of all", () => {
    const settled = new SettledTransfers(3_000);
    const one = (index: number) => ({ sender: `client-${index}`, packetId: 1, digest: `digest-${index}` });
    for (let index = 0; index < 5_000; index++) settled.add(one(index));
    assert.equal(settled.size, 3_000);
    assert.equal(settled.has(one(1_999)), false);
    for (let index = 2_000; index < 5_000; index++) assert.ok(settled.has(one(index)));
  });
});
