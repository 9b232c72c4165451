import { freeSpace } from "../../adapters/host/probes.ts";
import { type LogStatistics, logStatistics } from "../../adapters/sqlite/log/log-statistics.ts";
import { checkLog } from "../../adapters/sqlite/log/open-for-reading.ts";
import { counted, grouped } from "../../adapters/terminal/counts.ts";
import { daysUntilFull, type LogGrowth } from "../../log/log-growth.ts";
import { asConcheError } from "../report-error.ts";
import { type Check, type Finding, fail, ok, warn } from "./finding.ts";

const MEBIBYTE = 1_048_576;
/** The write-ahead log is cut to a quarter of this at every checkpoint that no reader holds up. */
const LARGE_WAL_BYTES = 256 * MEBIBYTE;
/** Somebody has to buy a disk, and to put it in. */
const FULL_SOON_DAYS = 30;
const FULL_TOO_SOON_DAYS = 1;
/** Clocks are set in steps smaller than this. */
const FUTURE_MS = 1_000;

/** The database: whether it opens, its schema, the checks of a start, and whether its last commit is in the past. */
export const checkDatabase: Check = async ({ data }) => {
  try {
    const statistics = logStatistics(data);
    // A running data center made these checks itself, and must not be held up by ours.
    if (statistics.writer === undefined) checkLog(data);
    return findingsOf(statistics, freeSpace(data));
  } catch (error) {
    const { code, message, hint } = asConcheError(error);
    if (code === "CONCHE_LOG_MISSING") return [ok("database", "none yet; the first start makes it")];
    if (code === "CONCHE_LOG_TOO_OLD") return [ok("database", `${message}; the next start carries it over`)];
    // The check of the folder says that already.
    if (code === "CONCHE_DATA_FOLDER") return [];
    return [fail("database", message, hint)];
  }
};

/** When the disk is full, if it goes on like this. */
function growthFinding(growth: LogGrowth, freeBytes: number | undefined): Finding {
  const { messagesPerDay, bytesPerDay } = growth;
  const rate = `${grouped(Math.round(messagesPerDay))} messages and ${grouped(Math.round(bytesPerDay / MEBIBYTE))} MiB a day`;
  if (freeBytes === undefined) return ok("growth", rate);
  const days = daysUntilFull(freeBytes, growth);
  const text = `${rate}: the disk is full in ${days < 2 ? `${Math.floor(days * 24)} hours` : `${grouped(Math.floor(days))} days`}`;
  const hint = "make room, or send telemetry less often: docs/growth.md";
  if (days < FULL_TOO_SOON_DAYS) return fail("growth", text, hint);
  return days < FULL_SOON_DAYS ? warn("growth", text, hint) : ok("growth", text);
}

function findingsOf(
  { rows, schemaVersion, databaseBytes, walBytes, writer, lastCommitAt, growth }: LogStatistics,
  freeBytes: number | undefined,
): Finding[] {
  const state =
    writer === undefined ? "nobody writes it" : `written by process ${writer.pid} since ${writer.since}`;
  const size = `${(databaseBytes / MEBIBYTE).toFixed(1)} MiB`;
  const findings = [
    ok("database", `${counted(rows, "message")}, ${size}, schema version ${schemaVersion}, ${state}`),
  ];
  if (growth !== undefined) findings.push(growthFinding(growth, freeBytes));
  if (walBytes > LARGE_WAL_BYTES) {
    const text = `the write-ahead log has ${(walBytes / MEBIBYTE).toFixed(0)} MiB: a reader holds on to an old state`;
    findings.push(
      warn("WAL", text, "end programs that have the database open, backups and shells among them"),
    );
  }
  if (lastCommitAt !== undefined && lastCommitAt > Date.now() + FUTURE_MS) {
    const text = `the last commit was at ${new Date(lastCommitAt).toISOString()}, which has not come yet`;
    findings.push(
      warn("last commit", text, "the clock was set back: set it right, and keep it set with NTP"),
    );
  }
  return findings;
}
