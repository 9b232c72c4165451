import { QuarantineReader } from "../../adapters/sqlite/log/quarantine-reader.ts";
import type { QuarantineReading } from "../../log/quarantine-reading.ts";

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
