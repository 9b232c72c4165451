import { Type } from "typebox";
import { bootCompleteness } from "../../monitor/completeness/completeness-report.ts";
import { completenessView } from "../../monitor/completeness/completeness-view.ts";
import { coverageOf, receivedByMinute } from "../../monitor/completeness/coverage.ts";
import { chosenMachines } from "../../plant/chosen-machines.ts";
import { isoTime } from "../../time/iso-time.ts";
import type { ApiContext } from "../context.ts";
import { PERIOD, periodOf, Time } from "../period.ts";
import { closed, type Route, route } from "../route.ts";
import { LEVELS, orNull } from "../schemas.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Gaps and stretches that are listed for a machine; the numbers count all. */
const MOST_LISTED = 200;

const coverage = route({
  method: "GET",
  path: "/api/coverage",
  name: "coverage",
  area: "Completeness",
  summary: "How complete the record of each machine is in a span of time: what is missing, what came late",
  description:
    "`share` is what came of what must have been said, by number; null where nothing was heard. Gaps have the times of the messages on both sides. What came late is whole, and says when it came. 8 h where no time is given.",
  query: closed({ ...LEVELS, ...PERIOD }),
  answer: closed({
    from: Time,
    to: Time,
    seen: Type.Integer(),
    missing: Type.Integer(),
    share: orNull(Type.Number()),
    machines: Type.Array(
      closed({
        machine: Type.String(),
        seen: Type.Integer({ description: "Messages of the span" }),
        missing: Type.Integer({ description: "Numbers of the span that never came" }),
        share: orNull(Type.Number({ description: "seen / (seen + missing)" })),
        heard: Type.Number({ description: "Share of the minutes in which anything was said" }),
        gaps: Type.Array(
          closed({
            boot: Type.String(),
            first: Type.Integer({ description: "First missing number" }),
            last: Type.Integer(),
            from: orNull(Time),
            to: Time,
          }),
          { description: `At most ${MOST_LISTED}` },
        ),
        more_gaps: Type.Integer({ description: "Gaps that aren't listed" }),
        late: Type.Array(
          closed({
            from: Time,
            to: Time,
            messages: Type.Integer({ description: "That came more than a minute after they were said" }),
            refills: Type.Integer(),
            first_received_at: Time,
            last_received_at: Time,
          }),
          { description: `At most ${MOST_LISTED}` },
        ),
      }),
    ),
  }),
  list: "machines",
  views: [completenessView],
  changesWith: ["now"],
  handle({ query }, context) {
    const { fromMs, toMs } = periodOf(query, context.nowMs, 8 * HOUR_MS);
    const reading = context.views.reading(completenessView);
    const isChosen = chosenMachines(query);
    const all = new Set([...bootCompleteness(reading)].map(({ machine }) => machine));
    const quarantined = quarantinedNumbers(context);
    const machines = [...all].filter(isChosen).map((machine) => {
      context.spend();
      const found = coverageOf(reading, machine, fromMs, toMs, quarantined);
      const { seen, missing, share, heard } = found;
      return {
        ...{ machine, seen, missing, share, heard },
        gaps: found.gaps.slice(0, MOST_LISTED).map((gap) => ({
          boot: gap.boot,
          first: gap.from,
          last: gap.to,
          from: gap.fromMs === null ? null : isoTime(gap.fromMs),
          to: isoTime(gap.toMs),
        })),
        more_gaps: Math.max(0, found.gaps.length - MOST_LISTED),
        late: found.late.slice(0, MOST_LISTED).map((late) => ({
          from: isoTime(late.fromMs),
          to: isoTime(late.toMs),
          messages: late.messages,
          refills: late.refills,
          first_received_at: isoTime(late.firstReceivedMs),
          last_received_at: isoTime(late.lastReceivedMs),
        })),
      };
    });
    const seen = machines.reduce((sum, each) => sum + each.seen, 0);
    const missing = machines.reduce((sum, each) => sum + each.missing, 0);
    const share = seen + missing === 0 ? null : seen / (seen + missing);
    return { from: isoTime(fromMs), to: isoTime(toMs), seen, missing, share, machines };
  },
});

/** Numbers in quarantine by machine and boot: what is kept aside isn't missing. */
function quarantinedNumbers(context: ApiContext): (machine: string, boot: string) => readonly number[] {
  const held = new Map<string, number[]>();
  const reading = context.completeness();
  try {
    for (const { machine, boot, quarantinedSeqs } of reading.sequences()) {
      if (quarantinedSeqs.length > 0) held.set(`${machine} ${boot}`, [...quarantinedSeqs]);
    }
  } finally {
    reading.close();
  }
  return (machine, boot) => held.get(`${machine} ${boot}`) ?? [];
}

const received = route({
  method: "GET",
  path: "/api/received",
  name: "received",
  area: "Completeness",
  summary: "What was received of each line, minute by minute, and how long it had been under way",
  description:
    "Minutes in which nothing was received aren't listed. 8 h where no time is given, 7 d at most.",
  query: closed({ site: LEVELS.site, line: LEVELS.line, ...PERIOD }),
  answer: closed({
    minutes: Type.Array(
      closed({
        line: Type.String({ description: "`<site>/<line>`" }),
        minute: Time,
        messages: Type.Integer(),
        delay_max_ms: Type.Number({ description: "The longest way from said to received, milliseconds" }),
      }),
    ),
  }),
  list: "minutes",
  views: [completenessView],
  changesWith: ["now"],
  handle({ query }, context) {
    const { fromMs, toMs } = periodOf(query, context.nowMs, 8 * HOUR_MS, 7 * DAY_MS);
    const reading = context.views.reading(completenessView);
    const isChosen = chosenMachines({
      ...(query.site && { site: query.site }),
      ...(query.line && { line: query.line }),
    });
    const lines = new Set(
      [...bootCompleteness(reading)]
        .filter(({ machine }) => isChosen(machine))
        .map(({ machine }) => machine.split("/", 2).join("/")),
    );
    const minutes = [...lines].flatMap((line) =>
      [...receivedByMinute(reading, line, fromMs, toMs)].map(({ minuteMs, messages, delayMaxMs }) => ({
        line,
        minute: isoTime(minuteMs),
        messages,
        delay_max_ms: delayMaxMs,
      })),
    );
    return { minutes };
  },
});

/** `GET /api/coverage` by machine, `GET /api/received` by line and minute. */
export const coverageRoutes: readonly Route[] = [coverage, received];
