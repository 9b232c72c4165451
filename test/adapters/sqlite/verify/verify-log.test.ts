import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { before, suite, test } from "node:test";
import { logFiles } from "../../../../src/adapters/sqlite/database/database-files.ts";
import { openMessageLog } from "../../../../src/adapters/sqlite/log/open-message-log.ts";
import { verifyLog } from "../../../../src/adapters/sqlite/verify/verify-log.ts";
import type { VerifyFindingKind, VerifyProgress } from "../../../../src/log/verify-report.ts";
import { BOOT, GroupMaker, MACHINE, OTHER_BOOT, quarantined, record } from "../../../log/log-records.ts";
import { temporaryFolders } from "../temporary-folder.ts";

const newFolder = temporaryFolders();
const PACKER = "tunis-01/line-a/s8_packaging/packer-03";

/**
 * A log with everything in it: two full blocks, keys sorted in and waiting, gaps, numbers in quarantine, a
 * conflict, a replayed message, retained ones, machines without identity.
 */
async function everything(): Promise<string> {
  const folder = newFolder();
  const log = await openMessageLog(folder);
  const maker = new GroupMaker();
  const held = (seq: number) => quarantined({ machine: MACHINE, boot: BOOT, seq, reason: "schema" });
  for (let from = 1; from <= 28_000; from += 1_400) {
    const messages = Array.from({ length: 1_400 }, (_, index) =>
      record(from + index, { batchId: `B-${from + index}` }),
    );
    // Of every group one number never comes, and one comes unreadable.
    const arriving = messages.filter((_, index) => index !== 700 && index !== 701);
    await log.commit(maker.group(arriving, [held(from + 701)], 2));
  }
  const states = [1, 2, 4].map((seq) => record(seq, { machine: PACKER, type: "state", boot: OTHER_BOOT }));
  const conflict = quarantined({ machine: PACKER, boot: OTHER_BOOT, seq: 2, reason: "conflict" });
  await log.commit(
    maker.group([...states, record(null, { type: "alarm" }), record(null)], [conflict, quarantined()]),
  );
  const tracker = maker.tracker(MACHINE, BOOT);
  tracker.release(702);
  const { received, stored, duplicates, quarantined: setAside } = maker.totals;
  const totals = { received, stored: stored + 1, duplicates, quarantined: setAside - 1 };
  const group = { messages: [record(702)], quarantined: [], sequences: [tracker.state()], totals };
  await log.commitReplay(group, [{ quarantineId: 1, messageIndex: 0, note: "" }]);
  await log.close();
  return folder;
}

