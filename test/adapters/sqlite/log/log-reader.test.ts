import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { after, before, suite, test } from "node:test";
import fc from "fast-check";
import { logFiles } from "../../../../src/adapters/sqlite/database/database-files.ts";
import { blockOf } from "../../../../src/adapters/sqlite/log/block.ts";
import { BlockSearch } from "../../../../src/adapters/sqlite/log/block-search.ts";
import { LogReader } from "../../../../src/adapters/sqlite/log/log-reader.ts";
import { openMessageLog } from "../../../../src/adapters/sqlite/log/open-message-log.ts";
import type { SqliteMessageLog } from "../../../../src/adapters/sqlite/log/sqlite-message-log.ts";
import { MESSAGE_TYPES } from "../../../../src/contract/topic.ts";
import { LOG_START } from "../../../../src/log/log-position.ts";
import type { LogFilter, StoredMessage } from "../../../../src/log/log-reading.ts";
import type { LogRecord } from "../../../../src/log/message-log.ts";
import { GroupMaker, record, TEN_O_CLOCK } from "../../../log/log-records.ts";
import { temporaryFolders } from "../temporary-folder.ts";

const newFolder = temporaryFolders();

/** Enough blocks and keys that some are sorted in, some wait, and some are only in the open block. */
const ROWS = 45_000;
const SITES = ["tunis-01", "lyon-02"];
const LINES = ["line-a", "line-b"];
const STEPS = ["s1_dosing", "s5_tempering", "s8_packaging"];
const MACHINES = ["m-01", "m-02", "m-03"];
const COMMON_TYPES = ["telemetry", "telemetry", "state", "quality", "batch"] as const;
const SPREAD_MS = 3_600_000;

/** A number that looks random and is always the same for the same input. */
function scatter(value: number): number {
  return Math.imul(value + 1, 2_654_435_761) >>> 8;
}

function pick<Value>(list: readonly Value[], random: number): Value {
  return list[random % list.length] as Value;
}

/** Messages of all types and places, in bursts of one product at a time; alarms are rare, clocks are uneven. */
function someRecord(index: number): LogRecord {
  const random = scatter(index);
  const type = random % 3_001 === 0 ? "alarm" : pick(COMMON_TYPES, random >> 3);
  const machine = `${pick(SITES, random >> 5)}/${pick(LINES, random >> 7)}/${pick(STEPS, random >> 9)}/${pick(MACHINES, random >> 11)}`;
  const late = random % 97 === 0 ? 1_200_000 : 0;
  const tsMs = TEN_O_CLOCK + Math.floor((index / ROWS) * SPREAD_MS) - late;
  // Most messages have a batch of their own: more keys than a block would have in a plant.
  const batchId =
    random % 5 === 0 ? null : random % 8 < 6 ? `B-${index}` : `LOT-${Math.floor(index / 9_000)}`;
  return record(null, {
    machine,
    type,
    tsMs,
    batchId,
    payload: `{"n":${index}}`,
    receivedAt: tsMs + late + (random % 5_000),
  });
}

function fits(message: StoredMessage, filter: LogFilter): boolean {
  const equal = (["site", "line", "step", "machine", "type", "batchId"] as const).every(
    (name) => filter[name] === undefined || filter[name] === message[name],
  );
  return (
    equal &&
    message.tsMs >= (filter.sinceMs ?? -Infinity) &&
    message.tsMs < (filter.untilMs ?? Infinity) &&
    message.receivedAt >= (filter.receivedSinceMs ?? -Infinity) &&
    message.receivedAt < (filter.receivedUntilMs ?? Infinity) &&
    message.id > (filter.afterId ?? 0) &&
    message.id < (filter.beforeId ?? Infinity)
  );
}

/** What a query must return, found by looking at every message. */
function expected(all: readonly StoredMessage[], filter: LogFilter): number[] {
  const found = all.filter((message) => fits(message, filter)).map((message) => message.id);
  if (filter.order === "desc") found.reverse();
  return found.slice(0, filter.limit ?? found.length);
}

function optional<Value>(...values: Value[]): fc.Arbitrary<Value | undefined> {
  return fc.option(fc.constantFrom(...values), { nil: undefined, freq: 2 });
}

