import { createHash } from "node:crypto";
import { Type } from "typebox";
import { completenessView } from "../../../monitor/completeness/completeness-view.ts";
import { genealogyView } from "../../../trace/genealogy/genealogy-view.ts";
import type { BatchRecord } from "../../../trace/record/batch-record.ts";
import { recordBlocks } from "../../../trace/record/record-blocks.ts";
import { recordOf } from "../../batch-record.ts";
import type { ApiContext, PrintOrder } from "../../context.ts";
import { isoTime } from "../../period.ts";
import { notFound } from "../../problem.ts";
import { closed, type Route, route } from "../../route.ts";

const PARAMS = closed({ batch: Type.String({ minLength: 1, maxLength: 64 }) });

const record = route({
  method: "GET",
  path: "/api/batches/{batch}/record",
  name: "batchRecord",
  area: "Traceability",
  summary: "The electronic record of a batch, sealed by a hash chain over its messages",
  description:
    "Exceptions first, then procedure, ingredients, curves with the share of the time measured, alarms, results, what people did, completeness. Reads every message that names the batch. As HTML: conche batch record.",
  params: PARAMS,
  answer: closed({
    document: Type.Unknown({ description: "The record, as conche batch record --format json writes it" }),
  }),
  media: "application/json",
  views: [genealogyView, completenessView],
  changesWith: ["log", "views"],
  handle({ params: { batch } }, context) {
    return { document: required(batch, context) };
  },
});

const pdf = route({
  method: "GET",
  path: "/api/batches/{batch}/record.pdf",
  name: "batchRecordPdf",
  area: "Traceability",
  summary: "The electronic record of a batch as PDF, to be signed",
  params: PARAMS,
  answer: closed({ document: Type.Unknown({ description: "A PDF" }) }),
  media: "application/pdf",
  views: [genealogyView, completenessView],
  changesWith: ["log", "views"],
  handle({ params: { batch } }, context) {
    const document = required(batch, context);
    const order = recordOrder(document, context.plant.document.name, context.nowMs);
    return { document: context.print(order) };
  },
});

/** @throws ConcheError CONCHE_NOT_FOUND */
function required(batch: string, { plant, views, log, spend }: ApiContext): BatchRecord {
  const reading = log();
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const spending = {
    *query(filter: Parameters<typeof reading.query>[0]) {
      let count = 0;
      for (const message of reading.query(filter)) {
        if (++count % 256 === 0) spend();
        yield message;
      }
    },
  };
  const document = recordOf(batch, { plant, views, log: spending, sha256 });
  if (document === undefined) throw notFound(`no message of the log names batch ${batch}`);
  return document;
}

/** A record as it is printed: its seal is at the foot of every page. */
export function recordOrder(record: BatchRecord, issuer: string, createdMs: number): PrintOrder {
  const { batch, seal } = record;
  return {
    title: `Batch record ${batch}`,
    issuer,
    foot: `Printed ${isoTime(createdMs)}. Seal over ${seal.messages} messages: ${seal.hash}`,
    createdMs,
    blocks: recordBlocks(record),
  };
}

/** `GET` the record of a batch, as JSON and as PDF. */
export const recordRoutes: readonly Route[] = [record, pdf];
