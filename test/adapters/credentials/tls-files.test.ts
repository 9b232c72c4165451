import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readCertificates, readPrivateKey } from "../../../src/adapters/credentials/tls-files.ts";
import { readPems } from "../../../src/run/broker/consumer-options.ts";
import { makeAuthority } from "../../servers/certificates.ts";

const authority = makeAuthority();
const machine = authority.issue("temper-01");
const NONE = { ca: null, cert: null, key: null, keyPassphrase: null };
let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "conche-tls-"));
});
after(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const key = createPrivateKey(machine.key);
const subjects = (found: readonly X509Certificate[]) => found.map(({ subject }) => subject);

test("certificates are read as PEM, several and between words, and as DER", async () => {
  const der = new X509Certificate(authority.cert).raw;
  const both = `\ufeffof the plant\r\n${authority.cert}\n${machine.cert}`;
  assert.deepEqual(subjects(await readCertificates(await file("both.pem", both))), [
    "CN=Test authority",
    "CN=temper-01",
  ]);
  assert.deepEqual(subjects(await readCertificates(await file("ca.der", der))), ["CN=Test authority"]);
  const { tls } = await readPems("", { ...NONE, ca: await file("ca2.der", der) });
  assert.match(
    String(tls?.().ca),
    /^-----BEGIN CERTIFICATE-----/,
    "Node would have passed over DER in silence",
  );
});

test("keys are read as PEM and DER, encrypted and not", async () => {
  const passphrase = "S\u00e9sam";
  const cipher = "aes-256-cbc";
  for (const [name, content, given] of [
    ["plain.pem", key.export({ type: "pkcs8", format: "pem" }), undefined],
    ["sec1.pem", key.export({ type: "sec1", format: "pem" }), undefined],
    ["plain.der", key.export({ type: "pkcs8", format: "der" }), undefined],
    ["locked.pem", key.export({ type: "pkcs8", format: "pem", cipher, passphrase }), passphrase],
    ["locked.der", key.export({ type: "pkcs8", format: "der", cipher, passphrase }), passphrase],
  ] as const) {
    const path = await file(name, content);
    assert.ok((await readPrivateKey(path, given)).equals(key), name);
  }
});

test("what can't be used is said at the start, with the setting, the file and the reason", async () => {
  const cipher = { cipher: "aes-256-cbc", passphrase: "right" } as const;
  const locked = await file("locked2.pem", key.export({ type: "pkcs8", format: "pem", ...cipher }));
  const lockedDer = await file("locked2.der", key.export({ type: "pkcs8", format: "der", ...cipher }));
  const cert = await file("machine.pem", machine.cert);
  const other = await file("other.pem", authority.issue("other").key);
  const refused = (files: Partial<Parameters<typeof readPems>[1]>) =>
    readPems("cloud-", { ...NONE, ...files });
  await assert.rejects(
    refused({ key: locked }),
    /cloud-key = .*locked2\.pem": the key is encrypted and no passphrase/,
  );
  await assert.rejects(refused({ key: lockedDer }), /the key is encrypted and no passphrase/);
  await assert.rejects(refused({ key: locked, keyPassphrase: "wrong" }), /passphrase does not fit/);
  await assert.rejects(refused({ key: cert }), /holds no private key/);
  await assert.rejects(refused({ cert, key: other }), /not the key of the certificate in .*machine\.pem/);
  await assert.rejects(
    refused({ ca: await file("empty.pem", "") }),
    /cloud-ca = .*holds no certificate, neither/,
  );
  await assert.rejects(refused({ ca: other }), /PEM and holds no certificate/);
  await assert.rejects(refused({ ca: await file("cut.pem", authority.cert.slice(0, 200)) }), /has no end/);
  await assert.rejects(refused({ ca: join(folder, "none.pem") }), /can't be read: ENOENT/);
});
