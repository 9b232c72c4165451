import { openMessageLog } from "../../adapters/sqlite/log/open-message-log.ts";
import { QuarantineReader } from "../../adapters/sqlite/log/quarantine-reader.ts";
import type { QuarantineWork } from "../../api/quarantine-work.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import type { Ingester } from "../../ingest/ingester.ts";
import { QuarantineReplay } from "../../ingest/quarantine-replay.ts";
import { decidedBefore, isSameDismissal } from "../../log/decided-before.ts";
import type { CommitGroup } from "../../log/message-log.ts";
import type { QuarantineReading, QuarantineStatus } from "../../log/quarantine-reading.ts";
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
        if (original.replayedAt !== null) throw alreadyDecided(original);
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
      const dismissed = await withLog(async (log, quarantine) => {
        const changed = await log.dismiss(ids, decision);
        const [only, ...more] = ids;
        if (changed > 0 || only === undefined || more.length > 0) return changed;
        const standing = quarantine.get(only);
        if (!isSameDismissal(standing, decision)) throw alreadyDecided(standing);
        return changed;
      });
      if (dismissed === 0) return dismissed;
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

/** Of two who decide, the second hears what the first has decided. */
function alreadyDecided(standing: QuarantineStatus): ConcheError {
  return new ConcheError("CONCHE_ACTION_REFUSED", {
    message: decidedBefore(standing),
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
