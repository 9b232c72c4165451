import type { ErrorCode } from "../../../errors/catalogue.ts";
import { ConcheError } from "../../../errors/conche-error.ts";
import type { DatabaseFiles } from "../database/database-files.ts";
import { lockHolder } from "../database/folder-lock.ts";
import { toConcheError } from "../database/sqlite-error.ts";

/** What the errors of a database are called where it is an outbox. */
const OUTBOX_CODES: ReadonlyMap<ErrorCode, ErrorCode> = new Map([
  ["CONCHE_LOG_BUSY", "CONCHE_OUTBOX_BUSY"],
  ["CONCHE_LOG_IO", "CONCHE_OUTBOX_IO"],
  ["CONCHE_LOG_CORRUPT", "CONCHE_OUTBOX_CORRUPT"],
  ["CONCHE_LOG_FOREIGN", "CONCHE_OUTBOX_CORRUPT"],
  ["CONCHE_LOG_TOO_NEW", "CONCHE_OUTBOX_TOO_NEW"],
  ["CONCHE_LOG_TOO_OLD", "CONCHE_OUTBOX_TOO_OLD"],
  ["CONCHE_LOG_NOT_DURABLE", "CONCHE_OUTBOX_FOLDER"],
  ["CONCHE_DATA_FOLDER", "CONCHE_OUTBOX_FOLDER"],
]);

/**
 * The product's error for whatever a call on an outbox's database threw.
 * @param doing what was tried, as it continues "while …"
 */
export function toOutboxError(thrown: unknown, doing: string, files: DatabaseFiles): ConcheError {
  const error = toConcheError(thrown, doing, files.database);
  if (error.code === "CONCHE_LOG_IN_USE") return inUse(error, files);
  if (error.code === "CONCHE_DISK_FULL") {
    return new ConcheError("CONCHE_DISK_FULL", {
      message: error.message,
      hint: "make room on the disk of the outbox, then hand the message over again; what it holds is safe",
      cause: thrown,
      retryable: true,
    });
  }
  const code = OUTBOX_CODES.get(error.code);
  if (code === undefined) return error;
  return new ConcheError(code, { message: error.message, cause: thrown, retryable: error.retryable });
}

/** The outbox can't be what it was: it lacks something, or says what can't be. */
export function outboxCorrupt(what: string, files: DatabaseFiles): ConcheError {
  return new ConcheError("CONCHE_OUTBOX_CORRUPT", { message: `${what}: ${files.database}` });
}

function inUse(cause: ConcheError, files: DatabaseFiles): ConcheError {
  const holder = lockHolder(files);
  if (holder === undefined || holder.pid === 0) {
    const message = `another process has just opened the outbox in ${files.folder}`;
    return new ConcheError("CONCHE_OUTBOX_IN_USE", { message, cause });
  }
  const { pid, host, since } = holder;
  return new ConcheError("CONCHE_OUTBOX_IN_USE", {
    message: `process ${pid} on ${host} has had the outbox in ${files.folder} open since ${since}`,
    hint: `stop process ${pid}, or give this one a folder of its own`,
    cause,
  });
}
