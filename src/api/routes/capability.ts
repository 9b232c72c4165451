import { Type } from "typebox";
import type { Estimate } from "../../monitor/quality/capability.ts";
import type { ContentCheck } from "../../monitor/quality/net-content.ts";
import { capability, netContent } from "../../monitor/quality/quality-questions.ts";
import { QUALITY_VIEW } from "../../monitor/quality/quality-view.ts";
import { isoTime } from "../../time/iso-time.ts";
import { Time } from "../period.ts";
import { closed, type Route, route } from "../route.ts";
import { orNull } from "../schemas.ts";
import { ABOUT, CHARACTERISTIC, CHARACTERISTIC_PATH, known, questionOf, requireExamined } from "./quality.ts";

const DAY_MS = 86_400_000;
const Text = Type.String();
const Num = Type.Number();
const Index = orNull(
  closed({ value: Num, low: Num, high: Num }, "With its interval at 95 %; null where not given"),
);

const capabilityRoute = route({
  method: "GET",
  path: `${CHARACTERISTIC_PATH}/capability`,
  name: "capability",
  area: "Quality",
  summary: "Cp, Cpk, Pp and Ppk with n and interval; not given where the process is not stable",
  description: "The last 30 days unless a period or a batch is given.",
  params: CHARACTERISTIC,
  query: closed(ABOUT),
  answer: closed({
    ...{ machine: Text, characteristic: Text, product: orNull(Text), unit: orNull(Text) },
    ...{ lower: orNull(Num), upper: orNull(Num) },
    specification_from: orNull(Type.Enum(["plant", "results", "net_content"])),
    why_none: orNull(Type.Enum(["no_specification", "too_few", "not_stable", "no_chart"])),
    n: Type.Integer({ description: "Values of the period; said with the mean where no index is given, too" }),
    ...{ samples: Type.Integer(), mean: orNull(Num) },
    sigma_within: orNull(Num),
    sigma_overall: orNull(Num),
    ...{ cp: Index, cpk: Index, pp: Index, ppk: Index },
    signals: Type.Integer({
      description: "Of the control chart over the period: what stability is judged by",
    }),
    points: Type.Integer(),
    first_signal_at: orNull(Time),
    doubtful: Type.Integer({ description: "Numbers left out because their quality is not good" }),
    correlation: Type.Number({ description: "Above 0.25 Cp and Cpk flatter" }),
  }),
  views: [QUALITY_VIEW],
  changesWith: ["now", "views"],
  handle({ params, query }, context) {
    const question = questionOf(params, query, context, 30 * DAY_MS);
    const found = known(
      capability(context.views.reading(QUALITY_VIEW), context.plant, question),
      context,
      question,
    );
    const { capability: given } = found;
    return {
      ...{
        machine: found.machine,
        characteristic: found.characteristic,
        product: found.product,
        unit: found.unit,
      },
      ...{ lower: found.specification.lower, upper: found.specification.upper },
      ...{ specification_from: found.specificationFrom, why_none: found.why },
      ...{ n: found.n, samples: found.samples, mean: found.mean },
      ...{ sigma_within: given?.sigmaWithin ?? null, sigma_overall: given?.sigmaOverall ?? null },
      ...{ cp: index(given?.cp), cpk: index(given?.cpk), pp: index(given?.pp), ppk: index(given?.ppk) },
      ...{ signals: found.signals, points: found.points, doubtful: found.doubtful },
      first_signal_at: found.firstSignalMs === null ? null : isoTime(found.firstSignalMs),
      correlation: found.correlation,
    };
  },
});

function index(estimate: Estimate | null | undefined) {
  return estimate == null ? null : { value: estimate.value, low: estimate.low, high: estimate.high };
}

const Check = closed({
  rule: Type.Enum(["mean", "below_t1", "below_t2", "reference_mean", "reference_contents"]),
  ...{ found: Num, limit: Num, passed: Type.Boolean() },
});

const netContentRoute = route({
  method: "GET",
  path: `${CHARACTERISTIC_PATH}/net-content`,
  name: "netContent",
  area: "Quality",
  summary: "Net content by batch (76/211/EEC): mean, T1, T2, the packer's rules, the reference test",
  description:
    "Empty where the plant file doesn't say that the characteristic is the pack's net content. The last 30 days unless a period is given.",
  params: CHARACTERISTIC,
  query: closed(ABOUT),
  answer: closed({
    batches: Type.Array(
      closed({
        ...{ batch_id: orNull(Text), product: orNull(Text), from: Time, to: Time },
        ...{ nominal_g: Num, tolerable_g: Num, t1_g: Num, t2_g: Num },
        ...{
          n: Type.Integer(),
          mean_g: Num,
          deviation_g: Num,
          below_t1: Type.Integer(),
          below_t2: Type.Integer(),
        },
        rejected: Type.Integer({
          description: "Weighed, and rejected by the gate after the scale: not in the figures",
        }),
        weighed_below_t1: Type.Integer({ description: "Before the gate" }),
        weighed_below_t2: Type.Integer({ description: "Before the gate" }),
        lawful: Type.Boolean({ description: "Whether the packer's three rules hold" }),
        checks: Type.Array(Check),
        reference: orNull(Type.Array(Check, { description: "Null with too few packs weighed" })),
      }),
    ),
  }),
  list: "batches",
  views: [QUALITY_VIEW],
  changesWith: ["now", "views"],
  handle({ params, query }, context) {
    const question = questionOf(params, query, context, 30 * DAY_MS);
    requireExamined(question, context);
    const found = netContent(context.views.reading(QUALITY_VIEW), context.plant, question);
    return {
      batches: found.map(
        ({ batchId, product, fromMs, toMs, limits, weights, checks, reference, ...more }) => ({
          ...{ batch_id: batchId, product, from: isoTime(fromMs), to: isoTime(toMs) },
          ...{
            nominal_g: limits.nominalG,
            tolerable_g: limits.tolerableG,
            t1_g: limits.t1G,
            t2_g: limits.t2G,
          },
          ...{ n: weights.n, mean_g: weights.meanG, deviation_g: weights.deviationG },
          ...{ below_t1: weights.belowT1, below_t2: weights.belowT2 },
          rejected: more.rejected,
          ...{ weighed_below_t1: more.weighed.belowT1, weighed_below_t2: more.weighed.belowT2 },
          lawful: checks.every(({ passed }) => passed),
          checks: checks.map(shownCheck),
          reference: reference === null ? null : reference.checks.map(shownCheck),
        }),
      ),
    };
  },
});

function shownCheck({ rule, found, limit, passed }: ContentCheck) {
  return { rule, found, limit, passed };
}

/** `GET` of a characteristic's capability, and of the net content of packs. */
export const capabilityRoutes: readonly Route[] = [capabilityRoute, netContentRoute];
