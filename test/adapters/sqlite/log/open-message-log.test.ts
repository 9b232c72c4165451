import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { suite, test } from "node:test";
import { logFiles } from "../../../../src/adapters/sqlite/database/database-files.ts";
import { openForReading } from "../../../../src/adapters/sqlite/log/open-for-reading.ts";
import { openMessageLog } from "../../../../src/adapters/sqlite/log/open-message-log.ts";
import { GroupMaker, quarantined, record } from "../../../log/log-records.ts";
import { isConcheError } from "../../../log/message-log-suite.ts";
import { leaveCutShort } from "../cut-short.ts";
import { temporaryFolders } from "../temporary-folder.ts";

const newFolder = temporaryFolders();

/** Makes a database with plain SQL in a new folder. */
function databaseWith(sql: string): string {
  const folder = newFolder();
  const db = new DatabaseSync(logFiles(folder).database);
  db.exec(sql);
  db.close();
  return folder;
}

/** Opening must fail so, and must leave the database's bytes as they were. */
async function assertRefused(folder: string, code: string): Promise<void> {
  const { database } = logFiles(folder);
  const before = readFileSync(database);
  await assert.rejects(openMessageLog(folder), isConcheError(code, false));
  assert.ok(readFileSync(database).equals(before), "the refused database was changed");
}

/** Undoes the fifth step of the schema. */
const WITHOUT_VIEWS = `DROP INDEX mqtt_messages_by_batch; DROP VIEW telemetry_values; DROP VIEW machine_states;
  DROP VIEW alarm_messages; DROP VIEW quality_results; DROP VIEW batch_events; DROP VIEW quarantined_messages;`;

