import type { LogReading } from "../log/log-reading.ts";
import { completenessView } from "../monitor/completeness/completeness-view.ts";
import { coverageOf } from "../monitor/completeness/coverage.ts";
import type { Plant } from "../plant/plant.ts";
import { genealogyView } from "../trace/genealogy/genealogy-view.ts";
import type { GraphNow } from "../trace/graph/read-graph.ts";
import { readGraph } from "../trace/graph/read-graph.ts";
import { Genealogy } from "../trace/questions/genealogy.ts";
import { type BatchRecord, batchRecord } from "../trace/record/batch-record.ts";
import type { View } from "../views/view.ts";
import type { ViewReading } from "../views/view-table.ts";

/** What a record is drawn up from. */
export interface RecordSources {
  readonly plant: Plant;
  readonly views: { reading(view: View): ViewReading };
  readonly log: Pick<LogReading, "query">;
  /** The id of the log's newest message. */
  readonly logEnd: number;
  readonly sha256: (text: string) => string;
  /** As {@link batchRecord} has it. */
  readonly isCut?: () => boolean;
  readonly graph?: (reading: ViewReading) => GraphNow;
}

/** The record of a batch, of what there is: a view that nobody keeps makes it poorer, and is named in it. */
export function recordOf(batch: string, sources: RecordSources): BatchRecord | undefined {
  const { plant, views, log, logEnd, sha256, isCut, graph = readGraph } = sources;
  const lots = readingOr(() => views.reading(genealogyView));
  const numbers = readingOr(() => views.reading(completenessView));
  return batchRecord(batch, {
    plant,
    messages: log.query({ batchId: batch }),
    isCut,
    genealogy: lots === undefined ? undefined : new Genealogy(lots, () => graph(lots)),
    covered: (machine, fromMs, toMs) =>
      numbers === undefined ? undefined : coverageOf(numbers, machine, fromMs, toMs),
    behind: Math.max(0, ...[lots, numbers].map((each) => logEnd - (each?.position() ?? logEnd))),
    sha256,
  });
}

function readingOr(read: () => ViewReading): ViewReading | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
