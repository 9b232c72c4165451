import assert from "node:assert/strict";
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { Sessions } from "../../../../src/access/sessions.ts";
import { secretHash } from "../../../../src/adapters/sqlite/tokens/token-secret.ts";
import { TokenStore } from "../../../../src/adapters/sqlite/tokens/token-store.ts";
import type { ConcheError } from "../../../../src/errors/conche-error.ts";
import { afterwards } from "../../../servers/afterwards.ts";

const AMEL = { name: "Amel Trabelsi", role: "operator", expiresMs: undefined } as const;

function place(t: TestContext): { folder: string; open: () => TokenStore } {
  const folder = mkdtempSync(join(tmpdir(), "conche-tokens-"));
  const opened: TokenStore[] = [];
  afterwards(t, () => {
    for (const store of opened) store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    open: () => {
      const store = new TokenStore(folder);
      opened.push(store);
      return store;
    },
  };
}

test("without a token there is no file; a token that is made elsewhere is there at once, and so is its end", (t) => {
  const { folder, open } = place(t);
  const running = open();
  assert.equal(running.made(), false);
  assert.deepEqual(running.list(), []);
  assert.deepEqual(readdirSync(folder), []);
  const shell = open();
  const { secret } = shell.create(AMEL, 1_000);
  assert.equal(running.made(), true);
  const found = running.byHash(secretHash(secret));
  assert.deepEqual([found?.name, found?.role, found?.createdMs], ["Amel Trabelsi", "operator", 1_000]);
  shell.revoke("Amel Trabelsi", 2_000);
  assert.equal(running.byHash(secretHash(secret))?.revokedMs, 2_000);
  assert.equal(running.made(), true, "whoever revoked the last one didn't want it open");
});

test("a secret has 256 random bits and stands in no file; only the owner may read what is kept", (t) => {
  const { folder, open } = place(t);
  const store = open();
  const { secret } = store.create(AMEL, 1_000);
  const code = store.loginCode(1, 5_000, 1_000);
  assert.match(secret, /^conche_[\w-]{43}$/);
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const bytes = readFileSync(path).toString("latin1");
    for (const kept of [secret, code]) assert.ok(!bytes.includes(kept.slice(7)), `${name} has a secret`);
    if (process.platform !== "win32") assert.equal(statSync(path).mode & 0o077, 0, name);
  }
});

test("what root makes in a service's folder is the service's, and anybody else's is their own", (t) => {
  const { folder, open } = place(t);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(folder, 12_345, 12_346);
  open().create(AMEL, 1_000);
  const files = readdirSync(folder);
  assert.ok(files.includes("tokens.db") && files.includes("tokens.db-wal"));
  for (const name of files) {
    const { uid } = statSync(join(folder, name));
    assert.equal(uid, isRoot ? 12_345 : statSync(folder).uid, name);
  }
});

test("names: none twice, free again once it is revoked, none that can't be shown", (t) => {
  const { open } = place(t);
  const store = open();
  store.create(AMEL, 1_000);
  assert.throws(() => store.create(AMEL, 1_000), code("CONCHE_TOKEN_NAME"));
  store.revoke(AMEL.name, 2_000);
  store.create(AMEL, 3_000);
  assert.throws(() => store.revoke("nobody", 1_000), code("CONCHE_TOKEN_UNKNOWN"));
  for (const name of ["", " a", "a\nb", "<b>", "x".repeat(81), "a,b"]) {
    assert.throws(() => store.create({ ...AMEL, name }, 1_000), code("CONCHE_TOKEN_NAME"), name);
  }
  store.create({ ...AMEL, name: "Zoë O'Neil" }, 1_000);
});

test("a login code is good once, for its time, for its token", (t) => {
  const { open } = place(t);
  const store = open();
  const { token } = store.create(AMEL, 1_000);
  const code = store.loginCode(token.id, 5_000, 1_000);
  assert.equal(store.redeem(secretHash(code), 4_999)?.name, AMEL.name);
  assert.equal(store.redeem(secretHash(code), 4_999), undefined);
  const late = store.loginCode(token.id, 5_000, 1_000);
  assert.equal(store.redeem(secretHash(late), 5_000), undefined);
});

test("when it was last used is noted, once a minute", (t) => {
  const { open } = place(t);
  const store = open();
  const { token } = store.create(AMEL, 1_000);
  for (const now of [10_000, 20_000, 69_999]) store.used(token.id, now);
  assert.equal(store.byId(token.id)?.lastUsedMs, 10_000);
  store.used(token.id, 70_000);
  assert.equal(store.byId(token.id)?.lastUsedMs, 70_000);
});

