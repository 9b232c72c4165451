import { LogReader } from "../adapters/sqlite/log/log-reader.ts";
import { ViewsReader } from "../adapters/sqlite/views/views-reader.ts";
import { grouped } from "../adapters/terminal/counts.ts";
import type { Terminal } from "../adapters/terminal/terminal.ts";
import { ConcheError } from "../errors/conche-error.ts";
import { isLevel } from "../views/level.ts";
import type { View } from "../views/view.ts";
import type { ViewReading } from "../views/view-table.ts";

/** How far what is read can be trusted, and what else there is to read. */
export interface ViewStanding {
  /** Messages of the log that are not in the view yet. */
  readonly behind: number;
  readonly views: ViewsReader;
}

/**
 * Reads a view of a data folder as it stands, beside whoever folds it. Says so where much of the log is not in it yet:
 * "no active alarm" must not look like the present then.
 * @throws ConcheError CONCHE_VIEW_NOT_READY where nobody has folded it yet, CONCHE_LOG_MISSING, and others that opening gives
 */
export async function withView<Result>(
  folder: string,
  terminal: Pick<Terminal, "err">,
  view: View,
  work: (reading: ViewReading, standing: ViewStanding) => Result | Promise<Result>,
): Promise<Result> {
  const reader = new ViewsReader(folder);
  try {
    reader.refresh();
    const reading = reader.reading(view);
    const behind = Math.max(0, logEnd(folder) - reading.position());
    sayBehind(behind, terminal);
    return await work(reading, { behind, views: reader });
  } finally {
    reader.close();
  }
}

/** A view that makes an answer richer; undefined where nobody has folded it yet. */
export function readingIfKept(views: ViewsReader, view: View): ViewReading | undefined {
  try {
    return views.reading(view);
  } catch (error) {
    if (error instanceof ConcheError && error.code === "CONCHE_VIEW_NOT_READY") return undefined;
    throw error;
  }
}

/** Says that what follows is not the present, where it isn't. */
export function sayBehind(behind: number, terminal: Pick<Terminal, "err">): void {
  if (isLevel(behind)) return;
  terminal.err.write(
    `conche: this is not the present: ${grouped(behind)} messages of the log are not in it yet (conche views)\n`,
  );
}

/** The newest message's number; nothing is lacking where views were copied to a folder of their own. */
export function logEnd(folder: string): number {
  try {
    const log = LogReader.open(folder);
    try {
      return log.end().id;
    } finally {
      log.close();
    }
  } catch (error) {
    if (error instanceof ConcheError && error.code === "CONCHE_LOG_MISSING") return 0;
    throw error;
  }
}
