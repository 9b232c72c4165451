import { Type } from "typebox";
import { reportCompleteness } from "../../log/completeness.ts";
import { isoTime } from "../../time/iso-time.ts";
import { PERIOD, Time, timeOf } from "../period.ts";
import { closed, type Route, route } from "../route.ts";
import { LEVELS, orNull } from "../schemas.ts";

const count = (description: string) => Type.Integer({ description });

const completeness = route({
  method: "GET",
  path: "/api/completeness",
  name: "completeness",
  area: "Completeness",
  summary: "Who said how much, what of it is stored, and what is missing",
  description:
    "Per machine and boot, as `conche report completeness`: highest = stored + quarantined + missing. `from` and `to` choose who is counted, not what: whoever was last heard at `from` or later and first heard before `to`, each with all that the log has of them. A missing number was never received, so it has no time.",
  query: closed({
    ...LEVELS,
    from: Type.Optional({
      ...PERIOD.from,
      description:
        "Only who was heard from this time on (as 2026-01-11T08:00:00Z); their figures are over the whole log",
    }),
    to: Type.Optional({
      ...PERIOD.to,
      description:
        "Only who was heard before this time (as 2026-01-11T08:00:00Z); their figures are over the whole log",
    }),
    incomplete: Type.Optional(Type.Boolean({ description: "Only who has numbers missing" })),
  }),
  answer: closed({
    totals: closed({
      publishers: count(
        "Machines and boots with identity that are counted: with `from` or `to`, those heard then. All figures are over the whole log of theirs",
      ),
      incomplete: count("Of those, the ones with numbers missing"),
      seen: count(
        "Numbers seen: stored + missing + those of quarantined that have a number (quarantined - quarantined_unsequenced)",
      ),
      stored: count("Stored of what has numbers"),
      missing: count("Numbers missing"),
      refilled: count("Numbers that were missing and came later"),
      duplicates: count("Repetitions"),
      quarantined: count("In quarantine"),
      quarantined_unsequenced: count("Of those, the ones without identity: no part of what was seen"),
      unsequenced: count("Stored without identity: nobody can tell what of it is missing"),
    }),
    publishers: Type.Array(
      closed({
        machine: Type.String(),
        boot: orNull(Type.String()),
        highest: orNull(Type.Integer()),
        stored: count("In the whole log, whatever span was asked for; so are the figures that follow"),
        missing: Type.Integer(),
        missing_ranges: Type.Array(Type.Array(Type.Integer(), { minItems: 2, maxItems: 2 }), {
          description: "First and last missing number of each gap",
        }),
        refilled: Type.Integer(),
        duplicates: Type.Integer(),
        quarantined: Type.Integer(),
        clock_skew_ms: orNull(Type.Number()),
        first_seen_at: { ...Time, description: "In the whole log: may be before `from`" },
        last_seen_at: { ...Time, description: "In the whole log: may be after `to`" },
      }),
    ),
  }),
  list: "publishers",
  changesWith: ["now"],
  handle({ query }, context) {
    const { from, to, ...filter } = query;
    const span = { sinceMs: timeOf("from", from), untilMs: timeOf("to", to) };
    const reading = context.completeness();
    try {
      const { totals, rows } = reportCompleteness(reading, { ...filter, ...span });
      const { quarantinedUnsequenced, ...sums } = totals;
      return {
        totals: { ...sums, quarantined_unsequenced: quarantinedUnsequenced },
        publishers: rows.map(shown),
      };
    } finally {
      reading.close();
    }
  },
});

function shown(row: ReturnType<typeof reportCompleteness>["rows"][number]) {
  const { machine, boot, highest, stored, missing, refilled, duplicates, quarantined } = row;
  return {
    ...{ machine, boot, highest, stored, missing, refilled, duplicates, quarantined },
    missing_ranges: row.missingRanges.map(([first, last]) => [first, last]),
    clock_skew_ms: row.clockSkewMs,
    first_seen_at: isoTime(row.firstSeenAt),
    last_seen_at: isoTime(row.lastSeenAt),
  };
}

/** `GET /api/completeness`. */
export const completenessRoutes: readonly Route[] = [completeness];
