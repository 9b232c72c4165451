import { type Static, Type } from "typebox";
import { STOP_CATEGORIES } from "../../contract/schemas/state-v2.ts";
import { machineStateView } from "../../monitor/machine-state/machine-state-view.ts";
import { IMPLAUSIBLE_FIGURES, whyImplausible } from "../../monitor/production/oee.ts";
import { type PlantProduction, plantProduction } from "../../monitor/production/plant-production.ts";
import {
  GROUPINGS,
  type Grouping,
  type ProductionFigures,
  type ProductionReport,
} from "../../monitor/production/production-report.ts";
import { productionView } from "../../monitor/production/production-view.ts";
import { type ChosenLevels, chosenMeant } from "../../plant/chosen-machines.ts";
import type { Plant } from "../../plant/plant.ts";
import { isoTime } from "../../time/iso-time.ts";
import type { ApiContext } from "../context.ts";
import { PERIOD, type Period, periodOf, Time } from "../period.ts";
import { notFound } from "../problem.ts";
import { closed, type Route, route } from "../route.ts";
import { LEVELS, orNull } from "../schemas.ts";
import { watchOf } from "../watch.ts";

const DAY_MS = 86_400_000;
/** The longest span that OEE and stops are worked out for, ms. */
export const LONGEST_PRODUCTION_MS = 93 * DAY_MS;

const ms = (description: string) => Type.Number({ description: `${description}, milliseconds` });
const ratio = (description: string) => orNull(Type.Number({ description: `${description}; 1 is 100 %` }));
const quantity = (description: string) => Type.Number({ description });
const Category = Type.Enum([...STOP_CATEGORIES, "unexplained"]);

const Losses = closed(
  {
    stops: Type.Array(closed({ category: Category, code: orNull(Type.String()), lost_ms: ms("Lost") }), {
      description: "By category and code, the longest first",
    }),
    not_counted_ms: ms("Ran, and no reading of the counters covers it yet"),
    speed_ms: ms("Ran slower than rated; negative: faster, the rated speed is too low"),
    rejected_ms: ms("Spent on what was rejected"),
    good_ms: ms("What good product takes at rated speed"),
  },
  "Where the planned busy time went: sums to planned_busy_ms exactly",
);

const Figures = closed({
  of: Type.String({ description: "A machine key, or `<site>/<line>`" }),
  measured_at: Type.String({
    description: "Whose stops and speed it is: the machine, or the line's constraint",
  }),
  quality_at: Type.String({ description: "Whose good quantity it is: the machine, or the line's last one" }),
  group: orNull(Type.String({ description: "The shift, product or batch; null for the whole span" })),
  from: Time,
  to: Time,
  oee: ratio(
    "Overall equipment effectiveness index (ISO 22400-2): availability x effectiveness x quality ratio",
  ),
  availability: ratio("APT / PBT"),
  effectiveness: ratio("PRI x PQ / APT, over counted time"),
  quality_ratio: ratio("GQ / PQ"),
  implausible: orNull(
    Type.Enum([...IMPLAUSIBLE_FIGURES], {
      description:
        "`faster_than_rated`: effectiveness above 101 %, so the rated speed in the plant file is too low or a clock runs wrong; null: nothing speaks against the figures",
    }),
  ),
  planned_operation_ms: ms("Shifts without planned breaks (POT)"),
  not_busy_ms: ms("Of it: no order, or a break"),
  unknown_ms: ms("Of it: nobody knows what the machine did; in no ratio"),
  planned_busy_ms: ms("Planned busy time (PBT): what is left"),
  actual_production_ms: ms("Actual production time (APT)"),
  counted_production_ms: ms("Of it: covered by readings of the counters"),
  produced: quantity("Produced quantity (PQ), good and bad"),
  unit: orNull(Type.String()),
  good: quantity("Good quantity (GQ), at quality_at"),
  inspected: quantity("The produced quantity that `good` is a part of, at quality_at"),
  good_unit: orNull(Type.String()),
  known_share: ratio("Coverage: how much of the planned time is known"),
  counted_share: ratio("Coverage: how much of the running time is counted"),
  losses: Losses,
});

