import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { after, describe, it } from "node:test";
import { SqliteOutbox } from "../../../../src/adapters/sqlite/outbox/outbox-sqlite.ts";
import { fillUp, noSmallDisk, seenBy, smallDisk } from "../../../servers/small-disk.ts";

const MAIN = join(import.meta.dirname, "outbox-commands.ts");
const folders: string[] = [];
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill("SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "conche-outbox-"));
  folders.push(folder);
  return folder;
}

/** A process that has an outbox open and answers. */
class OutboxProcess {
  readonly child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(folder: string, wrapper: readonly string[]) {
    const [command = "", ...args] = [...wrapper, process.execPath, MAIN, folder];
    this.child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    children.push(this.child);
    const lines: Interface = createInterface({ input: this.child.stdout as NodeJS.ReadableStream });
    this.#lines = lines[Symbol.asyncIterator]();
  }

  async ask(command?: string): Promise<string> {
    if (command !== undefined) this.child.stdin?.write(`${command}\n`);
    const { value, done } = await this.#lines.next();
    return done ? "ended" : value;
  }
}

describe("an outbox on a full disk", { skip: noSmallDisk() }, () => {
  it("refuses whole groups, keeps what it has, and goes on when there is room", async () => {
    const folder = newFolder();
    const outbox = new OutboxProcess(join(folder, "outbox"), smallDisk(folder));
    assert.equal(await outbox.ask(), "open");
    assert.equal(await outbox.ask("append 100"), "kept to 100");
    const filler = seenBy(outbox.child.pid, join(folder, "filler"));
    assert.equal(fillUp(filler), "ENOSPC");
    let kept = 100;
    let answer = "";
    // What is left of the write-ahead log's last page may still take a group or two.
    for (let room = true; room; ) {
      answer = await outbox.ask("append 200");
      room = answer === `kept to ${kept + 200}`;
      if (room) kept += 200;
    }
    assert.equal(answer, "CONCHE_DISK_FULL true");
    assert.equal(await outbox.ask("append 200"), "CONCHE_DISK_FULL true");
    writeFileSync(filler, "");
    assert.equal(await outbox.ask("append 200"), `kept to ${kept + 200}`);
    assert.equal(
      await outbox.ask("forget 1000000"),
      `forgot ${kept + 200}`,
      "nothing was lost, nothing came twice",
    );
    assert.equal(await outbox.ask("close"), "closed");
  });
});

describe("an outbox on a failing disk", { skip: noStrace() }, () => {
  it("takes nothing more after a failed fsync, and what it had said is kept is there afterwards", async () => {
    const folder = join(newFolder(), "outbox");
    const until = await fsyncsUntilTwoGroups();
    const outbox = new OutboxProcess(folder, failingFsync(until + 1, join(newFolder(), "trace")));
    assert.equal(await outbox.ask(), "open");
    assert.equal(await outbox.ask("append 5"), "kept to 5");
    assert.equal(await outbox.ask("append 5"), "kept to 10");
    assert.equal(await outbox.ask("append 5"), "CONCHE_OUTBOX_IO false");
    // The same fsync may succeed now without the bytes being there, so it must not be tried.
    assert.equal(await outbox.ask("append 5"), "CONCHE_OUTBOX_IO false");
    assert.equal(await outbox.ask("forget 3"), "CONCHE_OUTBOX_IO false");
    outbox.child.stdin?.end();
    await once(outbox.child, "exit");
    const again = await SqliteOutbox.open({ folder, telemetryBytes: 1024 * 1024 }, Date.now());
    const [left] = again.leftovers;
    assert.ok(left && left.durable.messages >= 10);
    await again.close();
  });
});

function noStrace(): string | false {
  if (spawnSync("strace", ["-qq", "-e", "trace=none", "true"]).status === 0) return false;
  if (process.env.CI !== undefined) throw new Error("strace is needed to test errors of the disk");
  return "needs strace: apt-get install strace";
}

/** More fsyncs than the test makes, and the most that strace counts to. */
const NEVER = 65_535;

function failingFsync(when: number, trace: string): string[] {
  const inject = `inject=fsync,fdatasync:error=EIO:when=${when}+`;
  return ["strace", "-f", "-qq", "-o", trace, "-e", "trace=fsync,fdatasync", "-e", inject];
}

/** How many fsyncs a process makes until it has opened a new outbox and kept two groups. */
async function fsyncsUntilTwoGroups(): Promise<number> {
  const folder = newFolder();
  const trace = join(folder, "trace");
  const outbox = new OutboxProcess(join(folder, "outbox"), failingFsync(NEVER, trace));
  assert.equal(await outbox.ask(), "open");
  await outbox.ask("append 5");
  await outbox.ask("append 5");
  // Read before the outbox is closed, which syncs once more.
  const lines = readFileSync(trace, "utf8").split("\n");
  assert.equal(await outbox.ask("close"), "closed");
  // strace counts for each thread by itself; the outbox has one.
  const threads = Map.groupBy(
    lines.filter((line) => /sync\(/.test(line)),
    (line) => line.split(" ")[0],
  );
  return Math.max(...Array.from(threads.values(), (calls) => calls.length));
}
