import type { Answer, Asked, Question } from "../../trace/questions/ask/question.ts";
import { shipped } from "../../trace/questions/due-diligence.ts";
import { requireSubject } from "../../trace/questions/find-subject.ts";
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

/**
 * Answers any of the questions.
 * @throws ConcheError CONCHE_NOT_FOUND where it is about what nobody has heard of; as what it is answered from does
 */
export async function answerQuestion(question: Question, context: ApiContext, asked: Asked): Promise<Answer> {
  if (asked.of !== undefined) requireHeardOf(asked.of, context, asked.atMs);
  if (question.answer !== undefined) return question.answer(genealogyOf(context), asked);
  const answer = PROCESS[question.number];
  if (answer === undefined) throw new TypeError(`nobody answers question ${question.number}`); // a test asks them all
  return answer(context, asked);
}

/** A batch may have results without any event that says what it is made of: the log then knows it. */
function requireHeardOf(of: string, context: ApiContext, atMs: number | undefined): void {
  const genealogy = genealogyOf(context);
  if (shipped(genealogy, of) !== undefined) return;
  for (const _ of context.log().query({ batchId: of, limit: 1 })) return;
  requireSubject(genealogy, of, atMs);
}
