import { hash } from "node:crypto";
import { Type } from "typebox";
import { ConcheError } from "../../../errors/conche-error.ts";
import { completenessView } from "../../../monitor/completeness/completeness-view.ts";
import { isoTime } from "../../../time/iso-time.ts";
import { genealogyView } from "../../../trace/genealogy/genealogy-view.ts";
import { findSubject } from "../../../trace/questions/find-subject.ts";
import type { BatchRecord } from "../../../trace/record/batch-record.ts";
import { recordBlocks } from "../../../trace/record/record-blocks.ts";
import { lotsOf } from "../../../trace/record/recorded-lots.ts";
import { recordOf } from "../../batch-record.ts";
import type { ApiContext, PrintOrder } from "../../context.ts";
import { requireBatch } from "../../known-levels.ts";
import { Time } from "../../period.ts";
import { notFound } from "../../problem.ts";
import { closed, type Route, route } from "../../route.ts";
import { genealogyOf } from "./genealogy-of.ts";

const PARAMS = closed({ batch: Type.String({ minLength: 1, maxLength: 64 }) });

const record = route({
  method: "GET",
  path: "/api/batches/{batch}/record",
  name: "batchRecord",
  area: "Traceability",
  summary: "The electronic record of a batch, sealed by a hash chain over its messages",
  description:
    "Exceptions first, then procedure, ingredients, curves with the share of the time measured, alarms, results, what people did, completeness. Reads the messages that name the batch for three quarters of the time limit at most, and lists 5,000 of each kind: what isn't in it is its first exception, with where all of it is (leftOut). As HTML: conche batch record.",
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

const Text = Type.String();

const holds = route({
  method: "GET",
  path: "/api/batches/{batch}/holds",
  name: "batchHolds",
  area: "Traceability",
  summary: "Every hold that ever stood over a batch: over what it was made of, its lots, cases and pallets",
  params: PARAMS,
  answer: closed({
    holds: Type.Array(
      closed({
        hold_id: Text,
        since: Time,
        by: Text,
        reason: Text,
        goods: Type.Array(Text, { description: "Of this batch or in it, put on this hold" }),
        standing: Type.Array(Text, { description: "Of those, on it still" }),
        decisions: Type.Array(Text),
        message_id: Type.Integer(),
      }),
      { description: "In the order in which they were said, the first 5,000" },
    ),
  }),
  list: "holds",
  views: [genealogyView],
  changesWith: ["views"],
  handle({ params: { batch } }, context) {
    const genealogy = genealogyOf(context);
    const { holds: found } = lotsOf(batch, genealogy);
    if (found.length === 0 && findSubject(genealogy, batch)?.kind !== "batch")
      requireBatch(batch, context.log());
    return {
      holds: found.map((hold) => ({
        ...{ hold_id: hold.holdId, since: isoTime(hold.sinceMs), by: hold.by, reason: hold.reason },
        ...{ goods: [...hold.goods], standing: [...hold.standing], decisions: [...hold.decisions] },
        message_id: hold.messageId,
      })),
    };
  },
});

/** @throws ConcheError CONCHE_NOT_FOUND */
function required(
  batch: string,
  { plant, views, log, spend, isLate = () => false }: ApiContext,
): BatchRecord {
  const reading = log();
  const sha256 = (text: string) => hash("sha256", text);
  let cut = false;
  const spending = {
    *query(filter: Parameters<typeof reading.query>[0]) {
      let count = 0;
      for (const message of reading.query(filter)) {
        if (++count % 256 === 0) {
          spend();
          // What was read until then is a record of its own, which says where it ends.
          cut = isLate();
          if (cut) return;
        }
        yield message;
      }
    },
  };
  const document = inTime(batch, () =>
    recordOf(batch, {
      ...{ plant, views, log: spending, logEnd: reading.end().id, sha256 },
      isCut: () => cut,
    }),
  );
  if (document === undefined) throw notFound(`no message of the log names batch ${batch}`);
  return document;
}

/** Nobody can ask for less of a record. @throws ConcheError CONCHE_TIME_LIMIT with what helps */
function inTime<Found>(batch: string, work: () => Found): Found {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ConcheError) || error.code !== "CONCHE_TIME_LIMIT") throw error;
    throw new ConcheError(error.code, {
      message: error.message,
      hint: `conche batch record ${batch} makes it without a limit; or raise --api-time-limit`,
      cause: error,
    });
  }
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

/** `GET` the record of a batch, as JSON and as PDF, and the holds over it. */
export const recordRoutes: readonly Route[] = [record, pdf, holds];
