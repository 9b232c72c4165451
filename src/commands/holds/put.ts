import { loadPlant } from "../../adapters/yaml/load-plant.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { suggestion } from "../../errors/nearest-name.ts";
import { holdMessage, newHoldId } from "../../monitor/holds/hold-action.ts";
import { holdOf } from "../../monitor/holds/hold-list.ts";
import { holdsView } from "../../monitor/holds/holds-view.ts";
import type { Plant } from "../../plant/plant.ts";
import { defineCommand } from "../command.ts";
import { PUBLISHING_ONLY } from "../command-options.ts";
import { ACTION_OPTIONS, ACTION_SETTINGS, personOf, sayAtDesk } from "../desk-action.ts";
import { matching } from "../option-values.ts";
import { withView } from "../with-view.ts";
import { GOODS_OPTIONS, goodsOf, reasonOf } from "./goods.ts";

const { by, desk, wait } = ACTION_OPTIONS;
const OPTIONS = {
  ...GOODS_OPTIONS,
  id: {
    argument: "ID",
    help: "the hold's id; made of time and line unless given",
    parse: matching(/^\S.{0,79}$/, "1 to 80 characters"),
  },
  ...{ by, desk, wait },
} as const;

/** `conche holds put LINE` */
export const put = defineCommand({
  name: "put",
  summary: "put lots, cases or pallets on hold, with a reason",
  description:
    "Says, as a message of a desk, that goods may not be used, moved on or shipped. Waits until the log has the message;\n" +
    "exits with 1 when it only waits in the outbox. What has a part of a lot in it: `conche recall LOT`.",
  examples: [
    [
      "conche holds put line-a --lots tunis-01.line-a.whole_milk_powder.20260111T140000 --why 'salmonella suspected' --by q.ben-ali",
      "a lot",
    ],
    [
      "conche holds put tunis-01/line-a --units 340123450000000018 --why 'dented' --by q.ben-ali",
      "a pallet, by its SSCC",
    ],
  ],
  arguments: [{ name: "line", help: "the line that says it: line-a, or <site>/<line>" }],
  settings: [...ACTION_SETTINGS, "plant"],
  only: PUBLISHING_ONLY,
  options: OPTIONS,
  async run(invocation) {
    const { arguments: words, options, config, terminal } = invocation;
    const person = { by: personOf(options.by), reason: reasonOf(options.why) };
    const place = placeOf(await loadPlant(config.plant), words.line ?? "");
    return withView(config.data, terminal, holdsView, (reading) => {
      const nowMs = Date.now();
      const holdId = options.id ?? newHoldId(place.line, nowMs);
      const body = holdMessage(holdId, goodsOf(options), person, holdOf(reading, holdId), nowMs);
      return sayAtDesk(invocation, options, place, "batch", body, { hold_id: holdId });
    });
  },
});

/** @throws ConcheError CONCHE_USAGE where the plant has no such line, or several */
function placeOf(plant: Plant, given: string) {
  const keys = plant.lines.map(({ site, definition }) => `${site.id}/${definition.id}`);
  const found = keys.filter((key) => key === given || key.endsWith(`/${given}`));
  const [site = "", line = ""] = found[0]?.split("/") ?? [];
  if (found.length === 1) return { site, line };
  throw new ConcheError("CONCHE_USAGE", {
    message:
      found.length > 1
        ? `${given} is the name of ${found.length} lines`
        : `the plant has no line ${given}${suggestion(given, keys)}`,
    hint: `give one of ${(found.length > 1 ? found : keys).slice(0, 20).join(", ")}`,
  });
}
