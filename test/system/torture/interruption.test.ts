import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { afterwards } from "../../servers/afterwards.ts";
import { NO_MOSQUITTO } from "../../servers/mosquitto.ts";
import { until } from "../fault-matrix/data-center.ts";

const MAIN = join(import.meta.dirname, "main.ts");

/** Processes whose temporary files go into a folder, or below one whose path begins like that. */
function processesWith(folder: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, "latin1").includes(`TMPDIR=${folder}`);
    } catch {
      return false; // it has ended, or is somebody else's
    }
  });
}

describe("A campaign of the fault harness that is interrupted", {
  skip: NO_MOSQUITTO || (!existsSync("/proc/self/environ") && "needs Linux: it looks for processes in /proc"),
}, () => {
  it("reports the runs so far, and leaves no process and no folder", async (context) => {
    const folder = mkdtempSync(join(tmpdir(), "conche-interruption-"));
    afterwards(context, () => rmSync(folder, { recursive: true, force: true }));
    const outside = mkdtempSync(join(tmpdir(), "conche-interruption-json-"));
    afterwards(context, () => rmSync(outside, { recursive: true, force: true }));
    const json = join(outside, "found.json");
    // A short row first; then one that has a data center and a publisher, and one whose processes have processes.
    const rows = [20, 1, 32].flatMap((row) => ["--row", String(row)]);
    const child = spawn(process.execPath, [MAIN, ...rows, "--seed", "1", "--jobs", "2", "--json", json], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ["ignore", "pipe", "inherit"],
    });
    afterwards(context, () => child.kill("SIGKILL"));
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      out += text;
    });
    const closed = once(child, "close");
    const talks = () => globSync("conche-torture-1-*/ledger/ledger-*.jsonl", { cwd: folder }).length > 0;
    // The runner, the test's file, and what that has started.
    const nested = () => processesWith(join(folder, "conche-torture-32-")).length > 2;
    await until(() => out.includes("1 of 3 runs") && talks() && nested());
    child.kill("SIGTERM");
    const [code] = await closed;
    assert.equal(code, 1);
    assert.match(out, /^1 of 3 runs: row 20, seed 1: held after [\d.]+ s/m);
    assert.match(out, /interrupted after 1 of 3 runs/);
    const found = JSON.parse(readFileSync(json, "utf8"));
    assert.deepEqual([found.runs, found.planned, found.complete, found.failed], [1, 3, false, 0]);
    assert.deepEqual(processesWith(folder), []);
    assert.deepEqual(readdirSync(folder), []);
  });
});
