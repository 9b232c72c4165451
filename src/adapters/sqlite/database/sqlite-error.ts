import { basename } from "node:path";
import type { ErrorCode } from "../../../errors/catalogue.ts";
import { ConcheError, messageOf, systemCodeOf } from "../../../errors/conche-error.ts";

/** Primary result codes, https://www.sqlite.org/rescode.html; the low byte of an extended code. */
const SQLITE = {
  PERM: 3,
  BUSY: 5,
  LOCKED: 6,
  READONLY: 8,
  IOERR: 10,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  CONSTRAINT: 19,
  AUTH: 23,
  NOTADB: 26,
} as const;
/** The shared-memory file could not be extended: the disk is full, and nothing of the log was touched. */
const SQLITE_IOERR_SHMSIZE = 4874;
/** There is a rollback journal to be played back. */
const SQLITE_READONLY_ROLLBACK = 776;

interface Meaning {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly hint?: string;
}

const MEANINGS: ReadonlyMap<number, Meaning> = new Map([
  [SQLITE.BUSY, { code: "CONCHE_LOG_BUSY", retryable: true }],
  [SQLITE.LOCKED, { code: "CONCHE_LOG_BUSY", retryable: true }],
  [SQLITE.FULL, { code: "CONCHE_DISK_FULL", retryable: true }],
  [SQLITE.IOERR, { code: "CONCHE_LOG_IO", retryable: false }],
  [SQLITE.CORRUPT, { code: "CONCHE_LOG_CORRUPT", retryable: false }],
  [SQLITE.NOTADB, { code: "CONCHE_LOG_CORRUPT", retryable: false }],
  [
    SQLITE.CONSTRAINT,
    {
      code: "CONCHE_LOG_CORRUPT",
      retryable: false,
      hint: "another program has written into the log: stop it, keep the folder, and look with `conche verify`",
    },
  ],
  [SQLITE.READONLY, { code: "CONCHE_DATA_FOLDER", retryable: false }],
  [SQLITE.CANTOPEN, { code: "CONCHE_DATA_FOLDER", retryable: false }],
  [SQLITE.PERM, { code: "CONCHE_DATA_FOLDER", retryable: false }],
  [SQLITE.AUTH, { code: "CONCHE_DATA_FOLDER", retryable: false }],
]);

/** What to do about damage of a file that stands beside the log: nobody has to give up the folder for it. */
const BESIDE_THE_LOG: ReadonlyMap<string, string> = new Map([
  [
    "tokens.db",
    "the log is untouched: stop the process, move tokens.db elsewhere, and make the tokens anew with `conche token create`",
  ],
  [
    "audit.db",
    "the log is untouched: stop the process and keep audit.db elsewhere, for whoever examines it; a new one is begun",
  ],
]);

/** The extended result code of an error that came from SQLite, or undefined. */
export function sqliteCodeOf(thrown: unknown): number | undefined {
  if (thrown instanceof Error && "errcode" in thrown && typeof thrown.errcode === "number")
    return thrown.errcode;
  return undefined;
}

/** Whether the error says that another connection holds a lock. */
export function isBusy(thrown: unknown): boolean {
  const primary = (sqliteCodeOf(thrown) ?? 0) & 0xff;
  return primary === SQLITE.BUSY || primary === SQLITE.LOCKED;
}

/** Whether the error says that the database can't be used without writing to it; also of a ConcheError's cause. */
export function isReadOnlyError(thrown: unknown): boolean {
  const code =
    sqliteCodeOf(thrown) ?? (thrown instanceof ConcheError ? sqliteCodeOf(thrown.cause) : undefined);
  return ((code ?? 0) & 0xff) === SQLITE.READONLY;
}

/**
 * Whether a transaction that was made without a write-ahead log was cut short: undoing it is the first thing a writer
 * does, and a reader can't. Such transactions are those that make the database, and the first program's.
 */
export function isUnfinished(thrown: unknown): boolean {
  return sqliteCodeOf(thrown) === SQLITE_READONLY_ROLLBACK;
}

/**
 * The product's error for whatever a database call threw.
 * @param doing what was tried, as it continues "while …"
 */
export function toConcheError(thrown: unknown, doing: string, path: string): ConcheError {
  if (thrown instanceof ConcheError) return thrown;
  const code = sqliteCodeOf(thrown);
  const meaning = code === undefined ? systemMeaningOf(thrown) : meaningOf(code);
  const hint = (meaning.code === "CONCHE_LOG_CORRUPT" && BESIDE_THE_LOG.get(basename(path))) || meaning.hint;
  const number = code === undefined ? "" : ` (SQLite ${code})`;
  return new ConcheError(meaning.code, {
    message: `${messageOf(thrown)}${number} while ${doing}: ${path}`,
    ...(hint === undefined ? {} : { hint }),
    cause: thrown,
    retryable: meaning.retryable,
  });
}

const DEFECT: Meaning = { code: "CONCHE_INTERNAL", retryable: false };
const DISK_FULL: Meaning = { code: "CONCHE_DISK_FULL", retryable: true };

function meaningOf(code: number): Meaning {
  return code === SQLITE_IOERR_SHMSIZE ? DISK_FULL : (MEANINGS.get(code & 0xff) ?? DEFECT);
}

/** For the files beside the database, which are read and written without SQLite. */
function systemMeaningOf(thrown: unknown): Meaning {
  const code = systemCodeOf(thrown);
  if (code === "ENOSPC" || code === "EDQUOT") return DISK_FULL;
  if (code === "EIO") return { code: "CONCHE_LOG_IO", retryable: false };
  const isFileError = thrown instanceof Error && "syscall" in thrown;
  return isFileError ? { code: "CONCHE_DATA_FOLDER", retryable: false } : DEFECT;
}
