import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { glob, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { publicKeysIn, signingKey } from "../../src/adapters/credentials/signing-keys.ts";
import { readRevocationLists } from "../../src/adapters/x509/revocation-list.ts";
import { commonNameOf } from "../../src/adapters/x509/subject-names.ts";
import { afterwards } from "../servers/afterwards.ts";
import { runConche } from "./run-conche.ts";

const MACHINE = "tunis-01/line-a/s4_conching/conche-01";

async function folderOf(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "conche-provision-"));
  afterwards(context, () => rm(folder, { recursive: true }));
  return folder;
}

/** Everything in a folder, by path. */
async function contentOf(folder: string): Promise<Map<string, string>> {
  const content = new Map<string, string>();
  for await (const entry of glob("**/*", { cwd: folder, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) content.set(path.slice(folder.length + 1), await readFile(path, "utf8"));
  }
  return content;
}

async function provision(cwd: string, ...words: readonly string[]) {
  const { code, out, err } = await runConche(["provision", ...words, "--json"], { cwd });
  assert.equal(err, "");
  return {
    code,
    told: out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
  };
}

test("everybody gets a folder that only its owner reads, and a second run changes nothing and says so", async (context) => {
  const cwd = await folderOf(context);
  const first = await runConche(
    ["provision", "--hosts", "broker.plant.example,10.1.2.3", "--gateways", "edge-01"],
    { cwd },
  );
  assert.deepEqual([first.code, first.err], [0, ""]);
  assert.match(first.out, new RegExp(`issued  ${MACHINE} `));
  const folder = join(cwd, "certificates");
  const before = await contentOf(folder);
  for (const name of [
    `machine/${MACHINE}`,
    "gateway/edge-01",
    "datacenter/main",
    "desk/dashboard",
    "desk/shell",
    "server/broker",
  ])
    for (const file of ["cert.pem", "key.pem", "ca.pem", "README.md"])
      assert.ok(before.has(`${name}/${file}`), name);
  for (const path of before.keys()) {
    assert.equal((await stat(join(folder, path))).mode & 0o777, 0o600, path);
    assert.equal((await stat(join(folder, path, ".."))).mode & 0o777, 0o700, path);
  }
  const leaf = new X509Certificate(before.get(`machine/${MACHINE}/cert.pem`) ?? "");
  assert.equal(leaf.subject, `CN=${MACHINE}`);
  const server = new X509Certificate(before.get("server/broker/cert.pem") ?? "");
  for (const host of ["localhost", "broker.plant.example"]) assert.equal(server.checkHost(host), host);
  assert.equal(server.checkIP("10.1.2.3"), "10.1.2.3");

  const second = await runConche(["provision"], { cwd });
  assert.match(second.out, /^Nothing to do: \d+ certificates /);
  assert.deepEqual(await contentOf(folder), before);
});

test("a machine that the plant gets has its certificate with the next run, and nobody else another one", async (context) => {
  const cwd = await folderOf(context);
  const chocolate = await readFile(new URL("../../plants/chocolate.yaml", import.meta.url), "utf8");
  const plant = join(cwd, "plant.yaml");
  await writeFile(plant, chocolate);
  await provision(cwd, "--plant", plant);
  const before = await contentOf(join(cwd, "certificates"));
  await writeFile(plant, chocolate.replaceAll("conche-01", "conche-02"));
  const { told } = await provision(cwd, "--plant", plant);
  assert.deepEqual(
    told[0].issued.map(({ name }: { name: string }) => name),
    ["tunis-01/line-a/s4_conching/conche-02"],
  );
  assert.deepEqual(told[0].notInPlant, [MACHINE]);
  const after = await contentOf(join(cwd, "certificates"));
  for (const [path, content] of before) assert.equal(after.get(path), content, path);
});

test("a data center has a key to sign with, and everybody knows it: the old one for as long as the next, none that was revoked", async (context) => {
  const cwd = await folderOf(context);
  await provision(cwd);
  const folder = join(cwd, "certificates");
  const trusted = async (whose = "") => {
    const text = await readFile(join(folder, whose, "trusted-keys.pem"), "utf8");
    return [...(text === "" ? new Map() : publicKeysIn(Buffer.from(text))).keys()];
  };
  const signs = () => signingKey(join(folder, "datacenter/main/signing-key.pem")).keyId;
  const first = signs();
  for (const whose of ["", `machine/${MACHINE}`, "desk/shell", "server/broker", "datacenter/main"])
    assert.deepEqual(await trusted(whose), [first], whose);
  await provision(cwd, "rotate", "datacenter/main");
  const second = signs();
  assert.deepEqual(await trusted(`machine/${MACHINE}`), [second, first]);
  await provision(cwd, "rotate", "datacenter/main");
  assert.deepEqual(await trusted(`machine/${MACHINE}`), [signs(), second]);
  await provision(cwd, "revoke", "datacenter/main");
  assert.deepEqual(await trusted(`machine/${MACHINE}`), []);
});

test("rotate gives another certificate and key; revoke names them all and the list is signed; rotate lets in again", async (context) => {
  const cwd = await folderOf(context);
  await provision(cwd);
  const path = join(cwd, "certificates", "machine", MACHINE, "cert.pem");
  const first = new X509Certificate(await readFile(path));
  await provision(cwd, "rotate", MACHINE);
  const second = new X509Certificate(await readFile(path));
  assert.notEqual(second.serialNumber, first.serialNumber);
  assert.ok(second.checkPrivateKey(createPrivateKey(await readFile(path.replace("cert.pem", "key.pem")))));

  const { told } = await provision(cwd, "revoke", MACHINE, "--reason", "keyCompromise");
  assert.equal(told[0].revoked, 2);
  const { told: again } = await provision(cwd);
  assert.deepEqual([again[0].issued, again[0].revoked], [[], [MACHINE]]);
  const { told: list } = await provision(cwd, "list", "--all");
  const states = list[0].certificates.filter(({ name }: { name: string }) => name === MACHINE);
  assert.deepEqual(
    states.map(({ state }: { state: string }) => state),
    ["revoked", "revoked"],
  );
  const crl = await readFile(join(cwd, "certificates", "crl.pem"), "utf8");
  assert.equal(await readFile(join(cwd, "certificates", "server", "broker", "crl.pem"), "utf8"), crl);

  await provision(cwd, "rotate", MACHINE);
  const { told: newest } = await provision(cwd, "list");
  const now = newest[0].certificates.find(({ name }: { name: string }) => name === MACHINE);
  assert.equal(now.state, "valid");
});

test("what expires is named, with an exit code for monitoring, and rotated at once", async (context) => {
  const cwd = await folderOf(context);
  await provision(cwd, "--client-days", "10");
  const soon = await provision(cwd, "expiring", "--within", "11d");
  assert.equal(soon.code, 1);
  assert.ok(soon.told[0].certificates.some(({ name }: { name: string }) => name === MACHINE));
  assert.ok(!soon.told[0].certificates.some(({ name }: { name: string }) => name === "server/broker"));
  await provision(cwd, "rotate", "--within", "11d");
  const later = await provision(cwd, "expiring", "--within", "11d");
  assert.deepEqual([later.code, later.told[0].certificates], [0, []]);
});

test("keys are encrypted with a passphrase from a file or the environment, the authority's with one of its own", async (context) => {
  const cwd = await folderOf(context);
  await writeFile(join(cwd, "own"), "identity secret\n");
  const env = { CONCHE_AUTHORITY_PASSPHRASE: "authority secret" };
  const words = ["provision", "--identity-passphrase-file", "own"];
  assert.equal((await runConche(words, { cwd, env })).code, 0);
  const content = await contentOf(join(cwd, "certificates"));
  for (const [path, text] of content)
    if (path.endsWith("key.pem")) assert.match(text, /ENCRYPTED PRIVATE KEY/, path);
  createPrivateKey({ key: content.get("desk/dashboard/key.pem") ?? "", passphrase: "identity secret" });
  createPrivateKey({ key: content.get("authority/issuing.key.pem") ?? "", passphrase: "authority secret" });
  assert.doesNotMatch([...content.values()].join(), /secret/);

  const locked = await runConche(["provision", "rotate", "desk/dashboard"], { cwd });
  assert.equal(locked.code, 1);
  assert.match(locked.err, /^conche: CONCHE_CERTIFICATES_INVALID: .*issuing\.key\.pem: the key is encrypted/);
});

test("the plant's own authority signs instead, with its key where it is", async (context) => {
  const cwd = await folderOf(context);
  await provision(cwd, "--certificates", "theirs");
  const own = [
    "--authority-cert",
    "theirs/authority/issuing.cert.pem",
    "--authority-key",
    "theirs/authority/issuing.key.pem",
  ];
  await provision(cwd, ...own);
  const content = await contentOf(join(cwd, "certificates"));
  assert.ok(!content.has("authority/issuing.key.pem") && !content.has("root-offline/root.key.pem"));
  const theirs = new X509Certificate(await readFile(join(cwd, "theirs/authority/issuing.cert.pem")));
  assert.ok(new X509Certificate(content.get(`machine/${MACHINE}/cert.pem`) ?? "").verify(theirs.publicKey));
  const without = await runConche(["provision", "revoke", MACHINE], { cwd });
  assert.match(without.err, /CONCHE_CERTIFICATES_INVALID: .*--authority-key/s);
  await provision(cwd, "revoke", MACHINE, ...own.slice(2));
});

test("a list that was damaged is not signed over: it says who was revoked", async (context) => {
  const cwd = await folderOf(context);
  await provision(cwd);
  await provision(cwd, "revoke", MACHINE);
  await writeFile(join(cwd, "certificates/authority/issuing.crl.pem"), "nothing\n");
  const { code, err } = await runConche(["provision", "crl"], { cwd });
  assert.equal(code, 1);
  assert.match(err, /CONCHE_CERTIFICATES_INVALID: .*issuing\.crl\.pem: it holds no revocation list/);
});

test("words that fit nothing change nothing", async (context) => {
  const cwd = await folderOf(context);
  const results = await Promise.all(
    [["list"], ["rotate"], ["revok", "x"], ["--hosts", "a b"], ["--gateways", "Edge"]].map((words) =>
      runConche(["provision", ...words], { cwd }),
    ),
  );
  const codes = results.map(({ err }) => /CONCHE_[A-Z_]+/.exec(err)?.[0]);
  assert.deepEqual(codes, [
    "CONCHE_CERTIFICATES_MISSING",
    "CONCHE_CERTIFICATES_MISSING",
    "CONCHE_USAGE",
    "CONCHE_USAGE",
    "CONCHE_USAGE",
  ]);
  assert.match(results[2]?.err ?? "", /did you mean revoke/);
  assert.equal((await contentOf(cwd)).size, 0);
});

test("a renewed authority issues beside the one before, whose list goes on; that one is retired when nobody needs it", async (context) => {
  const cwd = await folderOf(context);
  const at = join(cwd, "certificates");
  await provision(cwd);
  const listed = async () => {
    const [ca, crl] = await Promise.all(
      ["ca.pem", "crl.pem"].map((file) => readFile(join(at, "server/broker", file))),
    );
    const authorities = String(ca).match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    const lists = readRevocationLists(crl ?? Buffer.alloc(0));
    return authorities.map((pem) => {
      const authority = new X509Certificate(pem);
      const own = lists.filter((list) => list.signedBy(authority));
      return [commonNameOf(authority), ...own.map(({ revocations }) => revocations.length)];
    });
  };
  assert.deepEqual(await listed(), [
    ["Issuing authority", 0],
    ["Root authority", 0],
  ]);
  const root = await runConche(["provision", "renew-authority", "--root", cwd], { cwd });
  assert.match(root.err, /CONCHE_CERTIFICATES_INVALID.*root\.cert\.pem[\s\S]*--root FOLDER/);
  const [renewed] = (await provision(cwd, "renew-authority")).told;
  assert.ok(renewed.waiting > 5);
  // What was issued before is revoked on its own authority's list.
  await provision(cwd, "revoke", MACHINE);
  const both = [
    ["Issuing authority 2", 0],
    ["Root authority", 0],
    ["Issuing authority", 1],
  ];
  assert.deepEqual(await listed(), both);
  const early = await runConche(["provision", "retire-authority"], { cwd });
  assert.match(early.err, /CONCHE_AUTHORITY_IN_USE/);
  assert.deepEqual(await listed(), both);

  const rotated = await provision(cwd, "rotate", "--old-authority");
  assert.equal(rotated.told.length, renewed.waiting - 1, "nobody who was revoked");
  const served = new X509Certificate(await readFile(join(at, "server/broker/cert.pem")));
  assert.match(served.issuer, /CN=Issuing authority 2/);
  assert.equal((await provision(cwd, "retire-authority")).told[0].retired, 1);
  assert.deepEqual(await listed(), [
    ["Issuing authority 2", 0],
    ["Root authority", 0],
  ]);
  for (const name of ["server/broker", "desk/dashboard"])
    assert.equal(
      await readFile(join(at, name, "ca.pem"), "utf8"),
      await readFile(join(at, "ca.pem"), "utf8"),
    );
  assert.equal((await provision(cwd, "retire-authority")).told[0].retired, 0);
  const [{ certificates }] = (await provision(cwd, "list")).told;
  const victim = certificates.find(({ name }: { readonly name: string }) => name === MACHINE);
  assert.equal(victim.state, "revoked", "who was revoked stays revoked");
});
