import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { verifyLog } from "../../../../src/adapters/sqlite/verify/verify-log.ts";
import { fillUp, noSmallDisk, seenBy, smallDisk } from "../../../servers/small-disk.ts";
import { temporaryFolders } from "../temporary-folder.ts";
import { LogProcess } from "./log-process.ts";

const newFolder = temporaryFolders();
suite("a full disk", { skip: noSmallDisk() }, () => {
  test("refuses the commit whole, and the same commit succeeds when there is room", async () => {
    const folder = newFolder();
    const data = join(folder, "data");
    const writer = new LogProcess(data, smallDisk(folder));
    // The disk is seen through the process that has it.
    const inside = (path: string) => seenBy(writer.child.pid, path);
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
