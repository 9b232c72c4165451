import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MOUNT = 'mount -t tmpfs -o size=4m conche "$1" && shift && exec "$@"';

/** How to run a command with a small disk of its own: it is mounted for that process and is gone with it. */
export function smallDisk(folder: string): string[] {
  const asRoot = process.getuid?.() === 0;
  return ["unshare", asRoot ? "--mount" : "--map-root-user", "--mount", "sh", "-c", MOUNT, "sh", folder];
}

/** A path as the process with the small disk sees it, reachable for others while that process lives. */
export function seenBy(pid: number | undefined, path: string): string {
  return `/proc/${pid}/root${path}`;
}

/** Why tests that need a small disk are skipped here, or false. In CI they are not. */
export function noSmallDisk(): string | false {
  const folder = mkdtempSync(join(tmpdir(), "conche-disk-"));
  try {
    const [command = "", ...args] = [...smallDisk(folder), "true"];
    if (spawnSync(command, args).status === 0) return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
  if (process.env.CI !== undefined) throw new Error("unshare and mount are needed to test a full disk");
  return "needs Linux with unshare(1) and the right to mount: run it as root";
}

/** Writes until the disk is full; returns the error's code. */
export function fillUp(path: string): string {
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
