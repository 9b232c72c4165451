import { openMessageLog } from "../../adapters/sqlite/log/open-message-log.ts";
import { QuarantineReader } from "../../adapters/sqlite/log/quarantine-reader.ts";
import type { QuarantineWork } from "../../api/quarantine-work.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import type { Ingester } from "../../ingest/ingester.ts";
import { QuarantineReplay } from "../../ingest/quarantine-replay.ts";
import type { CommitGroup } from "../../log/message-log.ts";
import type { QuarantineReading } from "../../log/quarantine-reading.ts";
import type { ReplayLog } from "../../log/replay-log.ts";
import type { Plant } from "../../plant/plant.ts";
import { plausibilityOf } from "../../plant/plausibility.ts";
import { auditDecision } from "../audit/audit-decision.ts";

/** Somebody's work on the log, who tells of what he has committed. */
type Work<Result> = (
  log: ReplayLog,
  quarantine: QuarantineReading,
  committed: (group: CommitGroup) => void,
) => Promise<Result>;

/** How the log is written: one process at a time has it. */
export type LogAccess = <Result>(work: Work<Result>) => Promise<Result>;

/** What can be done about the quarantine of a data folder. */
export function quarantineWork(plant: Plant, withLog: LogAccess, folder: string): QuarantineWork {
  const through = (log: ReplayLog, committed: (group: CommitGroup) => void) =>
    new QuarantineReplay(log, plant.hasMachine, plausibilityOf(plant), committed);
  return {
    async replay(ids, by) {
      const outcomes = await withLog((log, quarantine, committed) => {
        const open = ids.map((id) => quarantine.get(id)).filter(({ replayedAt }) => replayedAt === null);
        return through(log, committed).replay(open);
      });
      const object = messagesInWords(ids);
      const detail = outcomes.map(({ kind }) => kind).join(", ");
      if (outcomes.length > 0) auditDecision(folder, { kind: "quarantine-replayed", by, object, detail });
      return outcomes;
    },
    async correct(id, copy, correction) {
      const outcome = await withLog(async (log, quarantine, committed) => {
        const original = quarantine.get(id);
        if (original.replayedAt !== null) throw inTheLog(id, original.state);
        return through(log, committed).correct(original, copy, correction);
      });
      if (outcome.kind !== "refused") {
        const detail = `${outcome.kind}: ${correction.why}`;
        const object = messagesInWords([id]);
        auditDecision(folder, { kind: "quarantine-corrected", by: correction.by, object, detail });
      }
      return outcome;
    },
    async dismiss(ids, decision) {
      const dismissed = await withLog((log) => log.dismiss(ids, decision));
      const detail = `${dismissed} dismissed: ${decision.why}`;
      const object = messagesInWords(ids);
      auditDecision(folder, { kind: "quarantine-dismissed", by: decision.by, object, detail });
      return dismissed;
    },
  };
}

/** So many numbers are named; of more, how many. */
const NAMED = 20;

function messagesInWords(ids: readonly number[]): string {
  if (ids.length > NAMED) return `${ids.length} messages`;
  return `${ids.length === 1 ? "message" : "messages"} ${ids.join(", ")}`;
}

/** What has its place in the log can't be put through again. */
function inTheLog(id: number, state: string): ConcheError {
  return new ConcheError("CONCHE_QUARANTINE_UNKNOWN", {
    message: `message ${id} was ${state} before: it is in the log`,
    hint: "`conche quarantine list` shows what is open",
  });
}

/** Of a folder whose log nobody else writes at the moment. */
export function folderAccess(folder: string): LogAccess {
  return async (work) => {
    const log = await openMessageLog(folder).catch((error: unknown) => {
      throw whereItIsDone(error);
    });
    const quarantine = QuarantineReader.open(folder);
    try {
      return await work(log, quarantine, () => {});
    } finally {
      quarantine.close();
      await log.close();
    }
  };
}

/** Of the data center's own log, while it takes messages. */
export function ownAccess(folder: string, log: ReplayLog, ingester: () => Promise<Ingester>): LogAccess {
  return async (work) =>
    (await ingester()).between(async (committed) => {
      const quarantine = QuarantineReader.open(folder);
      try {
        return await work(log, quarantine, committed);
      } finally {
        quarantine.close();
      }
    });
}

/** A running data center is no hindrance: it does it itself. */
export function whereItIsDone(error: unknown): unknown {
  if (!(error instanceof ConcheError) || error.code !== "CONCHE_LOG_IN_USE") return error;
  return new ConcheError("CONCHE_LOG_IN_USE", {
    message: error.message,
    hint: `that process does it while it runs: at its own dashboard (Data, Quarantine), or POST /api/quarantine/ID/replay, /correct or /dismiss there; or stop it first`,
    cause: error,
  });
}
