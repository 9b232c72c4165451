import { Type } from "typebox";
import { machineStateView } from "../../monitor/machine-state/machine-state-view.ts";
import { lineEnergy } from "../../monitor/production/energy.ts";
import { GROUPINGS } from "../../monitor/production/production-report.ts";
import { productionView } from "../../monitor/production/production-view.ts";
import { tagsView } from "../../monitor/tags/tags-view.ts";
import { chosenMachines } from "../../plant/chosen-machines.ts";
import { isoTime } from "../../time/iso-time.ts";
import { PERIOD, periodOf, Time } from "../period.ts";
import { notFound } from "../problem.ts";
import { closed, type Route, route } from "../route.ts";
import { LEVELS, orNull } from "../schemas.ts";
import { watchOf } from "../watch.ts";

const DAY_MS = 86_400_000;

const energy = route({
  method: "GET",
  path: "/api/energy",
  name: "energy",
  area: "Production",
  summary:
    "Energy of lines, and per tonne of good product, for the whole span and by shift, product or batch",
  description:
    "From the tags in kW. A product's or a batch's energy is what each machine used while it worked on it; its tonnes are those that left in the span. A day where no time is given, 31 days at most.",
  query: closed({
    site: LEVELS.site,
    line: LEVELS.line,
    ...PERIOD,
    by: Type.Optional(
      Type.Enum(GROUPINGS, { default: "product", description: "How it is grouped; by product unless given" }),
    ),
  }),
  answer: closed({
    energy: Type.Array(
      closed({
        line: Type.String({ description: "`<site>/<line>`" }),
        group: orNull(Type.String({ description: "The shift, product or batch; null for the whole span" })),
        from: Time,
        to: Time,
        kwh: orNull(
          Type.Number({
            description: "Of all machines that measure their power; null where nothing was measured",
          }),
        ),
        kwh_per_tonne: orNull(
          Type.Number({ description: "Null where nothing left the line, or nothing was measured" }),
        ),
        good_kg: orNull(
          Type.Number({ description: "Good product that left the line; null where pieces have no weight" }),
        ),
        coverage: orNull(Type.Number({ description: "How much of the time power was measured, 0 to 1" })),
        machines: Type.Array(closed({ machine: Type.String(), kwh: orNull(Type.Number()) })),
      }),
      { description: "For each line first the whole, then its groups" },
    ),
  }),
  list: "energy",
  views: [machineStateView, productionView, tagsView],
  changesWith: ["now"],
  handle({ query }, context) {
    const { plant, nowMs, views } = context;
    const period = periodOf(query, nowMs, DAY_MS, 31 * DAY_MS);
    const fits = chosenMachines({ site: query.site, line: query.line });
    const lines = plant.lines.filter(({ machines }) => machines.some(({ key }) => fits(key)));
    if (lines.length === 0) throw notFound("the plant has no such line", "GET /api/plant has its lines");
    const source = {
      states: views.reading(machineStateView),
      production: views.reading(productionView),
      tags: views.reading(tagsView),
      ...watchOf(context),
    };
    return {
      energy: lines.flatMap((line) => {
        context.spend();
        return lineEnergy(source, plant, line, period, query.by ?? "product").map((figures) => ({
          line: `${line.site.id}/${line.definition.id}`,
          group: figures.name,
          from: isoTime(figures.fromMs),
          to: isoTime(figures.toMs),
          kwh: figures.kwh,
          kwh_per_tonne: figures.kwhPerTonne,
          good_kg: figures.goodKg,
          coverage: figures.coverage,
          machines: figures.machines.map((each) => ({ ...each })),
        }));
      }),
    };
  },
});

/** `GET /api/energy`. */
export const energyRoutes: readonly Route[] = [energy];
