import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fstatSync, openSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { suite, type TestContext, test } from "node:test";
import { viewsFiles } from "../../../../src/adapters/sqlite/database/database-files.ts";
import { openMessageLog } from "../../../../src/adapters/sqlite/log/open-message-log.ts";
import { OpenViews } from "../../../../src/adapters/sqlite/views/open-views.ts";
import { ViewsReader } from "../../../../src/adapters/sqlite/views/views-reader.ts";
import { ConcheError } from "../../../../src/errors/conche-error.ts";
import { tagsView } from "../../../../src/monitor/tags/tags-view.ts";
import { allViews } from "../../../../src/run/views/all-views.ts";
import { followLog } from "../../../../src/run/views/following-run.ts";
import { rebuildViews } from "../../../../src/run/views/rebuild-run.ts";
import { append, filledLog, record } from "../../../commands/filled-log.ts";
import { runConche } from "../../../commands/run-conche.ts";
import { afterwards } from "../../../servers/afterwards.ts";

const CACHE = 1024 * 1024;
/** The registry's page and the first of the schema stay: SQLite opens the file without a word. */
const FIRST_PAGE = 8_192;

/** A data folder with a log and views of it. */
async function folded(context: TestContext): Promise<string> {
  const records = Array.from({ length: 40 }, (_, minute) =>
    record(minute, "telemetry", { v: 2, tags: { temp_c: minute } }),
  );
  const folder = await filledLog(context, records);
  await fold(folder);
  return folder;
}

/** Folds what there is, and tells what was said. */
async function fold(folder: string): Promise<string[]> {
  const told: string[] = [];
  await followLog({
    folder,
    views: allViews(),
    cacheBytes: CACHE,
    signal: new AbortController().signal,
    once: true,
    onProgress: () => {},
    onNotice: ({ code }) => told.push(code),
  });
  return told;
}

function overwrite(path: string): void {
  if (!existsSync(path)) return;
  const file = openSync(path, "r+");
  const size = fstatSync(file).size;
  if (size > FIRST_PAGE) writeSync(file, randomBytes(size - FIRST_PAGE), 0, undefined, FIRST_PAGE);
  closeSync(file);
}

/** Nothing shows when the file is opened, nor in the registry. */
function overwriteTags(database: string): void {
  const db = new DatabaseSync(database);
  const pages = db
    .prepare("SELECT rootpage FROM sqlite_schema WHERE name LIKE 'tags_%' AND rootpage > 0")
    .all();
  db.close();
  assert.notEqual(pages.length, 0);
  const file = openSync(database, "r+");
  for (const { rootpage } of pages) {
    writeSync(file, randomBytes(FIRST_PAGE), 0, undefined, (Number(rootpage) - 1) * FIRST_PAGE);
  }
  closeSync(file);
}

const DAMAGES: Readonly<Record<string, (database: string) => void>> = {
  "overwritten from its second page on": overwrite,
  "overwritten where the tags are": overwriteTags,
  "no database": (database) => writeFileSync(database, Buffer.alloc(50_000, "not a database ")),
};

/** What a question comes to. */
function asked(folder: string): unknown {
  const reader = new ViewsReader(folder);
  try {
    reader.refresh();
    return [
      ...reader
        .reading(tagsView)
        .rows(tagsView.tables[0] as never)
        .range(),
    ].length;
  } finally {
    reader.close();
  }
}

function isDamage(error: unknown): boolean {
  return (
    error instanceof ConcheError && error.code === "CONCHE_VIEWS_DAMAGED" && /rebuild/.test(error.hint ?? "")
  );
}