suite("opening a log", () => {
  test("makes the folder with the ones above it, and a database with the seed's table", async () => {
    const folder = join(newFolder(), "a", "b", "data");
    const log = await openMessageLog(folder);
    await log.commit(new GroupMaker().group([record(1)]));
    await log.close();
    const db = new DatabaseSync(logFiles(folder).database, { readOnly: true });
    const row = db.prepare("SELECT * FROM mqtt_messages").get();
    db.close();
    assert.deepEqual(Object.keys(row ?? {}).slice(0, 4), ["id", "ts", "topic", "payload_json"]);
    assert.deepEqual(
      [row?.id, row?.site, row?.line, row?.step, row?.machine, row?.type],
      [1, "tunis-01", "line-a", "s5_tempering", "temper-01", "telemetry"],
    );
  });

  test("leaves one file of data after closing", async () => {
    const folder = newFolder();
    const log = await openMessageLog(folder);
    await log.close();
    assert.deepEqual(readdirSync(folder).sort(), [
      "datacenter_messages.db",
      "datacenter_messages.lock",
      "datacenter_messages.mark",
    ]);
  });

  test("brings a log of the first schema up, and the embedded broker's retained messages with it", async () => {
    const folder = newFolder();
    const state = { ...record(1), retain: true };
    const log = await openMessageLog(folder);
    await log.commit(new GroupMaker().group([state], [quarantined()]));
    const { bytes } = log.quarantineRoom();
    await log.close();
    const db = new DatabaseSync(logFiles(folder).database);
    db.exec(`
      ${WITHOUT_VIEWS}
      DROP TABLE broker_sessions; DROP TABLE broker_received; DROP TABLE broker_retained; DROP TABLE log_journal;
      DROP TABLE quarantine_room; DROP TABLE quarantine_dropped; DROP TABLE quarantine_decisions;
      DROP INDEX quarantine_replayed;
      PRAGMA user_version = 1`);
    db.close();
    const reopened = await openMessageLog(folder);
    const [retained, ...more] = reopened.brokerRetained();
    assert.equal(reopened.quarantineRoom().bytes, bytes, "counted once, as commits count it");
    await reopened.close();
    assert.deepEqual(more, []);
    assert.deepEqual(
      [retained?.topic, Buffer.from(retained?.payload ?? []).toString(), retained?.qos],
      [state.topic.topic, state.payload, state.qos],
    );
  });

  test("refuses a newer schema, and says which versions", async () => {
    const folder = newFolder();
    await (await openMessageLog(folder)).close();
    const db = new DatabaseSync(logFiles(folder).database);
    db.exec("PRAGMA user_version = 99");
    db.close();
    await assertRefused(folder, "CONCHE_LOG_TOO_NEW");
    await assert.rejects(openMessageLog(folder), /version 99.*knows 6/);
    assert.throws(() => openForReading(folder), isConcheError("CONCHE_LOG_TOO_NEW", false));
  });

  for (const [what, sql] of [
    [
      "tables of another program",
      "CREATE TABLE orders (id INTEGER PRIMARY KEY); INSERT INTO orders VALUES (1)",
    ],
    [
      "another program's application id",
      "PRAGMA application_id = 7; CREATE TABLE mqtt_messages (id INTEGER)",
    ],
    ["the seed's table beside another one", `${SEED_TABLE()}; CREATE TABLE notes (text)`],
    [
      "a table of that name with other columns",
      "CREATE TABLE mqtt_messages (id INTEGER PRIMARY KEY, body TEXT)",
    ],
    [
      "an id that isn't a number of its own",
      "CREATE TABLE mqtt_messages (id TEXT PRIMARY KEY, ts, topic, payload_json)",
    ],
    [
      "a unique column",
      "CREATE TABLE mqtt_messages (id INTEGER PRIMARY KEY, ts UNIQUE, topic, payload_json)",
    ],
    [
      "a trigger",
      `${SEED_TABLE()}; CREATE TRIGGER t AFTER INSERT ON mqtt_messages BEGIN DELETE FROM mqtt_messages; END`,
    ],
    ["ids below 1", `${SEED_TABLE()}; INSERT INTO mqtt_messages VALUES (-1, 'a', 'b', 'c')`],
    ["a schema version and nothing else", "PRAGMA user_version = 3"],
  ] as const) {
    test(`refuses ${what}`, () => assertRefused(databaseWith(sql), "CONCHE_LOG_FOREIGN"));
  }

  test("refuses a log with tables of another program in it", async () => {
    const folder = newFolder();
    await (await openMessageLog(folder)).close();
    const db = new DatabaseSync(logFiles(folder).database);
    db.exec("CREATE TABLE mine (a)");
    db.close();
    await assertRefused(folder, "CONCHE_LOG_FOREIGN");
  });

  test("leaves views and indexes that somebody added alone", async () => {
    const folder = newFolder();
    await (await openMessageLog(folder)).close();
    const db = new DatabaseSync(logFiles(folder).database);
    db.exec("CREATE VIEW alarms AS SELECT * FROM mqtt_messages WHERE type = 'alarm'");
    db.exec("CREATE INDEX by_machine ON mqtt_messages (machine)");
    db.close();
    const log = await openMessageLog(folder);
    await log.commit(new GroupMaker().group([record(1)]));
    await log.close();
  });

  for (const [what, bytes] of [
    ["text", Buffer.from("temperature;batch\n31.4;B20260111-DA-0042\n".repeat(200))],
    ["zeros", Buffer.alloc(16_384)],
  ] as const) {
    test(`refuses a file of ${what}`, async () => {
      const folder = newFolder();
      writeFileSync(logFiles(folder).database, bytes);
      await assertRefused(folder, "CONCHE_LOG_CORRUPT");
      assert.throws(() => openForReading(folder), isConcheError("CONCHE_LOG_CORRUPT", false));
    });
  }

  test("begins anew where a start was cut short before anything was written", async () => {
    const folder = newFolder();
    writeFileSync(logFiles(folder).database, "");
    const log = await openMessageLog(folder);
    await log.commit(new GroupMaker().group([record(1)]));
    await log.close();
  });

  test("begins anew where the making of the database was cut short; a reader says who undoes that", async () => {
    const folder = newFolder();
    leaveCutShort(logFiles(folder).database);
    assert.throws(() => openForReading(folder), isConcheError("CONCHE_LOG_TOO_OLD", false));
    const log = await openMessageLog(folder);
    await log.commit(new GroupMaker().group([record(1)]));
    await log.close();
    const { db } = openForReading(folder);
    assert.deepEqual({ ...db.prepare("SELECT count(*) AS rows FROM mqtt_messages").get() }, { rows: 1 });
    db.close();
  });

  test("refuses a folder that is a file, or lies below one", async () => {
    const file = join(newFolder(), "file");
    writeFileSync(file, "");
    await assert.rejects(openMessageLog(file), isConcheError("CONCHE_DATA_FOLDER", false));
    await assert.rejects(openMessageLog(join(file, "data")), isConcheError("CONCHE_DATA_FOLDER", false));
  });

  test("refuses a database path that is a folder", async () => {
    const folder = newFolder();
    mkdirSync(logFiles(folder).database);
    await assert.rejects(openMessageLog(folder), isConcheError("CONCHE_DATA_FOLDER", false));
  });

  test("refuses a folder without the right to write there", { skip: withoutRights() }, () => {
    const folder = newFolder();
    chmodSync(folder, 0o555);
    assert.equal(openAsSomebodyElse(folder), "CONCHE_DATA_FOLDER");
  });

  test("reads a log in a folder where it may not write, as on a read-only medium", {
    skip: withoutRights(),
  }, async () => {
    const folder = newFolder();
    const log = await openMessageLog(folder);
    await log.commit(new GroupMaker().group([record(1)]));
    await log.close();
    // Whoever made the copy lets others read it.
    chmodSync(logFiles(folder).database, 0o444);
    chmodSync(folder, 0o555);
    const reader = new URL("../../../../src/adapters/sqlite/log/log-reader.ts", import.meta.url).href;
    const script = `const { LogReader } = await import(${JSON.stringify(reader)});
      console.log([...LogReader.open(${JSON.stringify(folder)}).query({})].length);`;
    assert.equal(asSomebodyElse(script), "1");
  });

  test("says that there is no log where a reader finds none", () => {
    assert.throws(() => openForReading(newFolder()), isConcheError("CONCHE_LOG_MISSING", false));
  });
});

function SEED_TABLE(): string {
  return "CREATE TABLE mqtt_messages (id INTEGER PRIMARY KEY, ts TEXT, topic TEXT, payload_json TEXT)";
}

/** Rights don't stop the super-user, who becomes nobody for the attempt; Windows has other ones. */
function withoutRights(): string | false {
  return process.platform === "win32" ? "needs a system with POSIX permissions" : false;
}

/** Opens a log in a process without special rights; returns the code of the error, or "opened". */
function openAsSomebodyElse(folder: string): string {
  const module = new URL("../../../../src/adapters/sqlite/log/open-message-log.ts", import.meta.url).href;
  return asSomebodyElse(`const { openMessageLog } = await import(${JSON.stringify(module)});
    console.log(await openMessageLog(${JSON.stringify(folder)}).then(() => "opened", (error) => error.code));`);
}

/** Runs a script in a process without special rights; returns what it wrote. */
function asSomebodyElse(script: string): string {
  const become = "if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534); }";
  const args = ["--input-type=module", "--eval", `${become}\n${script}`];
  return spawnSync(process.execPath, args, { encoding: "utf8" }).stdout.trim();
}