/** Ways to falsify the log, and what verify must call it. */
const FALSIFIED: readonly (readonly [what: string, finding: VerifyFindingKind, sql: string])[] = [
  ["a row is gone", "totals", "DELETE FROM mqtt_messages WHERE id = 100"],
  [
    "a row is gone, and the counters were adapted",
    "content",
    "DELETE FROM mqtt_messages WHERE id = 100; UPDATE log_totals SET stored = stored - 1, received = received - 1",
  ],
  [
    "the newest row is gone",
    "totals",
    "DELETE FROM mqtt_messages WHERE id = (SELECT max(id) FROM mqtt_messages)",
  ],
  [
    "a row was added",
    "totals",
    "INSERT INTO mqtt_messages (ts, topic, payload_json) VALUES ('2026-01-11T10:00:00Z', 'factory/a/b/s1_c/d/state', '{}')",
  ],
  [
    "a payload was altered",
    "content",
    "UPDATE mqtt_messages SET payload_json = replace(payload_json, '31.4', '31.5') WHERE id = 5000",
  ],
  [
    "a payload in the open block was altered",
    "content",
    "UPDATE mqtt_messages SET payload_json = '{}' WHERE id = (SELECT max(id) FROM mqtt_messages)",
  ],
  [
    "a time stamp was altered",
    "content",
    "UPDATE mqtt_messages SET ts = '2026-01-11T10:00:00.001Z' WHERE id = 1",
  ],
  [
    "a topic was altered",
    "content",
    "UPDATE mqtt_messages SET topic = replace(topic, 'temper-01', 'temper-02') WHERE id = 1",
  ],
  ["a level was altered", "content", "UPDATE mqtt_messages SET machine = 'temper-02' WHERE id = 1"],
  ["a level was emptied", "content", "UPDATE mqtt_messages SET step = NULL WHERE id = 1"],
  ["a batch was altered", "block", "UPDATE mqtt_messages SET batch_id = 'B-0' WHERE id = 1"],
  [
    "two rows changed places",
    "content",
    "UPDATE mqtt_messages SET id = -1 WHERE id = 1; UPDATE mqtt_messages SET id = 1 WHERE id = 2; UPDATE mqtt_messages SET id = 2 WHERE id = -1",
  ],
  ["a number is stored twice", "duplicate", "UPDATE mqtt_messages SET seq = 1 WHERE id = 2"],
  ["a number is another one", "sequence", "UPDATE mqtt_messages SET seq = 1000000 WHERE id = 2"],
  [
    "a row is another start's",
    "unknown_publisher",
    `UPDATE mqtt_messages SET boot = 'x${BOOT}' WHERE id = 2`,
  ],
  ["a block is not indexed", "block", "DELETE FROM log_blocks WHERE block = 1"],
  ["a block has other times", "block", "UPDATE log_blocks SET max_event_ms = min_event_ms WHERE block = 1"],
  [
    "a block too many is indexed",
    "block",
    "INSERT INTO log_blocks SELECT 99, rows, crc, 0, 0, 0, 0 FROM log_blocks WHERE block = 0",
  ],
  ["a sorted key is gone", "block", "DELETE FROM block_keys WHERE key = 'bB-50'"],
  ["a sorted key too many", "block", "INSERT INTO block_keys VALUES ('bnothing', 0, NULL, NULL)"],
  [
    "a waiting key is gone",
    "block",
    "DELETE FROM block_keys_recent WHERE key = (SELECT min(key) FROM block_keys_recent)",
  ],
  [
    "a publisher's numbers are narrower in the index",
    "block",
    "UPDATE block_keys SET max_seq = max_seq - 1 WHERE key LIKE 'p%' AND block = 0",
  ],
  ["the counters don't add up", "conservation", "UPDATE log_totals SET received = received + 1"],
  [
    "more stored by the counters",
    "totals",
    "UPDATE log_totals SET stored = stored + 1, received = received + 1",
  ],
  [
    "more quarantined by the counters",
    "totals",
    "UPDATE log_totals SET quarantined = quarantined + 1, received = received + 1",
  ],
  [
    "fewer duplicates by the counters",
    "totals",
    "UPDATE log_totals SET duplicates = 0, received = received - duplicates; UPDATE sequences SET duplicates = 1",
  ],
  ["commits are missing", "behind", "UPDATE log_totals SET commits = commits - 1"],
  ["a sequence claims more", "sequence", "UPDATE sequences SET stored = stored + 1 WHERE id = 1"],
  ["a gap is hidden", "sequence", "UPDATE sequences SET missing_json = '[]' WHERE id = 1"],
  ["a gap is invented", "sequence", "UPDATE sequences SET missing_json = '[[5,5]]' WHERE id = 2"],
  ["a highest number is too low", "sequence", "UPDATE sequences SET highest = 3 WHERE id = 2"],
  ["a sequence is gone", "unknown_publisher", "DELETE FROM sequences WHERE id = 2"],
  ["a quarantined number is gone", "sequence", "DELETE FROM quarantine WHERE id = 2"],
  ["a replayed message is not there", "replay", "UPDATE quarantine SET replayed_id = 999999 WHERE id = 1"],
  [
    "a retained message is an older one",
    "retained",
    "UPDATE retained_messages SET message_id = message_id - 1",
  ],
  ["a retained message is forgotten", "retained", "DELETE FROM retained_messages"],
];

