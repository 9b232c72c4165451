import { loadPlant } from "../adapters/yaml/load-plant.ts";
import { NO_BASE, partsOf, tagsOrNone } from "../api/epcis-parts.ts";
import { readMoment } from "../contract/moment.ts";
import { epcisDocument, epcisEvents, eventsBetween, eventsOf } from "../trace/epcis/epcis-export.ts";
import { requireGoods } from "../trace/questions/find-subject.ts";
import { requireLevel } from "../views/level.ts";
import { defineCommand } from "./command.ts";
import { withGenealogy } from "./with-genealogy.ts";

const moment = (text: string) => readMoment(text);
const OPTIONS = {
  from: { argument: "TIME", help: "without a subject: from this time on", parse: moment },
  to: { argument: "TIME", help: "without a subject: before this time (default: now)", parse: moment },
  at: { argument: "TIME", help: "the time printed beside a pack code", parse: moment },
  base: { argument: "URL", help: `where identifiers of your own live (default: ${NO_BASE})` },
} as const;

/** `conche epcis` */
export const epcis = defineCommand({
  name: "epcis",
  summary: "events as an EPCIS 2.0 document: of a lot, pallet or batch, or of a span of time",
  description:
    "JSON-LD as GS1 has it: transformations, aggregations, objects, with what conches and temperers measured. Event ids are\n" +
    "CBV hash ids, so that an export twice has the same events. SSCCs and GTINs become GS1 Digital Link URIs, everything\n" +
    "else a URI below --base.",
  examples: [
    ["conche epcis 061912340000012345 > pallet.jsonld", "everything about a pallet"],
    ["conche epcis --from 2026-01-11 --to 2026-01-12 --base https://id.example.com", "a day"],
  ],
  arguments: [{ name: "subject", help: "a lot, SSCC, case, batch or pack code", optional: true }],
  settings: ["data", "plant"],
  options: OPTIONS,
  async run({ arguments: words, options, config, terminal }) {
    const plant = await loadPlant(config.plant);
    return withGenealogy(config.data, terminal, (genealogy, { behind, views }) => {
      const tags = tagsOrNone(views);
      // Event ids are hashes over all that an event says: with what was measured still to come, they would be others.
      const position = genealogy.reading.position();
      requireLevel(behind + Math.max(0, position - (tags?.position() ?? position)));
      const nowMs = Date.now();
      const { from = 0, to = nowMs, at, base = NO_BASE } = options;
      const events =
        words.subject === undefined
          ? eventsBetween(genealogy, from, to)
          : eventsOf(genealogy, requireGoods(genealogy, words.subject, at));
      const parts = partsOf(plant, base, tags);
      terminal.out.write(`${JSON.stringify(epcisDocument(epcisEvents(events, parts), nowMs), null, 2)}\n`);
      return 0;
    });
  },
});
