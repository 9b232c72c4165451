import type { FilePath, Findings } from "../finding.ts";
import type { Shift } from "../schema/shift.ts";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const DAY_MIN = 24 * 60;
const WEEK_MIN = 7 * DAY_MIN;

/** A time zone that this Node knows (IANA names); shifts are reckoned in it. */
export function checkTimezone(timezone: string | undefined, path: FilePath, findings: Findings): void {
  if (timezone === undefined) return;
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: timezone });
  } catch {
    findings.add(
      path,
      `must be an IANA time zone, for example Africa/Tunis; not ${JSON.stringify(timezone)}`,
    );
  }
}

/** Shifts that overlap would count time twice; a break outside its shift is none. */
export function checkShifts(shifts: readonly Shift[] | undefined, path: FilePath, findings: Findings): void {
  const taken: { readonly index: number; readonly fromMin: number; readonly toMin: number }[] = [];
  for (const [index, shift] of (shifts ?? []).entries()) {
    const length = lengthMin(shift.from, shift.to);
    for (const [place, pause] of (shift.breaks ?? []).entries()) {
      const begin = lengthMin(shift.from, pause.from) % DAY_MIN;
      if (begin + lengthMin(pause.from, pause.to) <= length) continue;
      findings.add(
        [...path, index, "breaks", place],
        `must lie within the shift, ${shift.from} to ${shift.to}`,
      );
    }
    const other = spansOf(shift).flatMap((span) =>
      taken.filter(({ fromMin, toMin }) => overlapInWeek(span, { fromMin, toMin })),
    )[0];
    if (other !== undefined) {
      const name = shifts?.[other.index]?.name;
      findings.add([...path, index], `must not overlap with ${JSON.stringify(name)}, [${other.index}]`);
    }
    for (const span of spansOf(shift)) taken.push({ index, ...span });
  }
}

function spansOf(shift: Shift) {
  return (shift.days ?? DAYS).map((day) => {
    const fromMin = DAYS.indexOf(day) * DAY_MIN + minuteOf(shift.from);
    return { fromMin, toMin: fromMin + lengthMin(shift.from, shift.to) };
  });
}

function overlapInWeek(
  a: { readonly fromMin: number; readonly toMin: number },
  b: { readonly fromMin: number; readonly toMin: number },
): boolean {
  return [-WEEK_MIN, 0, WEEK_MIN].some(
    (shift) => Math.max(a.fromMin + shift, b.fromMin) < Math.min(a.toMin + shift, b.toMin),
  );
}

/** From one time of day to the next time that the clock shows the other; a whole day where they are the same. */
function lengthMin(from: string, to: string): number {
  const length = minuteOf(to) - minuteOf(from);
  return length > 0 ? length : length + DAY_MIN;
}

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}
