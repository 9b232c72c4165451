import { Type } from "typebox";
import { ALARM_VIEW } from "../../../monitor/alarms/alarm-view.ts";
import { completenessView } from "../../../monitor/completeness/completeness-view.ts";
import { machineStateView } from "../../../monitor/machine-state/machine-state-view.ts";
import { productionView } from "../../../monitor/production/production-view.ts";
import { QUALITY_VIEW } from "../../../monitor/quality/quality-view.ts";
import { tagsView } from "../../../monitor/tags/tags-view.ts";
import { genealogyView } from "../../../trace/genealogy/genealogy-view.ts";
import { QUESTIONS } from "../../../trace/questions/ask/questions.ts";
import { PERIOD, periodOf, timeOf } from "../../period.ts";
import { badRequest, notFound } from "../../problem.ts";
import { answerQuestion } from "../../questions/answer-question.ts";
import { closed, type Route, route } from "../../route.ts";
import { AT } from "./shapes.ts";

const DAY_MS = 86_400_000;
const Question = closed({
  number: Type.Integer(),
  text: Type.String(),
  about: Type.Enum(["subject", "period", "either"], {
    description: "What it has to be asked about: something (`of`), a span of time, or either",
  }),
});

const list = route({
  method: "GET",
  path: "/api/questions",
  name: "questions",
  area: "Traceability",
  summary: "The questions that the data must answer",
  answer: closed({ questions: Type.Array(Question) }),
  list: "questions",
  changesWith: [],
  handle() {
    return {
      questions: QUESTIONS.map(({ number, text, about }) => ({ number, text, about })),
    };
  },
});

const answer = route({
  method: "GET",
  path: "/api/questions/{number}",
  name: "askQuestion",
  area: "Traceability",
  summary: "One of the questions, answered: a sentence, and the rows behind it",
  params: closed({ number: Type.Integer({ minimum: 1, maximum: 99 }) }),
  query: closed({
    of: Type.Optional(
      Type.String({ minLength: 1, maxLength: 80, description: "A lot, SSCC, case, batch, pack code" }),
    ),
    at: AT,
    ...PERIOD,
  }),
  answer: closed({
    question: Question,
    verdict: Type.String(),
    rows: Type.Array(Type.Record(Type.String(), Type.Unknown()), {
      description: "All with the same columns",
    }),
  }),
  views: [
    genealogyView,
    QUALITY_VIEW,
    ALARM_VIEW,
    completenessView,
    machineStateView,
    productionView,
    tagsView,
  ],
  changesWith: ["now"],
  async handle({ params, query }, context) {
    const found = QUESTIONS.find(({ number }) => number === params.number);
    if (found === undefined)
      throw notFound(`there is no question ${params.number}`, "GET /api/questions lists them");
    const { number, text, about } = found;
    const question = { number, text, about };
    if (about === "subject" && query.of === undefined) throw badRequest("of: what it is about", "add of=LOT");
    const period = periodOf(query, context.nowMs, 30 * DAY_MS);
    const asked = { of: query.of, atMs: timeOf("at", query.at), ...period };
    const { verdict, rows } = await answerQuestion(found, context, asked);
    return { question, verdict, rows: rows.map((row) => ({ ...row })) };
  },
});

/** `GET` of the questions that auditors ask, and of one's answer. */
export const askRoutes: readonly Route[] = [list, answer];
