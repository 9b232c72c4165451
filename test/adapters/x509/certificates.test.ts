import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject, X509Certificate } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { readRevocationLists, signRevocationList } from "../../../src/adapters/x509/revocation-list.ts";
import { signCertificate } from "../../../src/adapters/x509/sign-certificate.ts";
import type { Authority } from "../../../src/adapters/x509/signer.ts";
import { commonNameOf, hostsOf } from "../../../src/adapters/x509/subject-names.ts";

const DAY = 86_400_000;
const P256 = () => generateKeyPairSync("ec", { namedCurve: "P-256" });
const SPAN = { notBeforeMs: Date.UTC(2026, 0, 1), notAfterMs: Date.UTC(2027, 0, 1) };

function rootOf({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }): Authority {
  const pem = signCertificate(
    { commonName: "Root", organization: "Plant", publicKey, use: "root", ...SPAN },
    privateKey,
  );
  return { certificate: new X509Certificate(pem), key: privateKey };
}

const ROOT = rootOf(P256());

describe("signed certificates", () => {
  it("say what they are told, and are their authority's", () => {
    const { publicKey, privateKey } = P256();
    const leaf = new X509Certificate(
      signCertificate(
        {
          commonName: "server/broker",
          publicKey,
          use: "server",
          hosts: ["localhost", "10.1.2.3", "::1"],
          ...SPAN,
        },
        ROOT,
      ),
    );
    assert.equal(commonNameOf(leaf), "server/broker");
    assert.deepEqual(hostsOf(leaf), ["localhost", "10.1.2.3", "::1"]);
    assert.equal(leaf.checkHost("localhost"), "localhost");
    assert.equal(leaf.checkIP("::1"), "::1");
    assert.equal(leaf.checkHost("other.example"), undefined);
    assert.ok(leaf.checkIssued(ROOT.certificate) && leaf.verify(ROOT.certificate.publicKey));
    assert.ok(leaf.checkPrivateKey(privateKey));
    assert.deepEqual(leaf.keyUsage, ["1.3.6.1.5.5.7.3.1"]);
    assert.equal(leaf.ca, false);
    assert.deepEqual(
      [leaf.validFromDate.getTime(), leaf.validToDate.getTime()],
      [SPAN.notBeforeMs, SPAN.notAfterMs],
    );
    assert.equal(leaf.serialNumber.length, 32);
  });

  it("are signed by every kind of key that a plant's authority may have", () => {
    for (const keys of [
      generateKeyPairSync("ec", { namedCurve: "P-384" }),
      generateKeyPairSync("ec", { namedCurve: "P-521" }),
      generateKeyPairSync("rsa", { modulusLength: 2048 }),
      generateKeyPairSync("ed25519"),
    ]) {
      const root = rootOf(keys);
      const leaf = signCertificate(
        { commonName: "desk/a", publicKey: P256().publicKey, use: "client", ...SPAN },
        root,
      );
      assert.ok(new X509Certificate(leaf).verify(keys.publicKey), String(keys.publicKey.asymmetricKeyType));
      const list = signRevocationList(
        { number: 1, thisUpdateMs: 0, nextUpdateMs: DAY, revocations: [] },
        root,
      );
      assert.ok(readRevocationLists(Buffer.from(list))[0]?.signedBy(root.certificate));
    }
    const odd = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
    assert.throws(() => rootOf(odd), { code: "CONCHE_CERTIFICATES_INVALID" });
  });

  it("last beyond 2049, where the form of a date changes", () => {
    const span = { notBeforeMs: Date.UTC(2026, 0, 1), notAfterMs: Date.UTC(2051, 5, 1) };
    const { publicKey, privateKey } = P256();
    const root = new X509Certificate(
      signCertificate({ commonName: "R", publicKey, use: "root", ...span }, privateKey),
    );
    assert.equal(root.validToDate.getTime(), span.notAfterMs);
  });

  it("have one common name, or none counts", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }), (commonName) => {
        const content = { commonName, publicKey: P256().publicKey, use: "client", ...SPAN } as const;
        assert.equal(commonNameOf(new X509Certificate(signCertificate(content, ROOT))), commonName);
      }),
      { numRuns: 30 },
    );
  });
});

describe("revocation lists", () => {
  it("come back as they were signed, whatever stands in them", () => {
    const serial = fc.bigInt({ min: 1n, max: 2n ** 126n }).map((value) => {
      const hex = value.toString(16).toUpperCase();
      return hex.length % 2 === 0 ? hex : `0${hex}`;
    });
    const revocation = fc.record(
      {
        serial: serial.filter((hex) => Number.parseInt(hex.slice(0, 2), 16) < 0x80 && !hex.startsWith("00")),
        atMs: fc.integer({ min: 0, max: 3_000_000_000 }).map((seconds) => seconds * 1_000),
        reason: fc.constantFrom("unspecified", "keyCompromise", "superseded", "cessationOfOperation"),
      } as const,
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(
        fc.array(revocation, { maxLength: 20 }),
        fc.integer({ min: 1, max: 1e9 }),
        (revocations, number) => {
          const content = { number, thisUpdateMs: DAY, nextUpdateMs: 90 * DAY, revocations };
          const [list] = readRevocationLists(Buffer.from(signRevocationList(content, ROOT)));
          assert.ok(list !== undefined);
          assert.ok(list.signedBy(ROOT.certificate));
          assert.ok(!list.signedBy(rootOf(P256()).certificate));
          const { signedBy: _, ...read } = list;
          assert.deepEqual(read, content);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("that were changed after they were signed are nobody's", () => {
    const text = signRevocationList(
      {
        number: 1,
        thisUpdateMs: 0,
        nextUpdateMs: DAY,
        revocations: [{ serial: "4711", atMs: DAY, reason: "unspecified" }],
      },
      ROOT,
    );
    const der = Buffer.from(text.replace(/-----.*-----|\s/g, ""), "base64");
    const at = der.indexOf(Buffer.from("4711", "hex"));
    assert.ok(at > 0);
    der[at + 1] = 0x12;
    const [list] = readRevocationLists(der);
    assert.deepEqual(
      list?.revocations.map(({ serial }) => serial),
      ["4712"],
    );
    assert.equal(list?.signedBy(ROOT.certificate), false);
  });

  it("that can't be read say so", () => {
    const whole = signRevocationList(
      { number: 1, thisUpdateMs: 0, nextUpdateMs: DAY, revocations: [] },
      ROOT,
    );
    assert.throws(() => readRevocationLists(Buffer.from(whole.slice(0, -20))), /has no end/);
    assert.throws(
      () => readRevocationLists(Buffer.from(ROOT.certificate.toString())),
      /holds no revocation list/,
    );
    assert.throws(() => readRevocationLists(Buffer.from("nothing")), /neither PEM nor DER/);
    const broken = whole.replace(/\n.{20}/, "\nAAAAAAAAAAAAAAAAAAAA");
    assert.throws(() => readRevocationLists(Buffer.from(broken)), /revocation list 1 in it is broken/);
    assert.equal(readRevocationLists(Buffer.from(whole + whole)).length, 2);
  });
});
