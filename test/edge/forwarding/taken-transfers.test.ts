import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TakenTransfers } from "../../../src/edge/forwarding/taken-transfers.ts";
import { ConcheError } from "../../../src/errors/conche-error.ts";

const first = { sender: "plc-1", packetId: 7, digest: "a" };

describe("TakenTransfers", () => {
  it("knows a repetition by sender, packet identifier and bytes", () => {
    const transfers = new TakenTransfers([first]);
    assert.equal(transfers.repeated(first)?.done, true, "an earlier process took it");
    assert.equal(transfers.repeated({ ...first, digest: "b" }), undefined);
    assert.equal(transfers.repeated({ ...first, packetId: 8 }), undefined);
    assert.equal(transfers.repeated({ ...first, sender: "plc-2" }), undefined);
  });

  it("forgets it when something else comes under the identifier, and when the sender's session ends", () => {
    const transfers = new TakenTransfers([first]);
    transfers.begin({ ...first, digest: "b" });
    assert.equal(transfers.repeated(first), undefined);
    assert.equal(transfers.repeated({ ...first, digest: "b" })?.done, false);
    transfers.endSender("plc-1");
    assert.equal(transfers.repeated({ ...first, digest: "b" }), undefined);
  });

  it("lets repetitions wait for the disk, and forgets what didn't reach it", () => {
    const transfers = new TakenTransfers([]);
    const taken = transfers.begin(first);
    const answers: (ConcheError | undefined)[] = [];
    transfers.repeated(first)?.waiting.push((error) => answers.push(error));
    const failed = new ConcheError("CONCHE_OUTBOX_IO", { message: "gone" });
    transfers.settle(taken, failed);
    assert.deepEqual(answers, [failed]);
    assert.equal(transfers.repeated(first), undefined, "so that the next sending is taken");
  });
});
