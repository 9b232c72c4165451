import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { keyIdOf, signingKey, trustedKeys } from "../../../src/adapters/credentials/signing-keys.ts";
import { UnusableFile } from "../../../src/adapters/credentials/tls-files.ts";
import { KEY_ID_PATTERN, signDown, verifyDown } from "../../../src/contract/signature.ts";

const TOPIC = "datacenter/tunis-01/line-a/s4_conching/conche-01/receipt";
const RECEIPT = '{"boot":"b1234567","through":7,"missing":[],"quarantined":[],"at":"2026-01-11T10:00:00Z"}';

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "conche-signing-"));
});
after(() => rmSync(folder, { recursive: true }));

function written(name: string, ...keys: KeyObject[]): string {
  const path = join(folder, name);
  const pems = keys.map((key) =>
    key.type === "private"
      ? key.export({ type: "pkcs8", format: "pem" })
      : key.export({ type: "spki", format: "pem" }),
  );
  writeFileSync(path, `# datacenter/main\n${pems.join("# another\n")}`);
  return path;
}

const [own, other] = [generateKeyPairSync("ed25519"), generateKeyPairSync("ed25519")];

describe("signed receipts", () => {
  it("are believed as they were signed, on the topic they were signed for, by a key that is trusted", () => {
    const signer = signingKey(written("own.pem", own.privateKey));
    const trust = trustedKeys(written("both.pem", other.publicKey, own.publicKey));
    const signed = signDown(TOPIC, RECEIPT, signer);
    assert.match(signer.keyId, new RegExp(`^${KEY_ID_PATTERN}$`));
    const { sig, ...rest } = JSON.parse(signed);
    assert.deepEqual(rest, JSON.parse(RECEIPT));
    assert.ok(sig.startsWith(`${keyIdOf(own.publicKey)}.`));
    assert.equal(verifyDown(TOPIC, signed, trust), "valid");
    assert.equal(verifyDown(TOPIC.replace("conche-01", "conche-02"), signed, trust), "wrong");
    assert.equal(verifyDown(TOPIC, RECEIPT, trust), "missing");
    const strangers = trustedKeys(written("other.pem", other.publicKey));
    assert.equal(verifyDown(TOPIC, signed, strangers), "unknown-key");
  });

  it("whatever is changed of one, it is not valid any more", () => {
    const signer = signingKey(written("own.pem", own.privateKey));
    const trust = trustedKeys(written("trusted.pem", own.publicKey));
    const signed = signDown(TOPIC, RECEIPT, signer);
    fc.assert(
      fc.property(
        fc.nat(signed.length - 1),
        fc.string({ minLength: 0, maxLength: 3 }),
        fc.nat(2),
        (at, put, cut) => {
          const changed = signed.slice(0, at) + put + signed.slice(at + cut);
          // The last character of 86 holds two bits that are nobody's; what it stands for is what counts.
          fc.pre(changed !== signed && changed.slice(0, -3) !== signed.slice(0, -3));
          assert.notEqual(verifyDown(TOPIC, changed, trust), "valid");
        },
      ),
    );
  });

  it("a key file that changes counts from then on; half a copy leaves what was good before", () => {
    let now = 0;
    const path = written("changing.pem", own.publicKey);
    const trust = trustedKeys(path, () => now);
    const signedBy = (key: KeyObject) => signDown(TOPIC, RECEIPT, signingKey(written("signer.pem", key)));
    const verdicts = () =>
      [own, other].map(({ privateKey }) => verifyDown(TOPIC, signedBy(privateKey), trust));
    assert.deepEqual(verdicts(), ["valid", "unknown-key"]);
    writeFileSync(path, "-----BEGIN PUBLIC KEY-----\nhalf");
    now += 1_000;
    assert.deepEqual(verdicts(), ["valid", "unknown-key"]);
    written("changing.pem", other.publicKey, own.publicKey);
    now += 1_000;
    assert.deepEqual(verdicts(), ["valid", "valid"]);
    written("changing.pem", other.publicKey);
    now += 1_000;
    assert.deepEqual(verdicts(), ["unknown-key", "valid"]);
  });

  it("files that can't be used are named with the reason", () => {
    const elliptic = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const cases: readonly (readonly [() => unknown, RegExp])[] = [
      [() => signingKey(join(folder, "missing.pem")), /can't be read: ENOENT/],
      [() => signingKey(written("ec.pem", elliptic.privateKey)), /of the type ec, and signing takes Ed25519/],
      [() => trustedKeys(written("ec-public.pem", elliptic.publicKey)), /key 1 in it is of the type ec/],
      [() => trustedKeys(written("private.pem", own.privateKey)), /holds no public key/],
    ];
    for (const [open, reason] of cases)
      assert.throws(
        open,
        (error) => error instanceof UnusableFile && reason.test(error.message),
        `${reason}`,
      );
  });
});
