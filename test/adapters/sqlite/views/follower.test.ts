import assert from "node:assert/strict";
import { copyFileSync, rmSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { suite, test } from "node:test";
import fc from "fast-check";
import { logFiles, viewsFiles } from "../../../../src/adapters/sqlite/database/database-files.ts";
import { openMessageLog } from "../../../../src/adapters/sqlite/log/open-message-log.ts";
import { OpenViews } from "../../../../src/adapters/sqlite/views/open-views.ts";
import { SqliteFollowedLog } from "../../../../src/adapters/sqlite/views/sqlite-followed-log.ts";
import { ViewsReader } from "../../../../src/adapters/sqlite/views/views-reader.ts";
import { ConcheError } from "../../../../src/errors/conche-error.ts";
import type { LogRecord } from "../../../../src/log/message-log.ts";
import { Follower, type FollowerNotice } from "../../../../src/views/follower.ts";
import { unreadableMessages } from "../../../../src/views/unreadable-messages.ts";
import type { View } from "../../../../src/views/view.ts";
import { GroupMaker, record, TEN_O_CLOCK } from "../../../log/log-records.ts";
import { COUNTS, countingView } from "../../../views/counting-view.ts";
import { temporaryFolders } from "../temporary-folder.ts";
import { dumpViews } from "./views-dump.ts";

const newFolder = temporaryFolders();
const MACHINES = ["temper-01", "temper-02", "temper-03"];

/** A message of one of three machines, up to hours late; every fifth can't be read. */
function message(index: number): LogRecord {
  const tsMs = TEN_O_CLOCK + index * 60_000 - (index % 7 === 0 ? 3 * 3_600_000 : 0);
  const machine = `tunis-01/line-a/s5_tempering/${MACHINES[index % 3]}`;
  const unreadable = index % 5 === 0 ? { payload: `{"v":2,"n":${index}}` } : {};
  return record(null, {
    machine,
    tsMs,
    receivedAt: TEN_O_CLOCK + index * 60_000,
    payload: JSON.stringify({ v: 2, ts: new Date(tsMs).toISOString(), tags: { temp_c: index } }),
    ...unreadable,
  });
}

/** A log that grows. */
async function growingLog(folder: string) {
  const log = await openMessageLog(folder);
  const maker = new GroupMaker();
  let count = 0;
  return {
    append: (messages: number) =>
      log.commit(maker.group(Array.from({ length: messages }, () => message(count++)))),
    close: () => log.close(),
  };
}

interface Following {
  readonly follower: Follower;
  readonly views: OpenViews;
  readonly notices: FollowerNotice[];
  close(): void;
}

async function follow(folder: string, views: readonly View[] = [countingView(), unreadableMessages]) {
  const log = new SqliteFollowedLog(folder);
  const notices: FollowerNotice[] = [];
  const opened = await OpenViews.open(folder, { cacheBytes: 100_000 });
  const follower = new Follower({
    views,
    log,
    store: opened.store,
    now: () => performance.now(),
    onNotice: (notice) => notices.push(notice),
  });
  const following: Following = {
    follower,
    views: opened,
    notices,
    close() {
      opened.close();
      log.close();
    },
  };
  return following;
}

function toTheEnd({ follower }: Following): void {
  while (!follower.step().atEnd);
}

function dump(folder: string): string {
  const db = new DatabaseSync(viewsFiles(folder).database, { readOnly: true });
  try {
    return [...dumpViews(db)].join("\n");
  } finally {
    db.close();
  }
}

/** A view that writes down whose turn it is, of messages that can't be read. */
function noting(name: string, turns: string[]): View {
  return {
    ...{ name, version: 1, consumes: ["telemetry"], tables: [] },
    fold: () => {},
    foldUnreadable: ({ id }) => void turns.push(`${name} ${id}`),
  };
}

/** What an operator does: the backup takes the place of all files of the log. */
function restore(folder: string, backup: string): void {
  const { database, wal, mark } = logFiles(folder);
  for (const path of [database, wal, `${database}-shm`, mark]) rmSync(path, { force: true });
  copyFileSync(backup, database);
}

function removeViews(folder: string): void {
  for (const end of ["", "-wal", "-shm"]) rmSync(`${viewsFiles(folder).database}${end}`, { force: true });
}

suite("a follower over a log in SQLite", () => {
  test("many messages go through one view and then the next, large ones few at a time", async () => {
    for (const [characters, expected] of [
      [10, ["first 1", "first 2", "first 3", "second 1", "second 2", "second 3"]],
      [600_000, ["first 1", "second 1", "first 2", "second 2", "first 3", "second 3"]],
    ] as const) {
      const folder = newFolder();
      const log = await openMessageLog(folder);
      const payload = JSON.stringify("x".repeat(characters));
      const large = [1, 2, 3].map(() => record(null, { type: "telemetry", payload }));
      await log.commit(new GroupMaker().group(large));
      await log.close();
      const turns: string[] = [];
      const following = await follow(folder, [noting("first", turns), noting("second", turns)]);
      toTheEnd(following);
      following.close();
      assert.deepEqual(turns, expected);
    }
  });

  test("any grouping, any restarts: the same views, byte for byte, as from the beginning", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ messages: fc.integer({ min: 1, max: 60 }), restart: fc.boolean() }), {
          minLength: 1,
          maxLength: 8,
        }),
        async (groups) => {
          const folder = newFolder();
          const log = await growingLog(folder);
          let following = await follow(folder);
          for (const { messages, restart } of groups) {
            await log.append(messages);
            toTheEnd(following);
            if (!restart) continue;
            following.close();
            following = await follow(folder);
          }
          following.close();
          const live = dump(folder);
          removeViews(folder);
          const anew = await follow(folder);
          toTheEnd(anew);
          anew.close();
          await log.close();
          assert.equal(dump(folder), live);
        },
      ),
      { numRuns: 8 },
    );
  });

  test("what can't be read is a finding of its message, and position and rows come together", async () => {
    const folder = newFolder();
    const log = await growingLog(folder);
    await log.append(20);
    const following = await follow(folder);
    const reader = new ViewsReader(folder);
    toTheEnd(following);
    reader.refresh();
    const findings = [...(reader.findings("unreadable-messages")?.range() ?? [])];
    assert.deepEqual(
      findings.map(({ message_id }) => message_id),
      [1, 11, 16, 6],
    );
    assert.match(String(findings[0]?.detail), /tags|ts/);
    assert.equal(reader.reading(countingView()).position(), 20);
    reader.close();
    following.close();
    await log.close();
  });

  test("a new version is built beside the old one, which answers until the new one has caught up", async () => {
    const folder = newFolder();
    const log = await growingLog(folder);
    await log.append(600);
    const first = await follow(folder, [countingView(1)]);
    toTheEnd(first);
    first.close();
    const second = await follow(folder, [countingView(2)]);
    const reader = new ViewsReader(folder);
    reader.refresh();
    // Both have the same columns, so the old one can be asked with the new one's questions.
    const [old] = [...reader.reading(countingView(2)).rows(COUNTS).range()];
    assert.deepEqual(
      reader.editions().map(({ version, standing }) => [version, standing]),
      [
        [1, "answering"],
        [2, "building"],
      ],
    );
    toTheEnd(second);
    reader.refresh();
    const [renewed] = [...reader.reading(countingView(2)).rows(COUNTS).range()];
    assert.equal(renewed?.messages, (old?.messages ?? 0) * 2);
    assert.deepEqual(
      reader.editions().map(({ version, standing }) => [version, standing]),
      [[2, "answering"]],
    );
    reader.close();
    second.close();
    await log.close();
  });

  test("views that have never been at the log's end don't answer, whoever goes on with them", async () => {
    const folder = newFolder();
    const log = await growingLog(folder);
    await log.append(1_200);
    const reader = new ViewsReader(folder);
    for (let run = 0; run < 2; run++) {
      const following = await follow(folder);
      const { atEnd, changes } = following.follower.step(0);
      assert.deepEqual([atEnd, changes], [false, undefined]);
      reader.refresh();
      assert.throws(() => reader.reading(countingView()), { code: "CONCHE_VIEW_NOT_READY" });
      reader.release();
      following.close(); // a kill
    }
    const following = await follow(folder);
    const { atEnd, changes } = following.follower.step();
    assert.deepEqual([atEnd, changes], [true, { position: 1_200, machines: undefined }]);
    assert.deepEqual(following.notices, []);
    reader.refresh();
    assert.equal(reader.reading(countingView()).position(), 1_200);
    reader.close();
    following.close();
    await log.close();
  });

  test("one view is rebuilt beside itself, and both go on with what comes meanwhile", async () => {
    const folder = newFolder();
    const log = await growingLog(folder);
    await log.append(700);
    const following = await follow(folder);
    toTheEnd(following);
    const before = dump(folder);
    following.follower.rebuild("counting");
    await log.append(40);
    const first = following.follower.step();
    assert.equal(first.atEnd, false);
    // The head goes first: whoever asks sees what is new.
    assert.deepEqual(
      following.follower.status().views.map(({ name, standing, position }) => [name, standing, position]),
      [
        ["counting", "building", 0],
        ["counting", "answering", 740],
        ["unreadable-messages", "answering", 740],
      ],
    );
    toTheEnd(following);
    assert.deepEqual(
      following.follower.status().views.map(({ standing, position }) => [standing, position]),
      [
        ["answering", 740],
        ["answering", 740],
      ],
    );
    const after = dump(folder);
    following.close();
    removeViews(folder);
    const anew = await follow(folder);
    toTheEnd(anew);
    assert.equal(dump(folder), after);
    assert.notEqual(after, before);
    anew.close();
    await log.close();
  });

  test("a log that was put back to an earlier state, or replaced, is noticed; the views are built anew", async () => {
    const folder = newFolder();
    const log = await growingLog(folder);
    await log.append(30);
    await log.close();
    const kept = `${folder}/kept.db`;
    copyFileSync(logFiles(folder).database, kept);
    const again = await openMessageLog(folder);
    const maker = new GroupMaker(await again.totals());
    await again.commit(maker.group([message(100), message(101)]));
    await again.close();
    const following = await follow(folder);
    toTheEnd(following);
    assert.equal(following.follower.status().logEnd, 32);
    // Restored, and grown past where it was: only what a message reads can tell.
    restore(folder, kept);
    toTheEnd(following);
    assert.match(
      following.notices.at(-1)?.text ?? "",
      /the log ends with message 30, and was read up to message 32/,
    );
    const restored = await openMessageLog(folder);
    await restored.commit(new GroupMaker(await restored.totals()).group([message(200), message(201)]));
    toTheEnd(following);
    assert.equal(following.notices.length, 1);
    await restored.close();
    following.close();
    restore(folder, kept);
    const other = await openMessageLog(folder);
    await other.commit(
      new GroupMaker(await other.totals()).group([message(300), message(301), message(302)]),
    );
    const later = await follow(folder);
    toTheEnd(later);
    assert.match(later.notices.at(-1)?.text ?? "", /message 32 of the log is not the one that was read/);
    later.close();
    await other.close();
  });

  test("a damaged file, one of a newer program, one that is deleted: made anew; another program's is refused", async () => {
    const folder = newFolder();
    const log = await growingLog(folder);
    await log.append(50);
    const first = await follow(folder);
    toTheEnd(first);
    first.close();
    const whole = dump(folder);
    const path = viewsFiles(folder).database;

    const reasons: string[] = [];
    const reopened = async () => {
      const views = await OpenViews.open(folder, {
        cacheBytes: 100_000,
        onRebuilt: ({ code }) => reasons.push(code),
      });
      views.close();
      const following = await follow(folder);
      toTheEnd(following);
      following.close();
      assert.equal(dump(folder), whole);
    };
    removeViews(folder);
    writeFileSync(path, Buffer.alloc(20_000, "no database"));
    await reopened();
    const newer = new DatabaseSync(path);
    newer.exec("PRAGMA user_version = 99");
    newer.close();
    await reopened();
    removeViews(folder);
    await reopened();
    assert.deepEqual(reasons, ["CONCHE_VIEWS_DAMAGED", "CONCHE_VIEWS_TOO_NEW"]);

    removeViews(folder);
    const foreign = new DatabaseSync(path);
    foreign.exec("CREATE TABLE recipes (secret TEXT)");
    foreign.close();
    await assert.rejects(
      OpenViews.open(folder, { cacheBytes: 100_000 }),
      (error) => error instanceof ConcheError && error.code === "CONCHE_VIEWS_FOREIGN",
    );
    await log.close();
  });

  test("a file that is deleted under the running follower is noticed before anything is committed into the void", async () => {
    const folder = newFolder();
    const log = await growingLog(folder);
    await log.append(10);
    const following = await follow(folder);
    toTheEnd(following);
    removeViews(folder);
    await log.append(10);
    assert.throws(
      () => following.follower.step(),
      (error) => error instanceof ConcheError && following.views.replaceable(error),
    );
    following.close();
    await log.close();
  });

  test("only one process folds", async () => {
    const folder = newFolder();
    const log = await growingLog(folder);
    const following = await follow(folder);
    await assert.rejects(
      OpenViews.open(folder, { cacheBytes: 100_000 }),
      (error) => error instanceof ConcheError && error.code === "CONCHE_VIEWS_IN_USE",
    );
    following.close();
    await log.close();
  });
});