const QUERY = { site: LEVELS.site, line: LEVELS.line, machine: LEVELS.machine, ...PERIOD };

const oee = route({
  method: "GET",
  path: "/api/oee",
  name: "oee",
  area: "Production",
  summary:
    "OEE with its losses, of lines or of one machine, for the whole span and by shift, product or batch",
  description:
    "Names and formulas of ISO 22400-2. A line is measured at its constraint, with the quality at its end; a machine against its own rated speed (docs/decisions/oee-reference.md). Lines without a rated machine are listed under `not_rated`. A day where no time is given, 93 days at most.",
  query: closed({
    ...QUERY,
    by: Type.Optional(Type.Enum(GROUPINGS, { default: "shift", description: "How it is grouped" })),
  }),
  answer: closed({
    figures: Type.Array(Figures, { description: "First the whole, then its groups" }),
    not_rated: Type.Array(Type.String(), {
      description: "Lines for which the plant file gives no rated speed",
    }),
  }),
  list: "figures",
  views: [machineStateView, productionView],
  changesWith: ["now"],
  handle({ query }, context) {
    return shownFiguresOf(reportsFor(query, periodFor(query, context), query.by ?? "shift", context));
  },
});

const stops = route({
  method: "GET",
  path: "/api/stops",
  name: "stops",
  area: "Production",
  summary:
    "Why lines or one machine stood: by reason, the longest first, each followed to the machine that caused it",
  description:
    "A line's stops are its constraint's. `cumulative` is the line of a Pareto chart. The causes of a reason sum to its lost time.",
  query: closed(QUERY),
  answer: closed({
    stops: Type.Array(
      closed({
        of: Type.String({ description: "A machine key, or `<site>/<line>`" }),
        measured_at: Type.String(),
        category: Category,
        code: orNull(Type.String()),
        message: orNull(Type.String()),
        count: Type.Integer(),
        lost_ms: ms("Lost in sum"),
        longest_ms: ms("The longest one"),
        share: Type.Number({ description: "Of all time that it stood, 0 to 1" }),
        cumulative: Type.Number({ description: "Share of this reason and all longer ones" }),
        causes: Type.Array(
          closed({
            chain: Type.Array(Type.String(), {
              description: "Machine keys, from the one that starves or blocks it to the root; empty: its own",
            }),
            root_state: Type.String({
              description: "What the root did; Execute: it ran, only not enough or not yet",
            }),
            root_category: orNull(Type.String()),
            root_code: orNull(Type.String()),
            root_message: orNull(Type.String()),
            inferred: Type.Boolean({
              description: "A link was named by no machine: it is the neighbour that stood",
            }),
            lost_ms: ms("Of the lost time"),
          }),
        ),
      }),
    ),
    totals: Type.Array(
      closed({
        of: Type.String(),
        stops: Type.Integer(),
        lost_ms: ms("Lost in sum"),
        minor_stops: Type.Integer({ description: "Called so, or without a reason and under five minutes" }),
        minor_stop_ms: ms("Lost in minor stops"),
        known_share: orNull(
          Type.Number({
            description: "Of the planned time, 0 to 1: stops of the rest are not known; null: none",
          }),
        ),
      }),
    ),
    not_rated: Type.Array(Type.String(), {
      description: "Lines for which the plant file gives no rated speed",
    }),
  }),
  list: "stops",
  views: [machineStateView, productionView],
  changesWith: ["now"],
  handle({ query }, context) {
    return shownStopsOf(reportsFor(query, periodFor(query, context), "shift", context));
  },
});

/** Figures and stops as the two answers together show them. */
export function shownProduction(found: PlantProduction) {
  return { ...shownFiguresOf(found), ...shownStopsOf(found) };
}

function shownFiguresOf({ reports, notRated }: PlantProduction) {
  return {
    figures: reports.flatMap((report) =>
      [report.whole, ...report.groups].map((figures) => shownFigures(report, figures)),
    ),
    not_rated: [...notRated],
  };
}