const moments = fc.option(fc.integer({ min: TEN_O_CLOCK - SPREAD_MS / 2, max: TEN_O_CLOCK + SPREAD_MS }), {
  nil: undefined,
});
const ids = fc.option(fc.integer({ min: 0, max: ROWS + 10 }), { nil: undefined, freq: 2 });
const filters = fc.record({
  site: optional(...SITES, "nowhere"),
  line: optional(...LINES),
  step: optional(...STEPS),
  machine: optional(...MACHINES, "m-0"),
  type: optional(...MESSAGE_TYPES),
  batchId: fc.option(
    fc.oneof(
      fc.constantFrom("LOT-0", "LOT-3", ""),
      fc.nat(ROWS).map((index) => `B-${index}`),
    ),
    { nil: undefined, freq: 2 },
  ),
  sinceMs: moments,
  untilMs: moments,
  receivedSinceMs: moments,
  receivedUntilMs: moments,
  afterId: ids,
  beforeId: ids,
  order: optional("asc" as const, "desc" as const),
  limit: fc.option(fc.constantFrom(0, 1, 10, 300, 5_000), { nil: undefined }),
});

suite("reading the log", () => {
  let folder = "";
  let log: SqliteMessageLog;
  let reader: LogReader;
  let all: StoredMessage[] = [];

  before(async () => {
    folder = newFolder();
    log = await openMessageLog(folder);
    const maker = new GroupMaker();
    for (let from = 0; from < ROWS; from += 3_000) {
      await log.commit(maker.group(Array.from({ length: 3_000 }, (_, index) => someRecord(from + index))));
    }
    reader = LogReader.open(folder);
    all = [...reader.query({})];
  });
  after(async () => {
    reader.close();
    await log.close();
  });

  test("returns every message as it was stored, in the order of storing", () => {
    assert.equal(all.length, ROWS);
    for (const [index, message] of all.entries()) {
      const stored = someRecord(index);
      assert.deepEqual(message, {
        id: index + 1,
        ts: stored.ts,
        tsMs: stored.tsMs,
        topic: stored.topic.topic,
        site: stored.topic.site,
        line: stored.topic.line,
        step: stored.topic.step,
        machine: stored.topic.machine,
        type: stored.topic.type,
        payload: stored.payload,
        receivedAt: stored.receivedAt,
        qos: stored.qos,
        retain: stored.retain,
        version: stored.version,
        boot: null,
        seq: null,
        flags: stored.flags,
        batchId: stored.batchId,
      });
    }
  });

  test("the index is in all three states that a query must deal with", () => {
    const db = new DatabaseSync(logFiles(folder).database, { readOnly: true });
    const count = (table: string) => db.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.count;
    const [sorted, recent] = [Number(count("block_keys")), Number(count("block_keys_recent"))];
    db.close();
    assert.ok(sorted > 0 && recent > 0 && ROWS % 4096 > 0, `${sorted} sorted, ${recent} recent`);
  });

  test("returns exactly the messages that fit, whatever the filter", () => {
    fc.assert(
      fc.property(filters, (filter) => {
        assert.deepEqual(
          [...reader.query(filter)].map((message) => message.id),
          expected(all, filter),
        );
      }),
      { numRuns: 120 },
    );
  });

  test("the index names the blocks that have what is asked for, and no others", () => {
    const db = new DatabaseSync(logFiles(folder).database, { readOnly: true });
    const search = new BlockSearch(db);
    const lastClosed = blockOf(ROWS) - 1;
    const rare = all.find((message) => message.batchId?.startsWith("B-"))?.batchId ?? "";
    for (const filter of [
      { type: "alarm" },
      { batchId: rare },
      { batchId: "LOT-2" },
      { site: "lyon-02", machine: "m-02", type: "alarm" },
      { machine: "m-9" },
    ] satisfies LogFilter[]) {
      const found = search
        .lookup(filter)(0, lastClosed)
        .map(({ block }) => block);
      const blocks = new Set(expected(all, filter).map(blockOf));
      blocks.delete(lastClosed + 1);
      assert.deepEqual(found, [...blocks], JSON.stringify(filter));
    }
    db.close();
  });

  test("a text that looks like SQL, a pattern or a topic finds nothing and breaks nothing", () => {
    for (const text of [
      "' OR 1=1 --",
      "%",
      "*",
      "m-0_",
      "m-01/../m-02",
      "#",
      "+",
      "\u0000",
      "😀".repeat(500),
    ]) {
      assert.deepEqual([...reader.query({ machine: text })], []);
      assert.deepEqual([...reader.query({ batchId: text })], []);
      assert.deepEqual([...reader.query({ site: text, type: "alarm" })], []);
    }
    assert.equal(reader.end().id, ROWS);
  });
});

