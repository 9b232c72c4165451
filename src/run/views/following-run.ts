import { setTimeout as pause, setImmediate as turn } from "node:timers/promises";
import { logFiles } from "../../adapters/sqlite/database/database-files.ts";
import { CommitWatch } from "../../adapters/sqlite/log/commit-watch.ts";
import { OpenViews } from "../../adapters/sqlite/views/open-views.ts";
import { SqliteFollowedLog } from "../../adapters/sqlite/views/sqlite-followed-log.ts";
import { ViewsReader } from "../../adapters/sqlite/views/views-reader.ts";
import { ConcheError, messageOf } from "../../errors/conche-error.ts";
import type { Changes } from "../../views/changes.ts";
import { Follower } from "../../views/follower.ts";
import type { FollowerStatus } from "../../views/follower-status.ts";
import { type Pace, paceAfter } from "../../views/pace.ts";
import type { View } from "../../views/view.ts";

/** What an operator should know of the views. */
export interface ViewsNotice {
  readonly level: "info" | "warning";
  /** An error's code, or a word for what happened. */
  readonly code: string;
  readonly text: string;
  /** What was there is gone: nothing answers until it is made anew. */
  readonly anew?: boolean;
}

/** Which views follow which log, with how much memory, until when. */
export interface FollowingOptions {
  /** The data folder. */
  readonly folder: string;
  readonly views: readonly View[];
  /** Rows kept in memory, bytes. */
  readonly cacheBytes: number;
  /** Ends the following. */
  readonly signal: AbortSignal;
  /** After each step, and now and then: how far the views are, what is new. */
  readonly onProgress: (status: FollowerStatus, changes: Changes | undefined) => void;
  readonly onNotice: (notice: ViewsNotice) => void;
  /** Awaited before each portion: whoever needs the processor more lets it wait. */
  readonly turn?: () => Promise<void>;
  /** End where the log ends, instead of waiting for more. */
  readonly once?: boolean;
  /** What its pace goes by; the time of this machine unless told otherwise. */
  readonly time?: FollowersTime;
}

/** PORT. The time that a follower works and rests in, milliseconds. */
export interface FollowersTime {
  /** Of a clock that only goes forward. */
  now(): number;
  /** Resolves after so long, or with the signal. */
  rest(ms: number, signal: AbortSignal): Promise<void>;
}

const REAL_TIME: FollowersTime = { now: () => performance.now(), rest: paused };

const AT_ONCE: Pace = { restMs: 0, portionMs: undefined };
/** After trouble that may pass, milliseconds. */
const RETRY_MS = 1_000;

/**
 * Follows a log until the signal: folds what there is, then what is committed, as soon as it is. Whatever happens to
 * the views' files is said and made good; the log and whoever writes it hear nothing of it.
 */
export async function followLog(options: FollowingOptions): Promise<void> {
  const { signal, once } = options;
  const trouble = new TroubleNotices(options.onNotice);
  while (!signal.aborted) {
    try {
      await follow(options, trouble);
      if (once) return;
    } catch (error) {
      const known = asConcheError(error);
      if (once) throw known;
      if (known.code === "CONCHE_VIEWS_IN_USE") {
        options.onNotice({ level: "info", code: known.code, text: `${known.message}: its views are read` });
        await watchOthersViews(options);
      } else {
        trouble.tell(known);
        await paused(RETRY_MS, signal);
      }
    }
  }
}

