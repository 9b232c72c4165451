import assert from "node:assert/strict";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { suite, test } from "node:test";
import fc from "fast-check";
import { logFiles } from "../../../../src/adapters/sqlite/database/database-files.ts";
import { LogReader } from "../../../../src/adapters/sqlite/log/log-reader.ts";
import { openForReading } from "../../../../src/adapters/sqlite/log/open-for-reading.ts";
import { openMessageLog } from "../../../../src/adapters/sqlite/log/open-message-log.ts";
import { verifyLog } from "../../../../src/adapters/sqlite/verify/verify-log.ts";
import { GroupMaker, record } from "../../../log/log-records.ts";
import { isConcheError } from "../../../log/message-log-suite.ts";
import { temporaryFolders } from "../temporary-folder.ts";

const newFolder = temporaryFolders();

/** A row of the first program's table: id, ts, topic, payload_json. */
type FirstRow = readonly [id: number, ts: SQLInputValue, topic: SQLInputValue, payload: SQLInputValue];

const TABLES = [
  "id INTEGER PRIMARY KEY AUTOINCREMENT, ts TEXT NOT NULL, topic TEXT NOT NULL, payload_json TEXT NOT NULL",
  "id INTEGER PRIMARY KEY, ts TEXT, topic TEXT, payload_json TEXT",
  "id integer primary key, ts DATETIME DEFAULT CURRENT_TIMESTAMP, topic VARCHAR(255), payload_json JSON",
  "payload_json, topic, ts, id INTEGER PRIMARY KEY",
];

function firstProgramLog(columns: string, rows: readonly FirstRow[], more = ""): string {
  const folder = newFolder();
  const db = new DatabaseSync(logFiles(folder).database);
  db.exec(`CREATE TABLE mqtt_messages (${columns}); ${more}`);
  const insert = db.prepare("INSERT INTO mqtt_messages (id, ts, topic, payload_json) VALUES (?, ?, ?, ?)");
  db.exec("BEGIN");
  for (const row of rows) insert.run(...row);
  db.exec("COMMIT");
  db.close();
  return folder;
}

/** The four columns with their storage classes: what must not change by a bit. */
function fourColumns(folder: string): unknown[] {
  const db = new DatabaseSync(logFiles(folder).database, { readOnly: true });
  const columns = ["id", "ts", "topic", "payload_json"];
  const list = columns.flatMap((name) => [`typeof(${name})`, `hex(CAST(${name} AS BLOB))`]).join(", ");
  const statement = db.prepare(`SELECT ${list} FROM mqtt_messages ORDER BY id`);
  statement.setReturnArrays(true);
  const rows = statement.all();
  db.close();
  return rows;
}

async function carryOver(folder: string): Promise<void> {
  await (await openMessageLog(folder)).close();
}

/** Messages as the seed's program stored them: Python's isoformat, 8 steps, three products. */
function seedRows(count: number): FirstRow[] {
  return Array.from({ length: count }, (_, index) => {
    const ts = `2026-01-11T${String(8 + (index % 10)).padStart(2, "0")}:00:00.123456+00:00`;
    const payload = `{"ts": "${ts}", "product_type": "dark", "batch_id": "B20260111-DA-${1000 + (index % 7)}", "tags": {"temp_c": ${index}.5}}`;
    return [
      index + 1,
      ts,
      `factory/tunis-01/line-a/s${1 + (index % 8)}_step/machine-0${index % 8}/telemetry`,
      payload,
    ];
  });
}