suite("reading a log that is being written", () => {
  test("a query sees what was stored when it began, and following finds what came after", async () => {
    const folder = newFolder();
    const log = await openMessageLog(folder);
    const maker = new GroupMaker();
    await log.commit(maker.group([record(1), record(2)]));
    const reader = LogReader.open(folder);
    const query = reader.query({});
    assert.equal(query.next().value?.id, 1);
    await log.commit(maker.group([record(3)]));
    assert.deepEqual(
      [...query].map((message) => message.id),
      [2],
    );
    assert.deepEqual(
      [...reader.query({ afterId: 2 })].map((message) => message.seq),
      [3],
    );
    assert.deepEqual([...reader.query({ afterId: 3 })], []);
    reader.close();
    await log.close();
  });

  test("the ends of the log come as commits move them, the ones missed in one step", async () => {
    const folder = newFolder();
    const log = await openMessageLog(folder);
    const maker = new GroupMaker();
    const first = await log.commit(maker.group([record(1)]));
    const reader = LogReader.open(folder);
    assert.deepEqual(reader.end(), first);
    const stop = new AbortController();
    const ends = reader.ends(first, stop.signal);
    const next = ends.next();
    const second = await log.commit(maker.group([record(2)]));
    assert.deepEqual(await next, { value: second, done: false });
    await log.commit(maker.group([], [], 4)); // moves nothing
    await log.commit(maker.group([record(3)]));
    const fourth = await log.commit(maker.group([record(4)]));
    assert.deepEqual(await ends.next(), { value: fourth, done: false });
    const last = ends.next();
    stop.abort();
    assert.deepEqual(await last, { value: undefined, done: true });
    reader.close();
    await log.close();
  });

  test("knows its own places again, and no other log's", async () => {
    const [folder, other] = [newFolder(), newFolder()];
    const log = await openMessageLog(folder);
    const maker = new GroupMaker();
    const first = await log.commit(maker.group([record(1)]));
    const last = await log.commit(maker.group([record(2), record(3)]));
    const otherLog = await openMessageLog(other);
    const elsewhere = await otherLog.commit(new GroupMaker().group([record(1)]));
    const reader = LogReader.open(folder);
    for (const place of [LOG_START, first, last]) assert.equal(reader.divergence(place), undefined);
    assert.match(reader.divergence(elsewhere) ?? "", /another one/);
    assert.match(
      reader.divergence({ ...last, id: 4 }) ?? "",
      /ends with message 3, and was read up to message 4/,
    );
    assert.match(
      reader.divergence({ ...first, checksum: first.checksum ^ 1 }) ?? "",
      /message 1 .* not the one/,
    );
    reader.close();
    await log.close();
    await otherLog.close();
  });

  test("an unfinished query doesn't keep the write-ahead log from starting over", async () => {
    const folder = newFolder();
    const checkpointBytes = 256 * 1024;
    const log = await openMessageLog(folder, { checkpointBytes });
    const maker = new GroupMaker();
    let seq = 0;
    const group = () => maker.group(Array.from({ length: 500 }, () => record(++seq)));
    for (let commit = 0; commit < 10; commit++) await log.commit(group());
    const reader = LogReader.open(folder);
    const query = reader.query({});
    query.next();
    for (let commit = 0; commit < 60; commit++) await log.commit(group());
    const { size } = statSync(logFiles(folder).wal);
    assert.ok(size < 8 * checkpointBytes, `the write-ahead log has grown to ${size} bytes`);
    assert.equal([...query].length, 10 * 500 - 1);
    reader.close();
    await log.close();
  });

  test("a reader outlives the writer and sees the next one's messages", async () => {
    const folder = newFolder();
    const first = await openMessageLog(folder);
    await first.commit(new GroupMaker().group([record(1)]));
    const reader = LogReader.open(folder);
    await first.close();
    const second = await openMessageLog(folder);
    await second.commit(new GroupMaker(await second.totals()).group([record(2)]));
    await second.close();
    assert.equal([...reader.query({})].length, 2);
    reader.close();
  });

  test("time stamps that SQL reads otherwise are filtered as the contract reads them", async () => {
    const folder = newFolder();
    const log = await openMessageLog(folder);
    const stamps = [
      ["2026-01-11T10:00:00.9999Z", TEN_O_CLOCK + 999],
      ["2016-12-31T23:59:60Z", Date.UTC(2017, 0, 1)],
      ["2026-01-11T10:00:00+23:00", TEN_O_CLOCK - 23 * 3_600_000],
      ["unknown", TEN_O_CLOCK + 5_000],
    ] as const;
    const records = stamps.map(([ts, tsMs]) => ({
      ...record(null, { tsMs, receivedAt: TEN_O_CLOCK + 5_000 }),
      ts,
    }));
    await log.commit(new GroupMaker().group(records));
    const reader = LogReader.open(folder);
    for (const [ts, tsMs] of stamps) {
      assert.deepEqual(
        [...reader.query({ sinceMs: tsMs, untilMs: tsMs + 1 })].map((message) => message.ts),
        [ts],
      );
      assert.ok(![...reader.query({ untilMs: tsMs })].some((message) => message.ts === ts));
      assert.ok(![...reader.query({ sinceMs: tsMs + 1 })].some((message) => message.ts === ts));
    }
    reader.close();
    await log.close();
  });
});