async function follow(options: FollowingOptions, trouble: TroubleNotices): Promise<void> {
  const { folder, views, cacheBytes, signal, onProgress, onNotice, time = REAL_TIME } = options;
  using parts = new DisposableStack();
  const log = parts.adopt(new SqliteFollowedLog(folder), (each) => each.close());
  const rebuilt = (why: ConcheError) => {
    onNotice({
      level: "warning",
      code: why.code,
      text: `${why.code}: ${why.message}: the views are made anew`,
      anew: true,
    });
  };
  const opened = await OpenViews.open(folder, { cacheBytes, onRebuilt: rebuilt });
  parts.adopt(opened, (each) => each.close());
  const watch = parts.adopt(new CommitWatch(logFiles(folder).mark), (each) => each.close());
  let replaced = false;
  const make = () =>
    new Follower({
      views,
      log,
      store: opened.store,
      now: () => time.now(),
      onNotice: ({ kind, text }) => {
        replaced ||= kind === "log-replaced";
        onNotice({ level: kind === "log-replaced" ? "warning" : "info", code: kind, text });
      },
    });
  let follower: Follower | undefined;
  let pace = AT_ONCE;
  for (;;) {
    await options.turn?.();
    if (signal.aborted) return;
    const beganAt = time.now();
    try {
      follower ??= make();
      const { atEnd, folded, changes } = follower.step(pace.portionMs);
      const status = follower.status();
      if (folded > 0 || atEnd) onProgress(status, changes);
      trouble.over();
      // The mark that was watched is gone with the log: the watch is made anew with everything else.
      if (replaced) return;
      if (options.once && atEnd) return;
      const workedMs = time.now() - beganAt;
      const committed = log.end().id - status.logEnd;
      pace = options.once ? AT_ONCE : paceAfter({ workedMs, folded, committed, atEnd });
      await turn();
      await time.rest(pace.restMs, signal);
      if (!atEnd) continue;
    } catch (error) {
      const known = asConcheError(error);
      const anew = opened.replaceable(known);
      trouble.tell(known, anew);
      if (anew) {
        opened.replace();
        follower = undefined;
        // A disk that fails again and again: whoever wants this to end is heard in between.
        await paused(RETRY_MS, signal);
        continue;
      }
      if (!known.retryable) throw known;
      await paused(RETRY_MS, signal);
      continue;
    }
    await watch.committed(signal);
  }
}

/** Another process keeps the views: tells when they have moved, until it has ended and they are free. */
async function watchOthersViews({ folder, views, signal, onProgress }: FollowingOptions): Promise<void> {
  const reader = new ViewsReader(folder);
  let before = -1;
  try {
    for (let look = 0; look < 10 && !signal.aborted; look++) {
      await paused(RETRY_MS, signal);
      reader.refresh();
      const known = new Set(views.map(({ name }) => name));
      const editions = reader.editions().filter(({ name }) => known.has(name));
      const counted = editions.map((edition) => ({ ...edition, findings: reader.findingCount(edition) }));
      reader.release();
      const position = Math.max(0, ...counted.map((edition) => edition.position.id));
      if (position === before) continue;
      before = position;
      const status = {
        logEnd: position,
        views: counted.map(
          ({ edition, name, version, standing, position: at, newestReceivedMs, findings }) => ({
            ...{ edition, name, version, standing, position: at.id, newestReceivedMs, findings },
            lagMessages: position - at.id,
          }),
        ),
      };
      onProgress(status, { position, machines: undefined });
    }
  } finally {
    reader.close();
  }
}

/** Says each trouble once, and that it is over. */
class TroubleNotices {
  readonly #tell: (notice: ViewsNotice) => void;
  #told = "";

  constructor(tell: (notice: ViewsNotice) => void) {
    this.#tell = tell;
  }

  tell({ code, message }: ConcheError, anew = false): void {
    if (code === this.#told) return;
    this.#told = code;
    this.#tell({
      level: "warning",
      code,
      text: `views: ${message}${anew ? ": the views are made anew" : ""}`,
      anew,
    });
  }

  over(): void {
    if (this.#told === "") return;
    this.#told = "";
    this.#tell({ level: "info", code: "views-resumed", text: "views: they go on" });
  }
}

async function paused(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) return;
  await pause(ms, undefined, { signal }).catch(() => {});
}

function asConcheError(thrown: unknown): ConcheError {
  if (thrown instanceof ConcheError) return thrown;
  return new ConcheError("CONCHE_INTERNAL", {
    message: `the views failed: ${messageOf(thrown)}`,
    cause: thrown,
  });
}
