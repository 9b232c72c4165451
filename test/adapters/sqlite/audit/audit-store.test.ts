import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import type { AuditEntry } from "../../../../src/access/audit.ts";
import { AuditReader, type AuditVerification } from "../../../../src/adapters/sqlite/audit/audit-reader.ts";
import { AuditStore } from "../../../../src/adapters/sqlite/audit/audit-store.ts";
import { temporaryFolder } from "../../../system/fault-matrix/data-center.ts";

const entry = (object: string, atMs = 0): AuditEntry => ({
  kind: "publish-refused",
  subject: "a/b/s1_c/d",
  clientId: null,
  remote: "::1",
  object,
  detail: "no",
  firstMs: atMs,
  lastMs: atMs,
  count: 1,
});

function verified(folder: string, head?: string): AuditVerification {
  const reader = AuditReader.open(folder);
  assert.ok(reader !== undefined);
  try {
    return reader.verify(head);
  } finally {
    reader.close();
  }
}

async function filled(context: TestContext, entries = 5): Promise<string> {
  const folder = await temporaryFolder(context);
  const store = new AuditStore(folder);
  store.append(
    Array.from({ length: entries }, (_, index) => entry(`topic-${index + 1}`)),
    0,
  );
  store.close();
  return folder;
}

function tamper(folder: string, sql: string): void {
  const db = new DatabaseSync(join(folder, "audit.db"));
  try {
    db.exec(sql);
  } finally {
    db.close();
  }
}

test("entries are chained, across stores that append in turn, and found again by filter", async (context) => {
  const folder = await filled(context);
  const [one, two] = [new AuditStore(folder), new AuditStore(folder)];
  one.append([entry("one", 10)], 0);
  two.append([{ ...entry("two", 20), kind: "takeover-refused" }], 0);
  one.append([entry("three", 30)], 0);
  one.close();
  two.close();
  const { entries, broken, pruned, head } = verified(folder);
  assert.deepEqual([entries, broken, pruned], [8, null, 0]);
  const reader = AuditReader.open(folder);
  const objects = (filter: object) => reader?.list({ limit: 100, ...filter }).map(({ object }) => object);
  assert.deepEqual(objects({ kind: "takeover-refused" }), ["two"]);
  assert.deepEqual(objects({ sinceMs: 20 }), ["two", "three"]);
  assert.deepEqual(objects({ limit: 2 }), ["two", "three"]);
  assert.equal(reader?.list({ limit: 1 })[0]?.hash, head);
  reader?.close();
});

test("nothing can be changed or deleted, and what is all the same shows", async (context) => {
  const folder = await filled(context);
  assert.throws(() => tamper(folder, "UPDATE audit SET subject = 'x' WHERE id = 2"), /append-only/);
  assert.throws(() => tamper(folder, "DELETE FROM audit WHERE id = 5"), /append-only/);
  const { head } = verified(folder);
  tamper(folder, "DROP TRIGGER audit_kept; DELETE FROM audit WHERE id = 5");
  // The end cut off is a whole chain: only who has noted the head sees it.
  assert.equal(verified(folder).broken, null);
  assert.equal(verified(folder, head ?? "").headFound, false);
  tamper(folder, "DELETE FROM audit WHERE id = 2");
  assert.deepEqual(verified(folder).broken, { id: 3, why: "2 should come here" });
});

for (const [column, value] of [
  ["subject", "'somebody else'"],
  ["count", "2"],
  ["first_ms", "1"],
  ["object", "NULL"],
  ["hash", `'${"a".repeat(64)}'`],
] as const) {
  test(`a changed ${column} breaks the chain where it is`, async (context) => {
    const folder = await filled(context);
    tamper(folder, `DROP TRIGGER audit_unchanged; UPDATE audit SET ${column} = ${value} WHERE id = 3`);
    assert.equal(verified(folder).broken?.id, 3);
  });
}

test("at its bound the oldest go, which is said, and the rest is still a chain", async (context) => {
  const folder = await temporaryFolder(context);
  const limit = 256 * 1024;
  const store = new AuditStore(folder, limit);
  let noted = "";
  for (let round = 0; round < 200; round++) {
    store.append(
      Array.from({ length: 20 }, (_, index) => entry(`${round}-${index} ${"x".repeat(100)}`)),
      round,
    );
    if (round === 199) noted = verified(folder).head ?? "";
  }
  store.append([entry("last")], 0);
  store.close();
  const found = verified(folder, noted);
  assert.deepEqual([found.broken, found.headFound], [null, true]);
  assert.ok(found.pruned > 0 && found.entries + found.pruned > 4_000);
  assert.ok(found.entries < 2_000, `${found.entries} entries are kept`);
  const reader = AuditReader.open(folder);
  const pruned = reader?.list({ kind: "audit-pruned", limit: 1 })[0];
  reader?.close();
  assert.match(pruned?.detail ?? "", /had reached 262144 bytes/);
  tamper(folder, "DROP TRIGGER audit_kept; DELETE FROM audit WHERE id = (SELECT min(id) FROM audit)");
  assert.notEqual(verified(folder).broken, null);
});

test("without an entry there is no file, and nothing to read", async (context) => {
  const folder = await temporaryFolder(context);
  const store = new AuditStore(folder);
  store.append([], 0);
  store.close();
  assert.ok(!existsSync(join(folder, "audit.db")));
  assert.equal(AuditReader.open(folder), undefined);
});
