import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { verifyLog } from "../../../../src/adapters/sqlite/verify/verify-log.ts";
import { temporaryFolders } from "../temporary-folder.ts";
import { LogProcess } from "./log-process.ts";

const newFolder = temporaryFolders();

function noStrace(): string | false {
  if (spawnSync("strace", ["-qq", "-e", "trace=none", "true"]).status === 0) return false;
  if (process.env.CI !== undefined) throw new Error("strace is needed to test errors of the disk");
  return "needs strace(1) with the right to trace: install it from the distribution";
}

/** More fsyncs than any test makes, and the most that strace counts to. */
const NEVER = 65_535;

/** The commands that run a process so that its fsync number `when` and later ones fail. */
function failingFsync(when: number, trace: string): string[] {
  const inject = `inject=fsync,fdatasync:error=EIO:when=${when}+`;
  return [
    "strace",
    "-f",
    "-qq",
    "-s",
    "64",
    "-o",
    trace,
    "-e",
    "trace=fsync,fdatasync,pwrite64",
    "-e",
    inject,
  ];
}

/** How many fsyncs a process makes until it has opened a new log and made one commit. */
async function fsyncsOfFirstCommit(): Promise<number> {
  const trace = join(newFolder(), "trace");
  const writer = new LogProcess(newFolder(), failingFsync(NEVER, trace));
  assert.equal(await writer.ask(), "open");
  assert.equal(await writer.ask("commit 5"), "committed 5");
  assert.equal(await writer.ask("close"), "closed");
  const opened = syscallsOf(trace);
  await writer.kill();
  // Everything up to the write of the mark that follows the first commit.
  const marks = opened.flatMap((line, index) => (/pwrite64.*"[0-9a-f-]{36} 0/.test(line) ? [index] : []));
  return opened.slice(0, marks[1] ?? 0).filter(isFsync).length;
}

function syscallsOf(trace: string): string[] {
  return readFileSync(trace, "utf8").split("\n");
}

function isFsync(line: string): boolean {
  return /\b(fsync|fdatasync)\(/.test(line);
}

suite("errors of the disk", { skip: noStrace() }, () => {
  test("a failed fsync ends the log: the commit fails for good, and so does every later one", async () => {
    const until = await fsyncsOfFirstCommit();
    assert.ok(until >= 2, `a commit without fsync (${until} until then)`);
    const folder = newFolder();
    const writer = new LogProcess(folder, failingFsync(until, join(newFolder(), "trace")));
    try {
      assert.equal(await writer.ask(), "open");
      assert.equal(await writer.ask("commit 5"), "CONCHE_LOG_IO false");
      // The same fsync may succeed now without the bytes being there, so it must not be tried.
      assert.equal(await writer.ask("retry"), "CONCHE_LOG_IO false");
      assert.equal(await writer.ask("commit 1"), "CONCHE_LOG_IO false");
    } finally {
      await writer.kill();
    }
  });

  test("every commit is synced before it is said to be made", async () => {
    const trace = join(newFolder(), "trace");
    const folder = newFolder();
    const writer = new LogProcess(folder, failingFsync(NEVER, trace));
    assert.equal(await writer.ask(), "open");
    for (let commit = 1; commit <= 20; commit++)
      assert.equal(await writer.ask("commit 1"), `committed ${commit}`);
    assert.equal(await writer.ask("close"), "closed");
    await writer.kill();
    // The mark is written after each commit; between two of them there is an fsync.
    let synced = false;
    let marks = 0;
    for (const line of syscallsOf(trace)) {
      if (isFsync(line)) synced = true;
      else if (/pwrite64.*"[0-9a-f-]{36} 0/.test(line)) {
        assert.ok(synced, `no fsync before ${line}`);
        synced = false;
        marks++;
      }
    }
    assert.equal(marks, 21);
    assert.deepEqual(verifyLog(folder).findings, []);
  });
});
