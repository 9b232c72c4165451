/**
 * Quantiles that intervals and tests need. Incomplete gamma and beta functions by series and continued fraction
 * (Abramowitz and Stegun, 6.5 and 26.5; Lentz's method), inverted by bisection: slow, sure and good to 1e-9, for a
 * few calls an answer.
 */

/** ln of the gamma function, by Lanczos' approximation (g = 7, n = 9), good to 15 digits. */
export function lnGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - lnGamma(1 - x);
  const shifted = x - 1;
  const base = shifted + 7.5;
  const sum = LANCZOS.reduce(
    (total, term, index) => total + (index === 0 ? term : term / (shifted + index)),
    0,
  );
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(sum);
}

const LANCZOS = [
  0.999_999_999_999_809_9, 676.520_368_121_885_1, -1259.139_216_722_402_8, 771.323_428_777_653_1,
  -176.615_029_162_140_6, 12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_572e-6,
  1.505_632_735_149_311_6e-7,
];

const SMALL = 1e-300;
const ENOUGH = 1e-15;
const MAX_TERMS = 10_000;

/** Share of a chi-squared distribution below a value. */
function chiSquaredCdf(value: number, degrees: number): number {
  if (value <= 0) return 0;
  const a = degrees / 2;
  const x = value / 2;
  const scale = Math.exp(a * Math.log(x) - x - lnGamma(a));
  return x < a + 1 ? scale * gammaSeries(a, x) : 1 - scale * gammaFraction(a, x);
}

function gammaSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < MAX_TERMS && Math.abs(term) > Math.abs(sum) * ENOUGH; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

function gammaFraction(a: number, x: number): number {
  return lentz(x + 1 - a, (n) => ({ factor: n * (a - n), plus: x + 1 - a + 2 * n }));
}

/** Share of Student's t distribution below a value. */
export function studentCdf(value: number, degrees: number): number {
  const tail = 0.5 * betaShare(degrees / 2, 0.5, degrees / (degrees + value * value));
  return value > 0 ? 1 - tail : tail;
}

/** The regularised incomplete beta function. */
function betaShare(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - betaShare(b, a, 1 - x);
  const scale = Math.exp(lnGamma(a + b) - lnGamma(a) - lnGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
  const fraction = lentz(1, (n) => {
    const m = Math.floor(n / 2);
    const factor =
      n % 2 === 0
        ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
        : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    return { factor, plus: 1 };
  });
  return (scale * fraction) / a;
}

/** 1 / (first + factor1 / (plus1 + factor2 / (plus2 + …))). */
function lentz(
  first: number,
  termOf: (n: number) => { readonly factor: number; readonly plus: number },
): number {
  const away = (value: number) => (Math.abs(value) < SMALL ? SMALL : value);
  let c = away(first);
  let value = c;
  let d = 0;
  for (let n = 1; n < MAX_TERMS; n++) {
    const { factor, plus } = termOf(n);
    d = 1 / away(plus + factor * d);
    c = away(plus + factor / c);
    value *= c * d;
    if (Math.abs(c * d - 1) < ENOUGH) break;
  }
  return 1 / value;
}

/** Share of the standard normal distribution below a value. */
function normalCdf(value: number): number {
  const outside = 0.5 * (1 - chiSquaredCdf(value * value, 1));
  return value < 0 ? outside : 1 - outside;
}

/** The value that a share (0 to 1) of the chi-squared distribution is below. */
export function chiSquaredQuantile(share: number, degrees: number): number {
  return inverted(
    (value) => chiSquaredCdf(value, degrees),
    share,
    0,
    degrees + 20 * Math.sqrt(2 * degrees) + 100,
  );
}

/** The value that a share (0 to 1) of Student's t distribution is below. */
export function studentQuantile(share: number, degrees: number): number {
  return inverted((value) => studentCdf(value, degrees), share, -1e7, 1e7);
}

/** The value that a share (0 to 1) of the standard normal distribution is below. */
export function normalQuantile(share: number): number {
  return inverted(normalCdf, share, -40, 40);
}

function inverted(cdf: (value: number) => number, share: number, from: number, to: number): number {
  let low = from;
  let high = to;
  while (high - low > 1e-12 * Math.max(1, Math.abs(low), Math.abs(high))) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (cdf(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
