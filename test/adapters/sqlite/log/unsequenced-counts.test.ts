import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { CompletenessReader } from "../../../../src/adapters/sqlite/log/completeness-reader.ts";
import { openMessageLog } from "../../../../src/adapters/sqlite/log/open-message-log.ts";
import { UnsequencedCounts } from "../../../../src/adapters/sqlite/log/unsequenced-counts.ts";
import { append, FIRST_MS, filledLog, record } from "../../../commands/filled-log.ts";
import { afterwards } from "../../../servers/afterwards.ts";

const TEMPERER = "tunis-01/line-a/s5_tempering/temper-01";
const OTHER = "tunis-01/line-a/s5_tempering/temper-02";

function unsequenced(folder: string, counts: UnsequencedCounts) {
  const reading = CompletenessReader.open(folder, counts);
  try {
    return [...reading.unsequenced()].sort((a, b) => (a.machine < b.machine ? -1 : 1));
  } finally {
    reading.close();
  }
}

/** So many messages more, from this second on. */
async function more(folder: string, from: number, to: number, machine = "temper-01"): Promise<void> {
  const log = await openMessageLog(folder);
  const seconds = Array.from({ length: to - from }, (_, index) => from + index);
  await append(
    log,
    seconds.map((second) => record(second, "telemetry", { tags: { temp_c: 31 } }, machine)),
  );
  await log.close();
}

function emptyFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "conche-counts-"));
  afterwards(context, () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

suite("what a log has without identity, counted again and again", () => {
  test("what came since is added to what was counted, as if all of it were counted anew", async (context) => {
    const folder = await filledLog(context, []);
    const kept = new UnsequencedCounts();
    await more(folder, 0, 20);
    assert.deepEqual(unsequenced(folder, kept), [
      { machine: TEMPERER, stored: 20, firstSeenAt: FIRST_MS, lastSeenAt: FIRST_MS + 19_000 },
    ]);
    await more(folder, 20, 30);
    await more(folder, 30, 35, "temper-02");
    const both = [
      { machine: TEMPERER, stored: 30, firstSeenAt: FIRST_MS, lastSeenAt: FIRST_MS + 29_000 },
      { machine: OTHER, stored: 5, firstSeenAt: FIRST_MS + 30_000, lastSeenAt: FIRST_MS + 34_000 },
    ];
    assert.deepEqual(unsequenced(folder, kept), both);
    assert.deepEqual(unsequenced(folder, kept), both);
    assert.deepEqual(unsequenced(folder, new UnsequencedCounts()), both);
  });

  test("another log in the folder, or an older one of it, is counted from its begin", async (context) => {
    const folder = emptyFolder(context);
    const kept = new UnsequencedCounts();
    await more(folder, 0, 20);
    assert.equal(unsequenced(folder, kept)[0]?.stored, 20);
    rmSync(folder, { recursive: true });
    await more(folder, 100, 107);
    assert.deepEqual(unsequenced(folder, kept), [
      { machine: TEMPERER, stored: 7, firstSeenAt: FIRST_MS + 100_000, lastSeenAt: FIRST_MS + 106_000 },
    ]);
  });

  test("a time limit ends the counting, which doesn't begin anew the next time", async (context) => {
    const folder = await filledLog(context, []);
    await more(folder, 0, 5);
    let spent = 0;
    const kept = new UnsequencedCounts(() => {
      if (++spent === 1) throw new Error("the time for an answer is over");
    });
    assert.throws(() => unsequenced(folder, kept));
    assert.equal(unsequenced(folder, kept)[0]?.stored, 5);
    assert.equal(spent, 1);
  });
});