function shownStopsOf({ reports, notRated }: PlantProduction) {
  return {
    stops: reports.flatMap(shownStops),
    totals: reports.map(({ of, pareto, whole }) => ({
      of,
      stops: pareto.stops,
      lost_ms: pareto.lostMs,
      minor_stops: pareto.minorStops,
      minor_stop_ms: pareto.minorStopMs,
      known_share: whole.coverage.states,
    })),
    not_rated: [...notRated],
  };
}

function periodFor(query: { readonly from?: string; readonly to?: string }, { nowMs }: ApiContext): Period {
  return periodOf(query, nowMs, DAY_MS, LONGEST_PRODUCTION_MS);
}

/** @throws ConcheError CONCHE_NOT_FOUND where nothing fits */
function reportsFor(
  query: ChosenLevels,
  period: Period,
  grouping: Grouping,
  context: ApiContext,
): PlantProduction {
  const { plant, views } = context;
  const source = {
    states: views.reading(machineStateView),
    production: views.reading(productionView),
    ...watchOf(context),
  };
  const found = plantProduction(source, plant, query, period, grouping, context.spend);
  if (found.reports.length === 0 && found.notRated.length === 0) throw unknownLine(query, plant);
  return found;
}

function unknownLine({ site, line, machine }: ChosenLevels, plant: Plant) {
  const asked = Object.entries({ site, line, machine }).flatMap(([level, id]) =>
    id === undefined ? [] : `${level} ${id}`,
  );
  const lines = plant.lines.map((known) => `${known.site.id}/${known.definition.id}`).join(", ");
  return notFound(
    `the plant has no ${asked.join(", ") || "line"}${chosenMeant({ site, line, machine }, plant)}`,
    `its lines are ${lines}; GET /api/plant has its machines`,
  );
}

function shownFigures(report: ProductionReport, group: ProductionFigures): Static<typeof Figures> {
  const { elements, figures, losses, coverage } = group;
  return {
    of: report.of,
    measured_at: report.measuredAt,
    quality_at: report.qualityAt,
    group: group.name,
    from: isoTime(group.fromMs),
    to: isoTime(group.toMs),
    oee: figures.oee,
    availability: figures.availability,
    effectiveness: figures.effectiveness,
    quality_ratio: figures.qualityRatio,
    implausible: whyImplausible(figures),
    planned_operation_ms: elements.plannedOperationMs,
    not_busy_ms: elements.notBusyMs,
    unknown_ms: elements.unknownMs,
    planned_busy_ms: elements.plannedBusyMs,
    actual_production_ms: elements.actualProductionMs,
    counted_production_ms: elements.countedProductionMs,
    produced: elements.producedQuantity,
    unit: elements.unit,
    good: elements.goodQuantity,
    inspected: elements.inspectedQuantity,
    good_unit: elements.goodUnit,
    known_share: coverage.states,
    counted_share: coverage.counts,
    losses: {
      stops: losses.stops.map(({ category, code, lostMs }) => ({ category, code, lost_ms: lostMs })),
      not_counted_ms: losses.notCountedMs,
      speed_ms: losses.speedMs,
      rejected_ms: losses.rejectedMs,
      good_ms: losses.goodMs,
    },
  };
}

function shownStops({ of, measuredAt, pareto }: ProductionReport) {
  return pareto.groups.map(({ category, code, message, count, share, cumulative, ...group }) => ({
    ...{ of, measured_at: measuredAt, category, code, message, count, share, cumulative },
    lost_ms: group.lostMs,
    longest_ms: group.longestMs,
    causes: group.causes.map(({ chain, root, inferred, lostMs }) => ({
      chain: [...chain],
      root_state: root.state,
      root_category: root.category,
      root_code: root.code,
      root_message: root.message,
      inferred,
      lost_ms: lostMs,
    })),
  }));
}

/** `GET /api/oee` and `GET /api/stops`. */
export const productionRoutes: readonly Route[] = [oee, stops];
