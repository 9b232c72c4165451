import type { BatchEvent } from "../../../contract/schemas/batch-v2.ts";
import type { Genealogy } from "../genealogy.ts";
import {
  balances,
  boundaries,
  cocoaOf,
  filmOf,
  packsAndSisters,
  recalled,
  reworkWithMilk,
} from "./about-lots.ts";
import {
  calibrations,
  changes,
  conching,
  energyPerTonne,
  milkAfterChangeover,
  rejectBins,
  rejectsAsRework,
  shippedOnHold,
  sinceLastGoodTest,
  uncleanedChangeovers,
} from "./about-safety.ts";
import type { Answer, Asked, Question } from "./question.ts";

/** @param told the events that say it: where none came in the time that is asked for, "none" is no evidence */
const q = (
  number: number,
  text: string,
  about: Question["about"],
  answer: NonNullable<Question["answer"]>,
  ...told: readonly BatchEvent[]
): Question => ({
  number,
  text,
  about,
  answer: (genealogy, asked) => saidBy(told, genealogy, asked, answer(genealogy, asked)),
});

function saidBy(told: readonly BatchEvent[], genealogy: Genealogy, span: Asked, answer: Answer): Answer {
  const isTold = told.some((name) => {
    for (const _ of genealogy.events(name, span)) return true;
    return false;
  });
  if (told.length === 0 || isTold) return answer;
  const names = told.join(" or ");
  return {
    ...answer,
    verdict: `${answer.verdict} Nobody reported ${names} in this time, so that it can't be said.`,
  };
}

/** About curves, alarms and weights: answered from other views, by src/api/questions. */
const process = (number: number, text: string, about: Question["about"] = "period"): Question => ({
  number,
  text,
  about,
});

/** The questions that the data must answer: those about lots are answered here. */
export const QUESTIONS: readonly Question[] = [
  q(1, "Pack code and time: which ingredient lots, which sister pallets?", "subject", packsAndSisters),
  q(2, "Which pallets have a part of this lot, rework included?", "subject", recalled),
  q(
    3,
    "Which lots without milk followed milk without a verified clean?",
    "either",
    uncleanedChangeovers,
    "TRANSFORMED",
  ),
  q(
    4,
    "How much milk is predicted and measured after a changeover?",
    "period",
    milkAfterChangeover,
    "CLEANED",
  ),
  q(
    5,
    "Which lots declared free of milk have milk-bearing rework?",
    "period",
    reworkWithMilk,
    "REWORK_CREATED",
  ),
  process(6, "Was the temper index in specification for the whole lot, with what coverage?", "subject"),
  q(
    7,
    "What was packed since the last good detector test, and is all of it on hold?",
    "period",
    sinceLastGoodTest,
    "DETECTOR_TEST",
  ),
  q(8, "Do reject bins hold what was rejected?", "period", rejectBins, "REJECTS_COUNTED"),
  q(9, "Did rejected bars come back as rework?", "period", rejectsAsRework, "REWORK_CREATED"),
  q(10, "Does the mass of every lot balance within 1 %?", "period", balances, "TRANSFORMED"),
  q(
    11,
    "Which packs crossed a lot boundary, and where are the mixing zones?",
    "period",
    boundaries,
    "AGGREGATED",
  ),
  q(12, "Was anything shipped while on hold?", "period", shippedOnHold, "SHIPPED"),
  q(
    13,
    "Who changed which limit or recipe, when, why?",
    "period",
    changes,
    "LIMIT_CHANGED",
    "RECIPE_CHANGED",
  ),
  q(14, "What are the due diligence references of the cocoa in this, and what has none?", "subject", cocoaOf),
  q(15, "Is the right film, with the right allergen label, on this lot?", "subject", filmOf),
  q(16, "Did conching keep its time, temperature and moisture?", "either", conching, "PHASE"),
  process(17, "Which packs left the tunnel below dew point + 2 K?"),
  process(18, "What do packs weigh by the hour, how many below T1 and T2?"),
  process(19, "Which nozzle drifts?"),
  process(20, "How does D90 drift, when must the rolls be reground?"),
  process(21, "Which alarms are the worst, were there floods, what stood unacknowledged?"),
  process(22, "Why did machines stop, starved or blocked by whom?"),
  q(23, "Which instruments were bad or past their calibration?", "period", calibrations, "CALIBRATED"),
  process(24, "What is missing, late or twice: is this record complete?"),
  q(25, "How big is the recall if this lot fails?", "subject", recalled),
  q(26, "How many kWh does a tonne take?", "period", energyPerTonne, "TRANSFORMED"),
];
