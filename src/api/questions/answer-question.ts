import type { Answer, Asked, Question } from "../../trace/questions/ask/question.ts";
import type { ApiContext } from "../context.ts";
import { genealogyOf } from "../routes/trace/genealogy-of.ts";
import { belowDewPoint, completeness, refinerWear, whyStopped, worstAlarms } from "./about-machines.ts";
import { nozzles, temperIndex, weights } from "./about-quality.ts";

type Process = (context: ApiContext, asked: Asked) => Answer | Promise<Answer>;

/** The questions about curves, alarms and weights; those about lots answer themselves. */
const PROCESS: Readonly<Record<number, Process>> = {
  6: temperIndex,
  17: belowDewPoint,
  18: weights,
  19: nozzles,
  20: refinerWear,
  21: worstAlarms,
  22: whyStopped,
  24: completeness,
};

/** Answers any of the questions. @throws ConcheError as what it is answered from does */
export async function answerQuestion(question: Question, context: ApiContext, asked: Asked): Promise<Answer> {
  if (question.answer !== undefined) return question.answer(genealogyOf(context), asked);
  const answer = PROCESS[question.number];
  if (answer === undefined) throw new TypeError(`nobody answers question ${question.number}`); // a test asks them all
  return answer(context, asked);
}