test("a thousand are kept: one more takes the place of one that counts no longer, and of none that does", (t) => {
  const { open } = place(t);
  const store = open();
  for (let index = 0; index < 1_000; index++) store.create({ ...AMEL, name: `token ${index}` }, index);
  assert.throws(() => store.create(AMEL, 2_000), code("CONCHE_TOKEN_LIMIT"));
  store.revoke("token 5", 2_000);
  store.create(AMEL, 2_000);
  assert.equal(store.list().length, 1_000);
  assert.ok(!store.list().some(({ name }) => name === "token 5"));
});

function code(expected: string): (error: unknown) => boolean {
  return (error) => (error as ConcheError).code === expected;
}

test("sessions outlive their process, each listener's its own; what was ended is gone, and their secrets are nowhere", (t) => {
  const { folder, open } = place(t);
  const limits = { idleMs: 600_000, lengthMs: 3_600_000, sessions: 3, ofOneToken: 3 };
  const hashOf = (key: string) => secretHash(`secret of ${key}`);
  const first = open();
  const before = new Sessions(limits, first.sessions("8080"));
  for (const [index, key] of ["a", "b", "c", "d"].entries()) before.start(hashOf(key), index, 1_000 + index);
  before.use(hashOf("b"), 90_000);
  before.end(hashOf("c"));
  first.close();

  for (const file of readdirSync(folder))
    assert.ok(!readFileSync(join(folder, file)).includes("secret of b"));
  const second = open();
  const after = new Sessions(limits, second.sessions("8080"));
  assert.equal(after.size, 2, "a made room, c was ended");
  assert.equal(new Sessions(limits, second.sessions("8081")).size, 0);
  assert.deepEqual(after.peek(hashOf("b"), 100_000), { holder: 1, startedMs: 1_001, usedMs: 90_000 });
  assert.equal(after.peek(hashOf("d"), 601_003), undefined, "idle since before the restart");
  assert.equal(new Sessions(limits, second.sessions("8080")).size, 1);
});

test("a session of the identity provider's outlives its process with name and role, but without its ID token", (t) => {
  const { folder, open } = place(t);
  const limits = { idleMs: 600_000, lengthMs: 3_600_000, sessions: 3, ofOneToken: 3 };
  const person = { under: "settings", subject: "person-1", name: "Amel Trabelsi", role: "quality" } as const;
  const first = open();
  const before = new Sessions(limits, first.sessions("8080"));
  before.start("a", person, 1_000, "eyJ.id.token");
  before.start("b", person, 1_001);
  before.start("c", 7, 1_002);
  before.end("b");
  first.close();
  for (const file of readdirSync(folder)) assert.ok(!readFileSync(join(folder, file)).includes("eyJ"));
  const second = open();
  const after = new Sessions(limits, second.sessions("8080"));
  assert.deepEqual(after.peek("a", 2_000), { holder: person, startedMs: 1_000, usedMs: 1_000 });
  assert.equal(after.peek("b", 2_000), undefined);
  assert.equal(after.peek("c", 2_000)?.holder, 7);
});

test("what is over is forgotten, of whichever listener, with the person whose it was", (t) => {
  const { folder, open } = place(t);
  const limits = { idleMs: 1e9, lengthMs: 1e9, sessions: 10, ofOneToken: 10 };
  const person = { under: "u", subject: "s", name: "Amel", role: "viewer" } as const;
  const store = open();
  store.forgetSessions({ usedBeforeMs: 1, startedBeforeMs: 1 });
  assert.deepEqual(readdirSync(folder), [], "nothing is made for nothing");
  const here = new Sessions(limits, store.sessions("8080"));
  const gone = new Sessions(limits, store.sessions("9090"));
  for (const [key, holder, at] of [
    ["a", 1, 1_000],
    ["b", person, 2_000],
  ] as const) {
    here.start(`${key} here`, holder, at);
    gone.start(`${key} gone`, holder, at);
  }
  const kept = (place: string) => Array.from(open().sessions(place).all(), ([key]) => key);
  const people = () => {
    const db = new DatabaseSync(join(folder, "tokens.db"), { readOnly: true });
    const found = db.prepare("SELECT hash FROM session_people ORDER BY hash").all();
    db.close();
    return found.map(({ hash }) => hash);
  };
  store.forgetSessions({ usedBeforeMs: 1_000, startedBeforeMs: 0 }, "9090");
  assert.deepEqual([kept("8080"), kept("9090")], [["a here", "b here"], ["b gone"]]);
  store.forgetSessions({ usedBeforeMs: 0, startedBeforeMs: 1_500 });
  assert.deepEqual([kept("8080"), kept("9090"), people()], [["b here"], ["b gone"], ["b gone", "b here"]]);
  store.forgetSessions({ usedBeforeMs: 2_000, startedBeforeMs: 0 });
  assert.deepEqual([kept("8080"), kept("9090"), people()], [[], [], []]);
});
