import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { suite, type TestContext, test } from "node:test";
import { FLAG_NAMES, MESSAGE_FLAG } from "../../src/contract/policy.ts";
import { filledLog, record, refused } from "../commands/filled-log.ts";
import { afterwards } from "../servers/afterwards.ts";

const PAGE = await readFile(new URL("../../docs/sql.md", import.meta.url), "utf8");
const QUERIES = Array.from(PAGE.matchAll(/```sql\n(.*?)```/gs), ([, sql]) => String(sql));
const BATCH = { product_type: "dark", batch_id: "B20260111-DA-0042" };

const RAISED = { v: 2, alarm_id: "temp.low" };

async function database(context: TestContext): Promise<DatabaseSync> {
  const results = [
    { characteristic: "weight_g", value: 99.6, unit: "g", lower: 100 },
    { characteristic: "fat_pct", value: 24, unit: "%", lower: 25, upper: 27 },
  ];
  const folder = await filledLog(
    context,
    [
      record(0, "telemetry", {
        ...BATCH,
        tags: { temp_c: 31.4, viscosity_cP: { value: 2150, quality: "bad" } },
      }),
      record(1, "telemetry", { ...BATCH, tags: { temp_c: 31.6 } }),
      { ...record(2, "telemetry", { ...BATCH, tags: { tmp_c: 1 } }), flags: MESSAGE_FLAG.UNKNOWN_TAG },
      record(3, "state", { v: 2, state: "Stopped", stop_reason: { code: "TEMP_HIGH" } }),
      record(4, "alarm", {
        ...BATCH,
        severity: "HIGH",
        code: "TEMP_HIGH",
        message: "warm",
        value: 33,
        limit: 32,
      }),
      record(5, "quality", { ...BATCH, v: 2, results }),
      record(6, "quality", { ...BATCH, results: { seal_integrity: "PASS" } }),
      record(8, "alarm", {
        ...RAISED,
        event: "raised",
        code: "TEMP_LOW",
        message: "cold",
        priority: "medium",
      }),
      record(9, "alarm", { ...RAISED, event: "cleared" }),
      record(7, "batch", { ...BATCH, event: "BATCH_START" }),
    ],
    [refused(Buffer.from("{"))],
  );
  const db = new DatabaseSync(join(folder, "datacenter_messages.db"), { readOnly: true });
  afterwards(context, () => db.close());
  return db;
}

/** The first cells of a table's rows, below its head. */
function firstCells(head: string): string[] {
  const rows = PAGE.slice(PAGE.indexOf(head)).split("\n").slice(2);
  const table = rows.slice(0, rows.indexOf(""));
  return table.map((row) => String(row.split("|")[1]).trim().replaceAll("`", ""));
}

suite("docs/sql.md", () => {
  test("every query on the page gives rows", async (context) => {
    const db = await database(context);
    assert.equal(QUERIES.length, 8);
    for (const sql of QUERIES) assert.notEqual(db.prepare(sql).all().length, 0, sql);
  });

  test("a batch is found by the index, not by a scan", async (context) => {
    const db = await database(context);
    const byBatch = QUERIES.filter((sql) => sql.includes("mqtt_messages") && sql.includes("batch_id ="));
    for (const sql of byBatch) {
      const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
      assert.match(JSON.stringify(plan), /mqtt_messages_by_batch/, sql);
    }
    assert.equal(byBatch.length, 1);
  });

  test("values come out of both payload versions, beside their quality where they have one", async (context) => {
    const db = await database(context);
    const values = db
      .prepare("SELECT tag, value, quality FROM telemetry_values WHERE machine = 'temper-01'")
      .all();
    assert.deepEqual({ ...values[0] }, { tag: "temp_c", value: 31.4, quality: null });
    assert.deepEqual({ ...values[1] }, { tag: "viscosity_cP", value: 2150, quality: "bad" });
    const results = db.prepare("SELECT characteristic, value FROM quality_results ORDER BY id").all();
    assert.deepEqual(
      results.map((row) => Object.values(row)),
      [
        ["weight_g", 99.6],
        ["fat_pct", 24],
        ["seal_integrity", "PASS"],
      ],
    );
    assert.equal(db.prepare("SELECT reason FROM machine_states").get()?.reason, "TEMP_HIGH");
  });

  test("an alarm counts when it comes, with its priority; a sample below the label's weight has not failed", async (context) => {
    const db = await database(context);
    const rows = (part: string) => db.prepare(QUERIES.find((sql) => sql.includes(part)) ?? "").all();
    assert.deepEqual(
      rows("FROM alarm_messages")
        .map(({ code, priority, times }) => [code, priority, times])
        .sort(),
      [
        ["TEMP_HIGH", "HIGH", 1],
        ["TEMP_LOW", "medium", 1],
      ],
    );
    assert.deepEqual(
      rows("FROM quality_results").map(({ characteristic }) => characteristic),
      ["fat_pct"],
    );
  });

  test("documents every column and every view, and no other", async (context) => {
    const db = await database(context);
    const columns = db.prepare("SELECT name FROM pragma_table_info('mqtt_messages')").all();
    assert.deepEqual(
      firstCells("| column | what |"),
      columns.map(({ name }) => name),
    );
    const views = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY rowid").all();
    assert.deepEqual(
      firstCells("| view | a row is"),
      views.map(({ name }) => name),
    );
  });

  test("documents every flag", () => {
    assert.deepEqual(
      firstCells("| bit | name"),
      FLAG_NAMES.map(([bit]) => String(bit)),
    );
    for (const [bit, name] of FLAG_NAMES) assert.ok(PAGE.includes(`| ${bit} | \`${name}\` |`), name);
  });
});
