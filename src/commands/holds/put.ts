import type { ViewsReader } from "../../adapters/sqlite/views/views-reader.ts";
import { sanitizeLine } from "../../adapters/terminal/sanitize.ts";
import type { Terminal } from "../../adapters/terminal/terminal.ts";
import { loadPlant } from "../../adapters/yaml/load-plant.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { suggestion } from "../../errors/nearest-name.ts";
import { type Goods, holdMessage, newHoldId } from "../../monitor/holds/hold-action.ts";
import { holdOf } from "../../monitor/holds/hold-list.ts";
import { holdsView } from "../../monitor/holds/holds-view.ts";
import type { Plant } from "../../plant/plant.ts";
import { genealogyView } from "../../trace/genealogy/genealogy-view.ts";
import { goodsUnheardOf } from "../../trace/questions/goods-unheard-of.ts";
import { defineCommand } from "../command.ts";
import { PUBLISHING_ONLY } from "../command-options.ts";
import { ACTION_OPTIONS, ACTION_SETTINGS, personOf, sayAtDesk } from "../desk-action.ts";
import { matching } from "../option-values.ts";
import { withView } from "../with-view.ts";
import { GOODS_OPTIONS, goodsOf, reasonOf } from "./goods.ts";

const SHOWN = 5;
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
    return withView(config.data, terminal, holdsView, (reading, { views }) => {
      const nowMs = Date.now();
      const holdId = options.id ?? newHoldId(place.line, nowMs);
      const body = holdMessage(holdId, goodsOf(options), person, holdOf(reading, holdId), nowMs);
      sayUnheardOf(views, body, terminal);
      return sayAtDesk(invocation, options, place, "batch", body, { hold_id: holdId });
    });
  },
});

/**
 * A hold may come before the goods: a supplier's warning of what isn't delivered yet. Mistyped goods look the same, so it
 * is said; where the genealogy can't tell, the hold goes out without.
 */
function sayUnheardOf(views: ViewsReader, goods: Goods, terminal: Pick<Terminal, "err">): void {
  let unheard: readonly string[];
  try {
    unheard = goodsUnheardOf(views.reading(genealogyView), goods);
  } catch (error) {
    if (error instanceof ConcheError && error.code === "CONCHE_VIEW_NOT_READY") return;
    throw error;
  }
  if (unheard.length === 0) return;
  const shown = unheard.slice(0, SHOWN).join(", ");
  const more = unheard.length > SHOWN ? ` and ${unheard.length - SHOWN} more` : "";
  terminal.err.write(
    `conche: no machine has spoken of ${sanitizeLine(shown)}${more}: on hold from when they come; if they are mistyped, the goods that you mean are not on hold\n`,
  );
}

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
