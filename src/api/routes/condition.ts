import { Type } from "typebox";
import { COMPARE_MS, machineCondition } from "../../monitor/condition/machine-condition.ts";
import { runningTime } from "../../monitor/condition/running-time.ts";
import { machineStateView } from "../../monitor/machine-state/machine-state-view.ts";
import { allCurrentValues } from "../../monitor/tags/current-values.ts";
import { tagsView } from "../../monitor/tags/tags-view.ts";
import { chosenMachines } from "../../plant/chosen-machines.ts";
import { tagWords } from "../../plant/tag-words.ts";
import { isoTime } from "../../time/iso-time.ts";
import { PERIOD, periodOf, Time } from "../period.ts";
import { closed, type Route, route } from "../route.ts";
import { LEVELS } from "../schemas.ts";
import { tagModel } from "../tag-model.ts";
import { watchOf } from "../watch.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const condition = route({
  method: "GET",
  path: "/api/condition",
  name: "condition",
  area: "Condition",
  summary:
    "Sensors that drift, stick, are noisy or out of range, and wear with the day on which it reaches its limit",
  description:
    "Looks at a span of time (a day where none is given, 7 d at most) beside the time before it, of which the process's own ways are learnt. Every finding has the figures that show it and how sure it is. `coverage` and `compared` say how much of both times was measured: nothing found may be nothing seen.",
  query: closed({
    ...LEVELS,
    ...PERIOD,
    compare_h: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 336,
        default: COMPARE_MS / HOUR_MS,
        description: "Hours to compare with",
      }),
    ),
  }),
  answer: closed({
    from: Time,
    to: Time,
    findings: Type.Array(
      closed({
        machine: Type.String(),
        tag: Type.String(),
        kind: Type.Enum(["stuck", "noisy", "drift", "out_of_range", "no_value", "wear"]),
        says: Type.String({ description: "One sentence, after the tag's label; every value with its unit" }),
        from: Time,
        to: Time,
        sure: Type.Number({ minimum: 0, maximum: 1, description: "How sure, 0 to 1" }),
        evidence: Type.Record(
          Type.String(),
          Type.Union([Type.Number(), Type.String(), Type.Boolean(), Type.Null()]),
          { description: "The figures that show it" },
        ),
      }),
      { description: "Surest first" },
    ),
    looked_at: Type.Array(
      closed({
        machine: Type.String(),
        tags: Type.Integer(),
        coverage: Type.Number({ description: "Share of the span's minutes with values" }),
        compared: Type.Number({ description: "The same of the time of comparison" }),
      }),
    ),
  }),
  list: "findings",
  views: [tagsView, machineStateView],
  changesWith: ["now"],
  handle({ query }, context) {
    const { compare_h, from, to, ...levels } = query;
    const span = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    // The present, as everybody asks for it, is looked at once in a minute.
    const { conditions } = context;
    const kept = from === undefined && to === undefined && compare_h === undefined ? conditions : undefined;
    const nowMs = kept?.endMs(context.nowMs) ?? context.nowMs;
    const { fromMs, toMs } = periodOf(span, nowMs, DAY_MS, 7 * DAY_MS);
    const isChosen = chosenMachines(levels);
    const reading = context.views.reading(tagsView);
    const states = context.views.reading(machineStateView);
    const { nowMs: heardMs, silentAfterMs } = watchOf(context);
    const compareMs = compare_h === undefined ? COMPARE_MS : compare_h * HOUR_MS;
    const looked = [...allCurrentValues(reading)]
      .filter(({ machine }) => isChosen(machine))
      .map(({ machine }) => {
        context.spend();
        const limitsFor = (tag: string, product: string | undefined) =>
          tagModel(context.plant, machine, tag, product).limits;
        const watch = { nowMs: heardMs, silentAfterMs: silentAfterMs(machine) };
        const look = () =>
          machineCondition(reading, {
            ...{ machine, fromMs, toMs, compareMs, limitsFor },
            wordsOf: (tag) => tagWords(tag, tagModel(context.plant, machine, tag, undefined)),
            runsAt: runningTime(states, machine, { fromMs: fromMs - compareMs, toMs }, watch),
          });
        return { machine, ...(kept?.of(machine, toMs, look) ?? look()) };
      });
    return {
      from: isoTime(fromMs),
      to: isoTime(toMs),
      findings: looked
        .flatMap(({ findings }) => findings)
        .sort((a, b) => b.sure - a.sure)
        .map((found) => ({
          ...{ machine: found.machine, tag: found.tag, kind: found.kind, says: found.says },
          ...{ from: isoTime(found.fromMs), to: isoTime(found.toMs), sure: found.sure },
          evidence: { ...found.evidence },
        })),
      looked_at: looked.map(({ machine, tags, coverage, compared }) => ({
        machine,
        tags,
        coverage,
        compared,
      })),
    };
  },
});

/** `GET /api/condition`. */
export const conditionRoutes: readonly Route[] = [condition];
