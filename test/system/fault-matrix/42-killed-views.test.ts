// Row 42: kill -9 of whoever keeps the views, at any write: they go on exactly, live equals rebuilt, byte for byte.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { after, before, suite, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { viewsFiles } from "../../../src/adapters/sqlite/database/database-files.ts";
import { dumpViews } from "../../adapters/sqlite/views/views-dump.ts";
import { runConche } from "../../commands/run-conche.ts";
import { seededRandom } from "../seeded-random.ts";

const CHILD = join(import.meta.dirname, "views-child.ts");

function dump(folder: string): string[] {
  const db = new DatabaseSync(viewsFiles(folder).database, { readOnly: true });
  try {
    return [...dumpViews(db)];
  } finally {
    db.close();
  }
}

async function removeViews(folder: string): Promise<void> {
  for (const end of ["", "-wal", "-shm"]) await rm(`${viewsFiles(folder).database}${end}`, { force: true });
}

/** Runs the child until it has said so many positions, and kills it a moment later; or to its end. */
async function keepViews(folder: string, commits: number, thenMs: number): Promise<"killed" | "ended"> {
  const child = spawn(process.execPath, [CHILD, folder, "1"], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close");
  let said = 0;
  for await (const _position of createInterface({ input: child.stdout })) {
    if (++said === commits) {
      await pause(thenMs);
      child.kill("SIGKILL");
    }
  }
  const [code, signal] = await ended;
  if (signal === "SIGKILL") return "killed";
  assert.equal(code, 0);
  return "ended";
}

suite("row 42: whoever keeps the views is killed", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "conche-row42-"));
    const made = await runConche([
      "simulate",
      "--backfill",
      "20m",
      "--data",
      folder,
      "--start",
      "2026-01-11T08:00:00Z",
    ]);
    assert.equal(made.code, 0, made.err);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test("views go on exactly where they stood, byte for byte as if nobody had been killed", async () => {
    const random = seededRandom(42);
    let kills = 0;
    for (let run = 0; run < 40; run++) {
      const outcome = await keepViews(folder, 1 + Math.floor(random() * 3), random() * 6);
      if (outcome === "ended") break;
      kills++;
    }
    await keepViews(folder, Number.POSITIVE_INFINITY, 0);
    const live = dump(folder);
    await removeViews(folder);
    const rebuilt = await runConche(["rebuild", "--data", folder]);
    assert.equal(rebuilt.code, 0, rebuilt.err);
    const anew = dump(folder);
    assert.ok(kills >= 3, `${kills} kills`);
    assert.ok(anew.length > 100, `${anew.length} rows`);
    assert.deepEqual(live.filter((line, index) => line !== anew[index]).slice(0, 5), []);
    assert.equal(live.length, anew.length);
  });
});
