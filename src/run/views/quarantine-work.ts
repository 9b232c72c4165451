import { openMessageLog } from "../../adapters/sqlite/log/open-message-log.ts";
import { QuarantineReader } from "../../adapters/sqlite/log/quarantine-reader.ts";
import type { SqliteMessageLog } from "../../adapters/sqlite/log/sqlite-message-log.ts";
import type { QuarantineWork } from "../../api/quarantine-work.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { QuarantineReplay } from "../../ingest/quarantine-replay.ts";
import type { QuarantineReading } from "../../log/quarantine-reading.ts";
import type { Plant } from "../../plant/plant.ts";
import { plausibilityOf } from "../../plant/plausibility.ts";
import { auditDecision } from "../audit/audit-decision.ts";

/** What can be done about the quarantine of a data folder, where no data center writes its log meanwhile. */
export function quarantineWork(folder: string, plant: Plant): QuarantineWork {
  const through = (log: SqliteMessageLog) =>
    new QuarantineReplay(log, plant.hasMachine, plausibilityOf(plant));
  return {
    async replay(ids, by) {
      const outcomes = await withLog(folder, (log, quarantine) => {
        const open = ids.map((id) => quarantine.get(id)).filter(({ replayedAt }) => replayedAt === null);
        return through(log).replay(open);
      });
      const object = messagesInWords(ids);
      const detail = outcomes.map(({ kind }) => kind).join(", ");
      if (outcomes.length > 0) auditDecision(folder, { kind: "quarantine-replayed", by, object, detail });
      return outcomes;
    },
    async correct(id, copy, correction) {
      const outcome = await withLog(folder, (log, quarantine) => {
        const original = quarantine.get(id);
        if (original.replayedAt !== null) throw inTheLog(id, original.state);
        return through(log).correct(original, copy, correction);
      });
      if (outcome.kind !== "refused") {
        const detail = `${outcome.kind}: ${correction.why}`;
        const object = messagesInWords([id]);
        auditDecision(folder, { kind: "quarantine-corrected", by: correction.by, object, detail });
      }
      return outcome;
    },
    async dismiss(ids, decision) {
      const dismissed = await withLog(folder, (log) => log.dismiss(ids, decision));
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

async function withLog<Result>(
  folder: string,
  work: (log: SqliteMessageLog, quarantine: QuarantineReading) => Promise<Result>,
): Promise<Result> {
  const log = await openMessageLog(folder);
  const quarantine = QuarantineReader.open(folder);
  try {
    return await work(log, quarantine);
  } finally {
    quarantine.close();
    await log.close();
  }
}
