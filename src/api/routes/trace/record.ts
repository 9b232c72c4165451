import { createHash } from "node:crypto";
import { Type } from "typebox";
import { completenessView } from "../../../monitor/completeness/completeness-view.ts";
import { genealogyView } from "../../../trace/genealogy/genealogy-view.ts";
import { recordOf } from "../../batch-record.ts";
import { notFound } from "../../problem.ts";
import { closed, type Route, route } from "../../route.ts";

const record = route({
  method: "GET",
  path: "/api/batches/{batch}/record",
  name: "batchRecord",
  area: "Traceability",
  summary: "The electronic record of a batch, sealed by a hash chain over its messages",
  description:
    "Exceptions first, then procedure, ingredients, curves with the share of the time measured, alarms, results, what people did, completeness. Reads every message that names the batch. As HTML: conche batch record.",
  params: closed({ batch: Type.String({ minLength: 1, maxLength: 64 }) }),
  answer: closed({
    document: Type.Unknown({ description: "The record, as conche batch record --format json writes it" }),
  }),
  media: "application/json",
  views: [genealogyView, completenessView],
  changesWith: ["log", "views"],
  handle({ params: { batch } }, { plant, views, log, spend }) {
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
    return { document };
  },
});

/** `GET /api/batches/{batch}/record`. */
export const recordRoutes: readonly Route[] = [record];