/** Ways to falsify what the report says of a publisher, and the words that must name who and which numbers. */
const NAMED: readonly (readonly [what: string, sql: string, named: string])[] = [
  [
    "a row was deleted",
    "DELETE FROM mqtt_messages WHERE id = 100",
    `${MACHINE} ${BOOT}: of the numbers 100 to 100, which are not missing, only 0 are in quarantine`,
  ],
  [
    "a row was deleted, and every counter was adapted",
    `DELETE FROM mqtt_messages WHERE id = 100; UPDATE sequences SET stored = stored - 1 WHERE id = 1;
     UPDATE log_totals SET stored = stored - 1, received = received - 1`,
    `${MACHINE} ${BOOT}: of the numbers 100 to 100, which are not missing, only 0 are in quarantine`,
  ],
  [
    "a row was stored again",
    `CREATE TEMP TABLE again AS SELECT * FROM mqtt_messages WHERE id = 100;
     UPDATE again SET id = (SELECT max(id) + 1 FROM mqtt_messages); INSERT INTO mqtt_messages SELECT * FROM again`,
    `${MACHINE} ${BOOT} number 100 is stored again as message 27967`,
  ],
  [
    "a publisher's stored counter was changed",
    "UPDATE sequences SET stored = stored + 1 WHERE id = 2",
    `${PACKER} ${OTHER_BOOT}: 3 rows, 4 stored by its sequence`,
  ],
  [
    "a publisher's quarantine counter was changed",
    "UPDATE sequences SET quarantined = quarantined + 1 WHERE id = 2",
    `${PACKER} ${OTHER_BOOT}: 0 numbers are neither stored nor missing, 1 are in quarantine`,
  ],
  [
    "a publisher's highest number was changed",
    "UPDATE sequences SET highest = highest + 2 WHERE id = 2",
    `${PACKER} ${OTHER_BOOT}: of the numbers 5 to 6, which are not missing, only 0 are in quarantine`,
  ],
  [
    "a missing range was taken out",
    "UPDATE sequences SET missing_json = '[]' WHERE id = 2",
    `${PACKER} ${OTHER_BOOT}: of the numbers 3 to 3, which are not missing, only 0 are in quarantine`,
  ],
  [
    "a missing range was widened",
    "UPDATE sequences SET missing_json = '[[2,3]]' WHERE id = 2",
    `${PACKER} ${OTHER_BOOT}: the numbers 2 to 2 are stored and listed as missing`,
  ],
  [
    "a missing range was moved",
    "UPDATE sequences SET missing_json = '[[4,4]]' WHERE id = 2",
    `${PACKER} ${OTHER_BOOT}: of the numbers 3 to 3, which are not missing, only 0 are in quarantine`,
  ],
  [
    "missing ranges are none at all",
    "UPDATE sequences SET missing_json = 'nothing' WHERE id = 2",
    `the sequence of ${PACKER} ${OTHER_BOOT} can't be read: its missing_json is nothing`,
  ],
  [
    "a missing range has its ends the wrong way round",
    "UPDATE sequences SET missing_json = '[[3,2]]' WHERE id = 2",
    `the sequence of ${PACKER} ${OTHER_BOOT} can't be read: its missing_json is [[3,2]]`,
  ],
];

