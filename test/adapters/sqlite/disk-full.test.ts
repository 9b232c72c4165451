import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { verifyLog } from "../../../src/adapters/sqlite/verify-log.ts";
import { LogProcess } from "./log-process.ts";
import { temporaryFolders } from "./temporary-folder.ts";

const newFolder = temporaryFolders();
const MOUNT = 'mount -t tmpfs -o size=4m conche "$1" && shift && exec "$@"';

/** How to run a command with a small disk of its own: it is mounted for that process and is gone with it. */
function smallDisk(folder: string): string[] {
  const asRoot = process.getuid?.() === 0;
  return ["unshare", asRoot ? "--mount" : "--map-root-user", "--mount", "sh", "-c", MOUNT, "sh", folder];
}

function noSmallDisk(): string | false {
  const folder = newFolder();
  const [command = "", ...args] = [...smallDisk(folder), "true"];
  if (spawnSync(command, args).status === 0) return false;
  if (process.env.CI !== undefined) throw new Error("unshare and mount are needed to test a full disk");
  return "needs Linux with unshare(1) and the right to mount: run it as root";
}

suite("a full disk", { skip: noSmallDisk() }, () => {
  test("refuses the commit whole, and the same commit succeeds when there is room", async () => {
    const folder = newFolder();
    const data = join(folder, "data");
    const writer = new LogProcess(data, smallDisk(folder));
    // The disk is seen through the process that has it.
    const inside = (path: string) => `/proc/${writer.child.pid}/root${path}`;
    try {
      assert.equal(await writer.ask(), "open");
      assert.equal(await writer.ask("commit 100"), "committed 100");
      const filler = inside(join(folder, "filler"));
      assert.equal(fillUp(filler), "ENOSPC");
      let stored = 100;
      let answer = "";
      // What is left of the write-ahead log's last page may still take a commit or two.
      for (let room = true; room; ) {
        answer = await writer.ask("commit 500");
        room = answer === `committed ${stored + 500}`;
        if (room) stored += 500;
      }
      assert.equal(answer, "CONCHE_DISK_FULL true");
      assert.equal(await writer.ask("retry"), "CONCHE_DISK_FULL true");
      writeFileSync(filler, "");
      assert.equal(await writer.ask("retry"), `committed ${stored + 500}`);
      assert.equal(await writer.ask("commit 10"), `committed ${stored + 510}`);
      const copy = newFolder();
      for (const name of ["datacenter_messages.db", "datacenter_messages.db-wal"]) {
        writeFileSync(join(copy, name), readFileSync(inside(join(data, name))));
      }
      const report = verifyLog(copy);
      assert.deepEqual([report.findings, report.rows], [[], stored + 510]);
    } finally {
      await writer.kill();
    }
  });

  test("is told at once when a new log doesn't fit", () => {
    const folder = newFolder();
    const fill = 'dd if=/dev/zero of="$1/filler" bs=64k 2>/dev/null; exec "$2" "$3" "$1/data" < /dev/null';
    const main = join(import.meta.dirname, "log-process-main.ts");
    const [command = "", ...args] = [
      ...smallDisk(folder),
      "sh",
      "-c",
      fill,
      "sh",
      folder,
      process.execPath,
      main,
    ];
    const { stdout, status } = spawnSync(command, args, { encoding: "utf8" });
    assert.equal(stdout, "CONCHE_DISK_FULL true\n");
    assert.equal(status, 1);
    assert.ok(!existsSync(join(folder, "data")), "the small disk was not used");
  });
});

/** Writes until the disk is full; returns the error's code. */
function fillUp(path: string): string {
  const block = Buffer.alloc(65_536);
  for (let size = 65_536; size > 0; size = size === 65_536 ? 1024 : 0) {
    try {
      for (;;) writeFileSync(path, block.subarray(0, size), { flag: "a" });
    } catch (error) {
      if (size === 1024) return (error as NodeJS.ErrnoException).code ?? "";
    }
  }
  return "";
}
