import { setTimeout as pause, setImmediate as turn } from "node:timers/promises";
import { viewsFiles } from "../../adapters/sqlite/database/database-files.ts";
import { lockHolder } from "../../adapters/sqlite/database/folder-lock.ts";
import { OpenViews } from "../../adapters/sqlite/views/open-views.ts";
import { requestRebuild } from "../../adapters/sqlite/views/request-rebuild.ts";
import { SqliteFollowedLog } from "../../adapters/sqlite/views/sqlite-followed-log.ts";
import { ViewsReader } from "../../adapters/sqlite/views/views-reader.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { Follower } from "../../views/follower.ts";
import type { View } from "../../views/view.ts";

/** Which views are built anew, and who wants to know how far that is. */
export interface RebuildOptions {
  readonly folder: string;
  /** All there are. */
  readonly views: readonly View[];
  /** The names of those that are built anew. */
  readonly wanted: readonly string[];
  readonly cacheBytes: number;
  readonly signal: AbortSignal;
  /** Messages folded, of so many. */
  readonly onProgress: (done: number, total: number) => void;
}

/** How much was folded anew, how long it took, and which process did it. */
export interface Rebuilt {
  /** In the log, all of them folded. */
  readonly messages: number;
  readonly seconds: number;
  /** The process that keeps the views has done it. */
  readonly elsewhere: boolean;
}

/** How often another process's progress is looked at, milliseconds. */
const LOOK_MS = 250;

/**
 * Builds views anew, here or where they are kept.
 * @throws ConcheError CONCHE_LOG_…, CONCHE_VIEWS_…
 */
export async function rebuildViews(options: RebuildOptions): Promise<Rebuilt> {
  const startedAt = performance.now();
  const { messages, elsewhere } = await build(options);
  return { messages, elsewhere, seconds: (performance.now() - startedAt) / 1_000 };
}

async function build(options: RebuildOptions): Promise<Omit<Rebuilt, "seconds">> {
  const { folder, cacheBytes } = options;
  using parts = new DisposableStack();
  const log = parts.adopt(new SqliteFollowedLog(folder), (each) => each.close());
  let opened: OpenViews;
  try {
    opened = parts.adopt(await OpenViews.open(folder, { cacheBytes }), (each) => each.close());
  } catch (error) {
    if (!(error instanceof ConcheError) || error.code !== "CONCHE_VIEWS_IN_USE") throw error;
    const messages = await watch(options);
    // Whoever kept them has ended meanwhile: they are built here then.
    return messages === undefined ? await build(options) : { messages, elsewhere: true };
  }
  try {
    return await fold(options, log, opened);
  } catch (error) {
    if (!(error instanceof ConcheError) || !opened.replaceable(error)) throw error;
    // All of them are made anew then, once: a disk that damages what was just written mends itself no other way.
    opened.replace();
    return await fold(options, log, opened);
  }
}

async function fold(
  { views, wanted, signal, onProgress }: RebuildOptions,
  log: SqliteFollowedLog,
  { store }: OpenViews,
): Promise<Omit<Rebuilt, "seconds">> {
  const follower = new Follower({ views, log, store, now: () => performance.now() });
  // What is behind anyway is not built twice.
  for (const { name, position, standing } of follower.status().views) {
    if (wanted.includes(name) && standing === "answering" && position > 0) follower.rebuild(name);
  }
  for (;;) {
    const { atEnd } = follower.step();
    const { logEnd, views: editions } = follower.status();
    onProgress(Math.min(logEnd, ...editions.map(({ position }) => position)), logEnd);
    if (atEnd) return { messages: logEnd, elsewhere: false };
    await turn();
    signal.throwIfAborted();
  }
}

/**
 * Asks the process that keeps the views, and watches until new editions have taken the place of the old ones; undefined
 * where that process has ended before.
 */
async function watch({ folder, wanted, signal, onProgress }: RebuildOptions): Promise<number | undefined> {
  const reader = new ViewsReader(folder);
  try {
    const editions = () => {
      reader.refresh();
      const found = reader.editions().filter(({ name }) => wanted.includes(name));
      reader.release();
      return found;
    };
    let before = 0;
    try {
      before = Math.max(0, ...editions().map(({ edition }) => edition));
      requestRebuild(folder, wanted);
    } catch (error) {
      // That process has been told, and makes all of them anew.
      if (!isDamage(error)) throw error;
    }
    for (;;) {
      await pause(LOOK_MS, undefined, { signal });
      let now: ReturnType<typeof editions>;
      try {
        now = editions();
      } catch (error) {
        if (!isDamage(error)) throw error;
        before = 0;
        continue;
      }
      const total = Math.max(0, ...now.map(({ position }) => position.id));
      const anew = now.filter(({ edition }) => edition > before);
      onProgress(Math.min(total, ...anew.map(({ position }) => position.id)), total);
      const done = wanted.every((name) => {
        const own = now.filter((each) => each.name === name);
        return (
          own.length > 0 && own.every(({ edition, standing }) => edition > before && standing === "answering")
        );
      });
      if (done) return total;
      if (lockHolder(viewsFiles(folder)) === undefined) return undefined;
    }
  } finally {
    reader.close();
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof ConcheError && error.code === "CONCHE_VIEWS_DAMAGED";
}
