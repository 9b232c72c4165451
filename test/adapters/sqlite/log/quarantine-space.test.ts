import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { openMessageLog } from "../../../../src/adapters/sqlite/log/open-message-log.ts";
import { QuarantineReader } from "../../../../src/adapters/sqlite/log/quarantine-reader.ts";
import { verifyLog } from "../../../../src/adapters/sqlite/verify/verify-log.ts";
import { BOOT, GroupMaker, MACHINE, quarantined, record } from "../../../log/log-records.ts";
import { isConcheError } from "../../../log/message-log-suite.ts";
import { temporaryFolders } from "../temporary-folder.ts";

const newFolder = temporaryFolders();
const LIMIT = 100_000;
const large = (seq: number | null = null) =>
  quarantined({
    payload: Buffer.alloc(9_500, 0x7b),
    ...(seq === null ? {} : { machine: MACHINE, boot: BOOT, seq, reason: "schema" }),
  });

function idsIn(folder: string): number[] {
  const reader = QuarantineReader.open(folder);
  const ids = [...reader.list({ state: "all" })].map(({ id }) => id);
  reader.close();
  return ids;
}

suite("the room of quarantine", () => {
  test("stop: at the limit nothing is committed, and the same commit succeeds when there is room", async () => {
    const folder = newFolder();
    const maker = new GroupMaker();
    let log = await openMessageLog(folder, { quarantine: { bytes: LIMIT, whenFull: "stop" } });
    for (let count = 1; count <= 10; count++) await log.commit(maker.group([], [large()]));
    const { bytes } = log.quarantineRoom();
    assert.ok(bytes > 90_000 && bytes <= LIMIT, `${bytes} bytes`);
    await log.commit(maker.group([record(1)]));
    const group = maker.group([record(2)], [large()]);
    await assert.rejects(log.commit(group), isConcheError("CONCHE_QUARANTINE_FULL", true));
    assert.equal(log.quarantineRoom().bytes, bytes);
    await log.close();
    log = await openMessageLog(folder, { quarantine: { bytes: 2 * LIMIT, whenFull: "stop" } });
    assert.equal(log.quarantineRoom().bytes, bytes, "kept over a restart");
    await log.commit(group);
    await log.close();
    assert.deepEqual(verifyLog(folder).findings, []);
  });

  test("drop: the replayed go first, then the oldest; all of them are counted and the log adds up", async () => {
    const folder = newFolder();
    const maker = new GroupMaker();
    const log = await openMessageLog(folder, { quarantine: { bytes: 95_000, whenFull: "drop" } });
    for (let seq = 1; seq <= 9; seq++) await log.commit(maker.group([], [large(seq)]));
    // The fifth is replayed: stored under its number.
    const tracker = maker.tracker(MACHINE, BOOT);
    tracker.release(5);
    const { received, stored, duplicates, quarantined: before } = maker.totals;
    maker.totals = { received, stored: stored + 1, duplicates, quarantined: before - 1 };
    const replayed = {
      messages: [record(5)],
      quarantined: [],
      sequences: [tracker.state()],
      totals: maker.totals,
    };
    await log.commitReplay(replayed, [{ quarantineId: 5, messageIndex: 0, note: "" }]);
    await log.commit(maker.group([], [large(10)]));
    assert.deepEqual(idsIn(folder), [1, 2, 3, 4, 6, 7, 8, 9, 10]);
    assert.equal(log.quarantineRoom().dropped, 0, "it is in the log");
    for (let count = 0; count < 3; count++) await log.commit(maker.group([], [large(), large()]));
    const { bytes, dropped } = log.quarantineRoom();
    assert.equal(dropped, 6);
    assert.equal(idsIn(folder).length, 9 + 6 - 6);
    assert.ok(bytes <= 95_000);
    await log.close();
    assert.deepEqual(verifyLog(folder).findings, []);
    const again = await openMessageLog(folder);
    assert.deepEqual([again.quarantineRoom().bytes, again.quarantineRoom().dropped], [bytes, 6]);
    await again.close();
  });

  test("drop: a thousand times the limit leaves the database as large as the limit", {
    timeout: 300_000,
  }, async () => {
    const folder = newFolder();
    const maker = new GroupMaker();
    const log = await openMessageLog(folder, { quarantine: { bytes: LIMIT, whenFull: "drop" } });
    for (let count = 0; count < 100; count++) {
      await log.commit(
        maker.group(
          [],
          Array.from({ length: 100 }, () => large()),
        ),
      );
    }
    assert.ok(log.quarantineRoom().bytes <= LIMIT * 10, "a group is one transaction");
    assert.ok(log.sizeBytes() < 40_000_000, `${log.sizeBytes()} bytes`);
    await log.close();
    assert.deepEqual(verifyLog(folder).findings, []);
  });
});