suite("a database of the first program", () => {
  for (const columns of TABLES) {
    test(`is carried over with its rows as they are: ${columns}`, async () => {
      const folder = firstProgramLog(columns, seedRows(5_000), "CREATE INDEX by_ts ON mqtt_messages (ts)");
      const before = fourColumns(folder);
      const log = await openMessageLog(folder);
      assert.deepEqual(await log.totals(), { received: 5_000, stored: 5_000, duplicates: 0, quarantined: 0 });
      await log.commit(new GroupMaker(await log.totals()).group([record(1)]));
      await log.close();
      assert.deepEqual(fourColumns(folder).slice(0, 5_000), before);
      const report = verifyLog(folder);
      assert.deepEqual([report.findings, report.rows], [[], 5_001]);
    });
  }

  test("answers queries by what its topics and payloads say", async () => {
    const folder = firstProgramLog(TABLES[0] ?? "", seedRows(9_000));
    await carryOver(folder);
    const reader = LogReader.open(folder);
    const found = [...reader.query({ machine: "machine-03", batchId: "B20260111-DA-1003", limit: 3 })];
    const [first] = found;
    assert.deepEqual(
      found.map((each) => each.id),
      [4, 60, 116],
    );
    assert.equal(first?.tsMs, Date.UTC(2026, 0, 11, 11, 0, 0, 123));
    assert.deepEqual(
      [first?.receivedAt, first?.version, first?.qos, first?.retain, first?.boot, first?.step, first?.flags],
      [first?.tsMs, 1, null, null, null, "s4_step", 0],
    );
    reader.close();
  });

  test("may have holes, and time stamps of any kind", async () => {
    const rows: FirstRow[] = [
      [3, "unknown", "t", "{}"],
      [4_096, "2026-01-11 10:00:00", "factory/a/b/s1_c/d/state", '{"state":"IDLE"}'],
      [4_097, 1_768_125_600.5, "factory/a/b/s1_c/d/state", "not json"],
      [100_000, 1_768_125_600_500, null, null],
      [100_001, "now", 'a"/b\\/\n', Uint8Array.of(255, 0, 1)],
      [1_000_000, null, "factory/a/b/s1_c/d/alarm", "[]"],
    ];
    const folder = firstProgramLog("id INTEGER PRIMARY KEY, ts, topic, payload_json", rows);
    const before = fourColumns(folder);
    await carryOver(folder);
    assert.deepEqual(fourColumns(folder), before);
    assert.deepEqual(verifyLog(folder).findings, []);
    const reader = LogReader.open(folder);
    const found = [...reader.query({ order: "desc" })].reverse();
    reader.close();
    const ten = Date.UTC(2026, 0, 11, 10);
    assert.deepEqual(
      found.map((each) => [each.id, each.receivedAt, each.machine]),
      [
        [3, 0, null],
        [4_096, ten, "d"],
        [4_097, ten + 500, "d"],
        [100_000, ten + 500, null],
        [100_001, ten + 500, null],
        [1_000_000, ten + 500, "d"],
      ],
    );
  });

  test("keeps any row whatever is in it", async () => {
    const value = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constant(null),
      fc.double({ noNaN: true }),
      fc.uint8Array({ maxLength: 20 }),
      fc.json(),
    );
    const ids = fc.uniqueArray(fc.integer({ min: 1, max: 20_000 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(
        ids,
        fc.array(fc.tuple(value, value, value), { minLength: 30, maxLength: 30 }),
        async (chosen, values) => {
          const rows = chosen.map((id, index): FirstRow => [id, ...(values[index] ?? [null, null, null])]);
          const folder = firstProgramLog("id INTEGER PRIMARY KEY, ts, topic, payload_json", rows);
          const before = fourColumns(folder);
          await carryOver(folder);
          assert.deepEqual(fourColumns(folder), before);
          assert.deepEqual(verifyLog(folder).findings, []);
        },
      ),
      { numRuns: 25 },
    );
  });

  test("is left as it was when it is in use by its program", async () => {
    const folder = firstProgramLog(TABLES[0] ?? "", seedRows(10));
    const before = fourColumns(folder);
    const program = new DatabaseSync(logFiles(folder).database);
    program.exec("BEGIN IMMEDIATE; INSERT INTO mqtt_messages (ts, topic, payload_json) VALUES ('', '', '')");
    await assert.rejects(
      openMessageLog(folder, { busyTimeoutMs: 10 }),
      isConcheError("CONCHE_LOG_BUSY", true),
    );
    program.exec("ROLLBACK");
    program.close();
    assert.deepEqual(fourColumns(folder), before);
    assert.throws(() => openForReading(folder), isConcheError("CONCHE_LOG_TOO_OLD", false));
  });
});
