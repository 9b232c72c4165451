import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type DownTrust, signDown } from "../../src/contract/signature.ts";
import { DownGuard } from "../../src/edge/down-guard.ts";
import { readDownMessage } from "../../src/edge/down-message.ts";

const MACHINE = "tunis-01/line-a/s4_conching/conche-01";
const TOPIC = `datacenter/${MACHINE}/command`;
const NOW = Date.parse("2026-01-11T10:00:00Z");
const SIGNATURE = "s".repeat(86);
const SIGNER = { keyId: "k".repeat(11), sign: () => SIGNATURE };
const TRUST: DownTrust = {
  verify: (keyId, _text, signature) => {
    if (keyId !== SIGNER.keyId) return "unknown-key";
    return signature === SIGNATURE ? "valid" : "wrong";
  },
};

function command(id: string, expires_at?: string): string {
  const body = { command_id: id, command: "hold", at: "2026-01-11T09:59:00Z", expires_at, by: "a.trabelsi" };
  return signDown(TOPIC, JSON.stringify(body), SIGNER);
}

describe("DownGuard", () => {
  it("lets a signed command through once, and until it expires", () => {
    let now = NOW;
    const guard = new DownGuard(TRUST, () => now);
    const what = (payload: string) => {
      const read = readDownMessage(TOPIC, Buffer.from(payload), guard);
      return read.kind === "distrusted" ? read.detail.slice(`on ${TOPIC}: `.length) : read.kind;
    };
    const soon = "2026-01-11T10:01:00Z";
    assert.equal(what(command("c1", soon)), "command");
    assert.equal(what(command("c1", soon)), "c1 came before");
    assert.equal(what(command("c2", soon)), "command");
    assert.equal(what(command("c3")), "it has no expires_at, so it could be sent again for ever");
    now += 60_000;
    assert.equal(what(command("c2", soon)), `it expired at ${soon}`);
    assert.equal(what(command("c1", "2026-01-11T10:05:00Z")), "c1 came before");
  });

  it("remembers a bounded number of commands, and room comes when they expire", () => {
    let now = NOW;
    const guard = new DownGuard(TRUST, () => now);
    const kind = (id: string, expires: string) =>
      readDownMessage(TOPIC, Buffer.from(command(id, expires)), guard).kind;
    for (let index = 0; index < 10_000; index++)
      assert.equal(kind(`c${index}`, "2026-01-11T10:01:00Z"), "command");
    assert.equal(kind("one too many", "2026-01-11T10:01:00Z"), "distrusted");
    now += 60_000;
    assert.equal(kind("later", "2026-01-11T10:02:00Z"), "command");
  });

  it("believes no receipt that is not signed, and leaves what is taken away to the broker", () => {
    const guard = new DownGuard(TRUST, () => NOW);
    const topic = `datacenter/${MACHINE}/receipt`;
    const receipt =
      '{"boot":"b1234567","through":5,"missing":[],"quarantined":[],"at":"2026-01-11T10:00:00Z"}';
    const kind = (text: string) => readDownMessage(topic, Buffer.from(text), guard).kind;
    assert.equal(kind(receipt), "distrusted");
    assert.equal(kind(signDown(topic, receipt, SIGNER)), "receipt");
    assert.equal(kind(signDown(topic, receipt, { ...SIGNER, keyId: "x".repeat(11) })), "distrusted");
    assert.equal(kind(""), "cleared");
    assert.equal(readDownMessage(topic, Buffer.from(receipt)).kind, "receipt");
  });
});
