import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { AuditReader } from "../../../../src/adapters/sqlite/audit/audit-reader.ts";
import { auditFiles, logFiles, tokenFiles } from "../../../../src/adapters/sqlite/database/database-files.ts";
import { openForReading } from "../../../../src/adapters/sqlite/log/open-for-reading.ts";
import { TokenStore } from "../../../../src/adapters/sqlite/tokens/token-store.ts";
import { ConcheError } from "../../../../src/errors/conche-error.ts";
import { temporaryFolders } from "../temporary-folder.ts";

const newFolder = temporaryFolders();

/** What is said of a folder in which one file is no database. */
function hintOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof ConcheError);
    assert.equal(error.code, "CONCHE_LOG_CORRUPT");
    return error.hint ?? "";
  }
  return assert.fail("it was read");
}

test("damage of a file beside the log asks nobody to give up the log's folder", () => {
  const folder = newFolder();
  const noDatabase = Buffer.alloc(20_000, "no database ");
  for (const { database } of [tokenFiles(folder), auditFiles(folder), logFiles(folder)]) {
    writeFileSync(database, noDatabase);
  }
  assert.match(
    hintOf(() => new TokenStore(folder).list()),
    /^the log is untouched: .*tokens\.db/,
  );
  assert.match(
    hintOf(() => AuditReader.open(folder)),
    /^the log is untouched: .*audit\.db/,
  );
  assert.match(
    hintOf(() => openForReading(folder)),
    /^keep this folder as it is/,
  );
});