suite("verifying a log", () => {
  let folder = "";
  before(async () => {
    folder = await everything();
  });

  test("finds nothing wrong with one that is as it was written, and tells every publisher's completeness", () => {
    const report = verifyLog(folder);
    assert.deepEqual(report.findings, []);
    assert.equal(report.ok, true);
    assert.equal(report.rows, report.totals.stored);
    const [temper, packer, ...unsequenced] = report.publishers;
    assert.deepEqual(
      [temper?.stored, temper?.quarantined, temper?.missing, temper?.highest, temper?.consistent],
      [27_961, 19, 20, 28_000, true],
    );
    assert.deepEqual(temper?.missingRanges.slice(0, 2), [
      [701, 701],
      [2_101, 2_101],
    ]);
    assert.deepEqual(
      [packer?.boot, packer?.stored, packer?.quarantined, packer?.missing, packer?.highest],
      [OTHER_BOOT, 3, 0, 1, 4],
    );
    assert.deepEqual(
      unsequenced.map(({ machine, boot, stored, quarantined: setAside }) => [
        machine,
        boot,
        stored,
        setAside,
      ]),
      [[MACHINE, null, 2, 1]],
    );
  });

  test("the log under test has keys in both tables of the index", () => {
    const db = new DatabaseSync(logFiles(folder).database, { readOnly: true });
    for (const table of ["block_keys", "block_keys_recent"]) {
      assert.notEqual(db.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.count, 0, table);
    }
    db.close();
  });

  for (const [what, finding, sql] of FALSIFIED) {
    test(`finds that ${what}`, () => {
      const copy = join(newFolder(), "copy");
      cpSync(folder, copy, { recursive: true });
      const db = new DatabaseSync(logFiles(copy).database);
      db.exec(sql);
      db.close();
      const report = verifyLog(copy);
      assert.equal(report.ok, false);
      const kinds = new Set(report.findings.map((each) => each.kind));
      assert.ok(kinds.has(finding), `found ${[...kinds].join(", ")} instead of ${finding}`);
    });
  }

  for (const [what, sql, named] of NAMED) {
    test(`names the publisher and the numbers when ${what}`, () => {
      const copy = join(newFolder(), "copy");
      cpSync(folder, copy, { recursive: true });
      const db = new DatabaseSync(logFiles(copy).database);
      db.exec(sql);
      db.close();
      const details = verifyLog(copy).findings.map(({ detail }) => detail);
      assert.ok(
        details.some((detail) => detail.includes(named)),
        details.join("\n"),
      );
    });
  }

  test("finds damage in the structure, and reports what could be read", () => {
    const copy = join(newFolder(), "copy");
    cpSync(folder, copy, { recursive: true });
    const { database } = logFiles(copy);
    const bytes = readFileSync(database);
    bytes.fill(0, 200 * 8_192, 201 * 8_192);
    writeFileSync(database, bytes);
    const report = verifyLog(copy);
    assert.ok(report.findings.some((each) => each.kind === "structure"));
    assert.equal(report.ok, false);
  });

  test("lists a thousand findings and counts the others", () => {
    const copy = join(newFolder(), "copy");
    cpSync(folder, copy, { recursive: true });
    const db = new DatabaseSync(logFiles(copy).database);
    db.exec("UPDATE mqtt_messages SET line = 'line-x' WHERE id <= 1500");
    db.close();
    const report = verifyLog(copy);
    assert.deepEqual([report.findings.length, report.unlisted, report.ok], [1_000, 500, false]);
  });

  test("sees one state while the log is being written, and tells how far it is", async () => {
    const own = newFolder();
    const log = await openMessageLog(own);
    const maker = new GroupMaker();
    let seq = 0;
    const write = () =>
      log.commit(
        maker.group(
          Array.from({ length: 1_000 }, () => record(++seq)),
          [quarantined()],
        ),
      );
    for (let commit = 0; commit < 6; commit++) await write();
    const told: VerifyProgress[] = [];
    const writes: Promise<unknown>[] = [];
    const report = verifyLog(own, {
      onProgress(progress) {
        told.push(progress);
        writes.push(write());
      },
    });
    await Promise.all(writes);
    assert.deepEqual([report.findings, report.rows], [[], 6_000]);
    assert.deepEqual([...new Set(told.map(({ phase }) => phase))], ["structure", "rows", "publishers"]);
    assert.ok(told.every(({ done, total }) => done <= total));
    await log.close();
    assert.deepEqual(verifyLog(own).findings, []);
  });
});
