// What the log costs: rows a second of commits with everything that goes into them (index, sequences, counters,
// checksums), against a bare table and against secondary indexes; then what the index is worth to queries. Every
// way of writing takes its turn in each round, so that whatever else the machine does hits all of them.
//
//   node --max-old-space-size=6000 bench/sqlite-commit.ts [--rows 600000] [--group 4096] [--runs 3] [--read 2000000] [--json]
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { parseArgs } from "node:util";
import { logFiles } from "../src/adapters/sqlite/database/database-files.ts";
import { backupLog } from "../src/adapters/sqlite/log/backup-log.ts";
import { LogReader } from "../src/adapters/sqlite/log/log-reader.ts";
import { openMessageLog } from "../src/adapters/sqlite/log/open-message-log.ts";
import { verifyLog } from "../src/adapters/sqlite/verify/verify-log.ts";
import { renderTable } from "../src/adapters/terminal/table.ts";
import type { LogFilter } from "../src/log/log-reading.ts";
import type { LogRecord } from "../src/log/message-log.ts";
import { GroupMaker } from "../test/log/log-records.ts";
import { batchOf, FIRST_MS, logRecords, MESSAGES_PER_MS } from "./load/log-records.ts";
import { median } from "./statistics.ts";

const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: "600000" },
    group: { type: "string", default: "4096" },
    runs: { type: "string", default: "3" },
    read: { type: "string", default: "2000000" },
    json: { type: "boolean", default: false },
  },
});
const rows = Number(options.rows);
const groupSize = Number(options.group);
const runs = Number(options.runs);

/** What one run of one way of writing came to. */
interface Written {
  readonly rowsPerSecond: number;
  readonly cpuUsPerRow: number;
  readonly bytesPerRow: number;
}

/** Prepares what is not to be measured, and returns what is. */
type Writer = (folder: string, records: readonly LogRecord[]) => Promise<() => Promise<void>>;

/** The rows in a table without anything else, as fast as SQLite takes them with the log's settings. */
function bareTable(rowsPerInsert: number): Writer {
  return async (folder, records) => {
    const db = new DatabaseSync(logFiles(folder).database);
    db.exec(`PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = 2048; PRAGMA cache_size = -16384;
      CREATE TABLE mqtt_messages (id INTEGER PRIMARY KEY, ts TEXT NOT NULL, topic TEXT NOT NULL,
        payload_json TEXT NOT NULL, received_at INTEGER, qos INTEGER, retain INTEGER, version INTEGER, boot TEXT,
        seq INTEGER, flags INTEGER)`);
    const row = `(${new Array(11).fill("?").join()})`;
    const insert = db.prepare(
      `INSERT INTO mqtt_messages VALUES ${new Array(rowsPerInsert).fill(row).join()}`,
    );
    return async () => {
      for (let from = 0; from < records.length; from += groupSize) {
        db.exec("BEGIN IMMEDIATE");
        const end = Math.min(records.length, from + groupSize);
        for (let at = from; at + rowsPerInsert <= end; at += rowsPerInsert) {
          const values: SQLInputValue[] = [];
          for (let index = at; index < at + rowsPerInsert; index++)
            pushRow(values, index + 1, records[index] as LogRecord);
          insert.run(...values);
        }
        db.exec("COMMIT");
      }
      db.close();
    };
  };
}

function pushRow(values: SQLInputValue[], id: number, r: LogRecord): void {
  values.push(
    id,
    r.ts,
    r.topic.topic,
    r.payload,
    r.receivedAt,
    r.qos,
    r.retain ? 1 : 0,
    r.version,
    r.boot,
    r.seq,
    r.flags,
  );
}

/** The log itself, with more SQL run on its new database first. */
function theLog(size: number, more = ""): Writer {
  return async (folder, records) => {
    if (more !== "") {
      await (await openMessageLog(folder)).close();
      const db = new DatabaseSync(logFiles(folder).database);
      db.exec(more);
      db.close();
    }
    const log = await openMessageLog(folder);
    const maker = new GroupMaker();
    const groups = Array.from({ length: Math.ceil(records.length / size) }, (_, index) =>
      maker.group(records.slice(index * size, (index + 1) * size)),
    );
    return async () => {
      for (const group of groups) await log.commit(group);
      await log.close();
    };
  };
}

const WRITERS: readonly (readonly [name: string, share: number, writer: Writer])[] = [
  ["bare table, 1 row per INSERT", 1, bareTable(1)],
  ["bare table, 8 rows per INSERT", 1, bareTable(8)],
  ["the log", 1, theLog(groupSize)],
  ["the log and an index on topic", 1, theLog(groupSize, "CREATE INDEX i ON mqtt_messages (topic)")],
  ["the log and an index on batch_id", 1, theLog(groupSize, "CREATE INDEX i ON mqtt_messages (batch_id)")],
  ["the log, 64 messages per commit", 1 / 8, theLog(64)],
  ["the log, 1 message per commit", 1 / 100, theLog(1)],
];

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "conche-bench-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measure(writer: Writer, records: readonly LogRecord[]): Promise<Written> {
  return inFolder(async (folder) => {
    const write = await writer(folder, records);
    const cpu = process.cpuUsage();
    const started = performance.now();
    await write();
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const { size } = statSync(logFiles(folder).database);
    return {
      rowsPerSecond: records.length / seconds,
      cpuUsPerRow: (user + system) / records.length,
      bytesPerRow: size / records.length,
    };
  });
}

