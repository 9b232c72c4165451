/**
 * Net content of prepackages by weight: Council Directive 76/211/EEC, annexes I and II (in force as amended), which
 * OIML R 87 follows. What the packer owes: on average the nominal quantity, at most 2.5 % of packs with less than
 * nominal less the tolerable error (T1), none with less than nominal less twice that (T2).
 */

/** Annex I, 2.4: tolerable negative error by nominal quantity, in % of it or in g, from above the first figure. */
const TOLERABLE: readonly {
  readonly above: number;
  readonly to: number;
  readonly pct?: number;
  readonly g?: number;
}[] = [
  { above: 0, to: 50, pct: 9 },
  { above: 50, to: 100, g: 4.5 },
  { above: 100, to: 200, pct: 4.5 },
  { above: 200, to: 300, g: 9 },
  { above: 300, to: 500, pct: 3 },
  { above: 500, to: 1000, g: 15 },
  { above: 1000, to: 10_000, pct: 1.5 },
];

/** Packs that may be below T1 when the packer samples (guidance to the directive, OIML R 87: 2.5 %). */
const BELOW_T1_PCT = 2.5;

/** Weights of packs of one kind. */
export interface PackWeights {
  readonly n: number;
  readonly meanG: number;
  readonly deviationG: number;
  readonly belowT1: number;
  readonly belowT2: number;
}

/** What a pack may weigh. */
export interface ContentLimits {
  readonly nominalG: number;
  readonly tolerableG: number;
  readonly t1G: number;
  readonly t2G: number;
}

/** One of the packer's three rules, or of the inspector's two tests. */
export interface ContentCheck {
  readonly rule: "mean" | "below_t1" | "below_t2" | "reference_mean" | "reference_contents";
  readonly found: number;
  readonly limit: number;
  readonly passed: boolean;
}

/** Limits of a nominal quantity; undefined outside 5 g to 10 kg, where the directive doesn't hold. */
export function contentLimits(nominalG: number): ContentLimits | undefined {
  const row = TOLERABLE.find(({ above, to }) => nominalG > above && nominalG <= to);
  if (row === undefined || nominalG < 5) return undefined;
  // Annex I, 2.4: errors given in per cent are rounded up to the next tenth of a gram.
  const tolerableG = row.g ?? Math.ceil(Number((((row.pct ?? 0) * nominalG) / 10).toFixed(6))) / 10;
  return { nominalG, tolerableG, t1G: nominalG - tolerableG, t2G: nominalG - 2 * tolerableG };
}

/** The packer's three rules. */
export function packersRules(limits: ContentLimits, weights: PackWeights): ContentCheck[] {
  const belowPct = weights.n === 0 ? 0 : (100 * weights.belowT1) / weights.n;
  return [
    { rule: "mean", found: weights.meanG, limit: limits.nominalG, passed: weights.meanG >= limits.nominalG },
    { rule: "below_t1", found: belowPct, limit: BELOW_T1_PCT, passed: belowPct <= BELOW_T1_PCT },
    { rule: "below_t2", found: weights.belowT2, limit: 0, passed: weights.belowT2 === 0 },
  ];
}

/** A plan of the reference test: sample, and how many defective packs are accepted. */
export interface ReferencePlan {
  readonly sample: number;
  readonly accepted: number;
  /** Sample and factor k for the mean: at least Qn - k s (t at 0.995 by sqrt(n)). */
  readonly meanSample: number;
  readonly meanFactor: number;
}

/** Annex II, 2.2 and 2.3: single sampling without destruction, by packs in the batch; undefined below 100. */
export function referencePlan(packs: number): ReferencePlan | undefined {
  if (packs < 100) return undefined;
  const mean = packs <= 500 ? { meanSample: 30, meanFactor: 0.503 } : { meanSample: 50, meanFactor: 0.379 };
  if (packs <= 500) return { sample: 50, accepted: 3, ...mean };
  return packs <= 3200 ? { sample: 80, accepted: 5, ...mean } : { sample: 125, accepted: 7, ...mean };
}

/**
 * The reference test (annex II) on weights in the order in which the packs came: the first of them make the samples.
 * Undefined when there are fewer than the plan asks for.
 */
export function referenceTest(
  limits: ContentLimits,
  weightsG: readonly number[],
  packs: number,
): { readonly plan: ReferencePlan; readonly checks: readonly ContentCheck[] } | undefined {
  const plan = referencePlan(packs);
  if (plan === undefined || weightsG.length < Math.max(plan.sample, plan.meanSample)) return undefined;
  const defective = weightsG.slice(0, plan.sample).filter((weight) => weight < limits.t1G).length;
  const drawn = weightsG.slice(0, plan.meanSample);
  const mean = drawn.reduce((sum, weight) => sum + weight, 0) / drawn.length;
  const squares = drawn.reduce((sum, weight) => sum + (weight - mean) ** 2, 0);
  const least = limits.nominalG - plan.meanFactor * Math.sqrt(squares / (drawn.length - 1));
  return {
    plan,
    checks: [
      { rule: "reference_mean", found: mean, limit: least, passed: mean >= least },
      {
        rule: "reference_contents",
        found: defective,
        limit: plan.accepted,
        passed: defective <= plan.accepted,
      },
    ],
  };
}