for (const [name, damage] of Object.entries(DAMAGES)) {
  suite(`views whose file is ${name}`, () => {
    test("a question says that the views are damaged, not the log", async (context) => {
      const folder = await folded(context);
      damage(viewsFiles(folder).database);
      assert.throws(() => asked(folder), isDamage);
    });

    test("commands say so, too; conche rebuild makes them anew", async (context) => {
      const folder = await folded(context);
      const whole = asked(folder);
      damage(viewsFiles(folder).database);
      for (const words of [["now"], ["views"], ["tags"]]) {
        const { code, err } = await runConche([...words, "--data", folder]);
        assert.match(err, /CONCHE_VIEWS_DAMAGED/, words.join(" "));
        assert.doesNotMatch(err, /CONCHE_LOG_|keep this folder/, words.join(" "));
        assert.notEqual(code, 0);
      }
      const rebuilt = await runConche(["rebuild", "--data", folder]);
      assert.equal(rebuilt.code, 0, rebuilt.err);
      assert.deepEqual(asked(folder), whole);
    });

    test("whoever folds next makes them anew, also when nobody has asked", async (context) => {
      const folder = await folded(context);
      const whole = asked(folder);
      damage(viewsFiles(folder).database);
      const told = await fold(folder);
      assert.deepEqual(told.slice(0, 1), ["CONCHE_VIEWS_DAMAGED"]);
      assert.ok(!told.includes("not_folded") && told.length <= 2, told.join());
      assert.deepEqual(asked(folder), whole);
    });
  });
}

suite("views whose file is emptied while they are kept", () => {
  test("are made anew with the next message, though every page that is needed is in memory or the write-ahead log", async (context) => {
    const folder = await folded(context);
    const log = await openMessageLog(folder);
    afterwards(context, () => log.close());
    const stop = new AbortController();
    const told: string[] = [];
    let reached = 0;
    let wake = () => {};
    const following = followLog({
      ...{ folder, views: allViews(), cacheBytes: CACHE, signal: stop.signal },
      onProgress: ({ views }) => {
        reached = Math.min(...views.map(({ position }) => position));
        wake();
      },
      onNotice: ({ code }) => told.push(code),
    });
    const ended = () => {
      stop.abort();
      return following;
    };
    afterwards(context, ended);
    const says = async (minute: number) => {
      await append(log, [record(minute, "telemetry", { v: 2, tags: { temp_c: minute } })]);
      // The messages of the log are the minutes from 0 on.
      while (reached <= minute) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    };
    await says(40);
    assert.deepEqual(told, []);
    truncateSync(viewsFiles(folder).database);
    await says(41);
    assert.deepEqual(told.slice(0, 1), ["CONCHE_VIEWS_DAMAGED"]);
    await ended();
    const live = asked(folder);
    await rebuildViews({
      ...{ folder, views: allViews(), wanted: allViews().map(({ name }) => name), cacheBytes: CACHE },
      ...{ signal: new AbortController().signal, onProgress: () => {} },
    });
    assert.deepEqual(asked(folder), live);
  });
});

suite("damage that only readers see", () => {
  test("is told to whoever keeps the views, once for each file", async (context) => {
    const folder = await folded(context);
    const views = await OpenViews.open(folder, { cacheBytes: CACHE });
    afterwards(context, () => views.close());
    // The one who keeps them has these pages in memory, and goes on as if nothing were.
    const { database, wal } = viewsFiles(folder);
    views.store.takeRebuildRequests();
    for (const path of [database, wal]) overwrite(path);
    assert.throws(() => asked(folder), isDamage);
    assert.throws(() => views.store.takeRebuildRequests(), isDamage);
    views.replace();
    views.store.takeRebuildRequests();
  });

  test("a running rebuild elsewhere waits for the views to be made anew", async (context) => {
    const folder = await folded(context);
    const whole = asked(folder);
    const stop = new AbortController();
    const ready = Promise.withResolvers<void>();
    const told: string[] = [];
    const following = followLog({
      folder,
      views: allViews(),
      cacheBytes: CACHE,
      signal: stop.signal,
      onProgress: () => ready.resolve(),
      onNotice: ({ code }) => told.push(code),
    });
    await ready.promise;
    for (const path of [viewsFiles(folder).database, viewsFiles(folder).wal]) overwrite(path);
    const { elsewhere } = await rebuildViews({
      folder,
      views: allViews(),
      wanted: ["tags"],
      cacheBytes: CACHE,
      signal: new AbortController().signal,
      onProgress: () => {},
    });
    assert.equal(elsewhere, true);
    assert.deepEqual(asked(folder), whole);
    assert.equal(told.filter((code) => code === "CONCHE_VIEWS_DAMAGED").length, 1);
    stop.abort();
    await following;
  });
});