async function measureWriting(): Promise<Map<string, Written[]>> {
  const records = [...logRecords(rows)];
  const results = new Map<string, Written[]>();
  // The first round warms up and is thrown away.
  for (let round = 0; round <= runs; round++) {
    for (const [name, share, writer] of WRITERS) {
      const part = records.slice(0, Math.floor(rows * share));
      const written = await measure(writer, part);
      if (round > 0) results.set(name, [...(results.get(name) ?? []), written]);
    }
  }
  return results;
}

/** Times of reading a log of `count` rows, milliseconds. */
function measureReading(count: number): Promise<Map<string, number[]>> {
  return inFolder(async (folder) => {
    const maker = new GroupMaker();
    const log = await openMessageLog(folder);
    const group: LogRecord[] = [];
    for (const record of logRecords(count)) {
      group.push(record);
      if (group.length === 4096) await log.commit(maker.group(group.splice(0)));
    }
    await log.commit(maker.group(group));
    await log.close();
    const times = new Map<string, number[]>();
    const note = async (name: string, work: () => unknown) => {
      const started = performance.now();
      const result = await work();
      const ms = performance.now() - started;
      const label = typeof result === "number" ? `${name} (${result} rows)` : name;
      times.set(label, [...(times.get(label) ?? []), ms]);
    };
    for (let run = 0; run < runs; run++) await readOnce(folder, count, note);
    return times;
  });
}

async function readOnce(
  folder: string,
  count: number,
  note: (name: string, work: () => unknown) => Promise<void>,
): Promise<void> {
  const middle = FIRST_MS + count / MESSAGES_PER_MS / 2;
  const queries: Readonly<Record<string, LogFilter>> = {
    "one batch": { batchId: batchOf(count / 2) },
    "all alarms": { type: "alarm" },
    "a machine, 10 s": { machine: "machine-7", sinceMs: middle, untilMs: middle + 10_000 },
    "a machine, the last 100": { machine: "machine-7", order: "desc", limit: 100 },
    "the last 10": { order: "desc", limit: 10 },
    everything: {},
  };
  const reader = LogReader.open(folder);
  for (const [name, filter] of Object.entries(queries)) {
    await note(name, () => {
      let found = 0;
      for (const _ of reader.query(filter)) found++;
      return found;
    });
  }
  reader.close();
  const scan = new DatabaseSync(logFiles(folder).database, { readOnly: true });
  await note("all alarms by a full scan", () =>
    scan.prepare("SELECT count(*) FROM mqtt_messages WHERE type = 'alarm'").get(),
  );
  await note("VACUUM INTO, for comparison with backup", () =>
    scan.prepare("VACUUM INTO ?").run(join(folder, "vacuum.db")),
  );
  scan.close();
  rmSync(join(folder, "vacuum.db"));
  await note("backup", () => backupLog(folder, join(folder, "backup.db")));
  rmSync(join(folder, "backup.db"));
  await note("verify", () => verifyLog(folder));
  await note("open and close", async () => (await openMessageLog(folder)).close());
}

const written = await measureWriting();
const bare = median((written.get("bare table, 8 rows per INSERT") ?? []).map((each) => each.rowsPerSecond));
const writing = Array.from(written, ([name, list]) => {
  const rate = median(list.map((each) => each.rowsPerSecond));
  return {
    name,
    rowsPerSecond: Math.round(rate),
    toBareTable: rate / bare,
    cpuUsPerRow: median(list.map((each) => each.cpuUsPerRow)),
    bytesPerRow: median(list.map((each) => each.bytesPerRow)),
  };
});
const readRows = Number(options.read);
const reading = Array.from(readRows > 0 ? await measureReading(readRows) : [], ([name, list]) => ({
  name,
  medianMs: median(list),
}));

if (options.json) {
  process.stdout.write(`${JSON.stringify({ rows, groupSize, runs, readRows, writing, reading })}\n`);
} else {
  const right = { align: "right" } as const;
  const plain = { columns: null, colour: false } as const;
  const writeTable = renderTable(
    [
      { title: `writing ${rows} rows` },
      { title: "rows/s", ...right },
      { title: "to bare table", ...right },
      { title: "CPU us/row", ...right },
      { title: "bytes/row", ...right },
    ],
    writing.map((each) => [
      each.name,
      each.rowsPerSecond.toLocaleString("en"),
      each.toBareTable.toFixed(2),
      each.cpuUsPerRow.toFixed(2),
      each.bytesPerRow.toFixed(0),
    ]),
    plain,
  );
  const readTable = renderTable(
    [{ title: `reading ${readRows} rows` }, { title: "ms", ...right }],
    reading.map((each) => [each.name, each.medianMs.toFixed(1)]),
    plain,
  );
  process.stdout.write(`${writeTable}\n${readRows > 0 ? `${readTable}\n` : ""}`);
}
