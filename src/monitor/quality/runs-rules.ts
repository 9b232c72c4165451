import type { RULE_SET_NAMES } from "../../plant/schema/quality.ts";

/**
 * Rules by which a control chart gives a signal, on values in standard deviations from the centre line. Western
 * Electric: Statistical Quality Control Handbook (1956), four rules. Nelson: L. S. Nelson, Journal of Quality
 * Technology 16 (1984), eight tests; ISO 7870-2 lists the same.
 */
export const RULES = {
  beyond_3_sigma: "one point beyond 3 sigma (Western Electric 1, Nelson 1)",
  two_of_three_beyond_2_sigma:
    "two of three points beyond 2 sigma on one side (Western Electric 2, Nelson 5)",
  four_of_five_beyond_1_sigma:
    "four of five points beyond 1 sigma on one side (Western Electric 3, Nelson 6)",
  eight_on_one_side: "eight points in a row on one side of the centre (Western Electric 4)",
  nine_on_one_side: "nine points in a row on one side of the centre (Nelson 2)",
  six_trending: "six points in a row that rise, or that fall (Nelson 3)",
  fourteen_alternating: "fourteen points in a row that go up and down in turn (Nelson 4)",
  fifteen_within_1_sigma: "fifteen points in a row within 1 sigma (Nelson 7)",
  eight_beyond_1_sigma: "eight points in a row beyond 1 sigma, on either side (Nelson 8)",
} as const;
/** A key of {@link RULES}. */
export type Rule = keyof typeof RULES;

/** The sets by which rules are chosen. */
export const RULE_SETS = {
  limits: ["beyond_3_sigma"],
  western_electric: [
    "beyond_3_sigma",
    "two_of_three_beyond_2_sigma",
    "four_of_five_beyond_1_sigma",
    "eight_on_one_side",
  ],
  nelson: [
    "beyond_3_sigma",
    "nine_on_one_side",
    "six_trending",
    "fourteen_alternating",
    "two_of_three_beyond_2_sigma",
    "four_of_five_beyond_1_sigma",
    "fifteen_within_1_sigma",
    "eight_beyond_1_sigma",
  ],
} as const satisfies Readonly<Record<RuleSet, readonly Rule[]>>;
/** Whose rules are applied together. */
export type RuleSet = (typeof RULE_SET_NAMES)[number];

/**
 * How often a point of a process in control gives a signal, points in a row that break the same rule counted once:
 * 0.0027 of the normal distribution is beyond 3 sigma; for the sets, 300,000 simulated points (with the Western Electric
 * rules the first signal comes after 91.75 points on average: Champ and Woodall, Technometrics 29, 1987).
 */
export const FALSE_ALARMS: Readonly<Record<RuleSet, number>> = {
  limits: 0.0027,
  western_electric: 1 / 81,
  nelson: 1 / 65,
};

/** Points a rule looks back over, itself included. */
const LONGEST = 15;

/** The rules that each point breaks, by its place. `values` are in standard deviations from the centre. */
export function brokenRules(values: readonly number[], rules: readonly Rule[]): Rule[][] {
  return values.map((_, index) => {
    const seen = values.slice(Math.max(0, index - LONGEST + 1), index + 1);
    return rules.filter((rule) => FINDERS[rule](seen));
  });
}

/** Whether the rule is broken by the last of the values. */
const FINDERS: Readonly<Record<Rule, (values: readonly number[]) => boolean>> = {
  beyond_3_sigma: (values) => Math.abs(values.at(-1) ?? 0) > 3,
  two_of_three_beyond_2_sigma: (values) => mostOnOneSide(values, 2, 3, 2),
  four_of_five_beyond_1_sigma: (values) => mostOnOneSide(values, 4, 5, 1),
  eight_on_one_side: (values) =>
    inARow(values, 8, (last) => last.every((z) => z > 0) || last.every((z) => z < 0)),
  nine_on_one_side: (values) =>
    inARow(values, 9, (last) => last.every((z) => z > 0) || last.every((z) => z < 0)),
  six_trending: (values) =>
    inARow(
      values,
      6,
      (last) => steps(last).every((step) => step > 0) || steps(last).every((step) => step < 0),
    ),
  fourteen_alternating: (values) =>
    inARow(values, 14, (last) =>
      steps(last).every((step, index, all) => index === 0 || step * (all[index - 1] ?? 0) < 0),
    ),
  fifteen_within_1_sigma: (values) => inARow(values, 15, (last) => last.every((z) => Math.abs(z) < 1)),
  eight_beyond_1_sigma: (values) => inARow(values, 8, (last) => last.every((z) => Math.abs(z) > 1)),
};

/** The last point is among them: a signal belongs to the point that gives it. */
function mostOnOneSide(values: readonly number[], least: number, of: number, beyond: number): boolean {
  const last = values.slice(-of);
  const end = last.at(-1) ?? 0;
  const side = Math.sign(end);
  return Math.abs(end) > beyond && last.filter((z) => z * side > beyond).length >= least;
}

function inARow(values: readonly number[], n: number, fits: (last: readonly number[]) => boolean): boolean {
  return values.length >= n && fits(values.slice(-n));
}

function steps(values: readonly number[]): number[] {
  return values.slice(1).map((value, index) => value - (values[index] ?? value));
}
