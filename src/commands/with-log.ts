import { LogReader } from "../adapters/sqlite/log/log-reader.ts";
import { QuarantineReader } from "../adapters/sqlite/log/quarantine-reader.ts";
import type { LogReading } from "../log/log-reading.ts";
import type { QuarantineReading } from "../log/quarantine-reading.ts";

/**
 * Opens the log of a data folder for reading, and closes it after the work.
 * @throws ConcheError CONCHE_LOG_MISSING, CONCHE_LOG_CORRUPT and others that opening gives
 */
export async function withLog<Result>(
  folder: string,
  work: (log: LogReading) => Promise<Result>,
): Promise<Result> {
  const log = LogReader.open(folder);
  try {
    return await work(log);
  } finally {
    log.close();
  }
}

/**
 * Opens the quarantine of a data folder for reading, and closes it after the work.
 * @throws ConcheError CONCHE_LOG_MISSING, CONCHE_LOG_CORRUPT and others that opening gives
 */
export async function withQuarantine<Result>(
  folder: string,
  work: (quarantine: QuarantineReading) => Promise<Result>,
): Promise<Result> {
  const quarantine = QuarantineReader.open(folder);
  try {
    return await work(quarantine);
  } finally {
    quarantine.close();
  }
}
