import { type Static, Type } from "typebox";
import { PACKML_STATES, STOP_CATEGORIES } from "../../contract/schemas/state-v2.ts";
import { joinedIntervals } from "../../monitor/machine-state/joined-intervals.ts";
import { machineStateView } from "../../monitor/machine-state/machine-state-view.ts";
import type { MachineNow } from "../../monitor/machine-state/machines-now.ts";
import { plantNow } from "../../monitor/machine-state/plant-now.ts";
import { stateHistory, timeInState } from "../../monitor/machine-state/state-intervals.ts";
import type { StopReason } from "../../monitor/machine-state/stop-reason.ts";
import { workRuns } from "../../monitor/machine-state/work-runs.ts";
import type { Span } from "../../monitor/span.ts";
import { isoTime } from "../../time/iso-time.ts";
import { PERIOD, periodOf, Time } from "../period.ts";
import { closed, type Route, route } from "../route.ts";
import { LEVELS, orNull } from "../schemas.ts";
import { watchOf } from "../watch.ts";

const HOUR_MS = 3_600_000;
const MOST_POINTS = 10_000;

const State = Type.Enum([...PACKML_STATES, "unknown"], {
  description: "A PackML state by name; unknown where nobody can say: never the last state for ever",
});
const UnknownWhy = orNull(
  Type.Enum(["offline", "silent", "not_said"], {
    description: "Why the state is unknown: connection lost, nothing heard, or never said",
  }),
);
const Reason = orNull(
  closed(
    {
      category: Type.Enum(STOP_CATEGORIES),
      code: Type.String(),
      message: orNull(Type.String()),
      caused_by: orNull(Type.String({ description: "Key of the machine that starves or blocks it" })),
    },
    "Why the machine doesn't produce, as it says itself",
  ),
);
const Key = Type.String({ description: "`<site>/<line>/<step>/<machine>`" });
const Product = orNull(Type.String({ description: "What it works on, as it said last" }));

const NowMachine = closed({
  machine: Key,
  state: State,
  unknown_why: UnknownWhy,
  since: orNull(Time),
  last_told: orNull(
    closed({ state: State, began: Time, at: Time }, "The last state it told, believed or not"),
  ),
  mode: orNull(Type.String({ description: "PackML unit mode" })),
  reason: Reason,
  connected: orNull(Type.Boolean({ description: "Null where its publisher has never said" })),
  last_seen: closed(
    {
      telemetry: orNull(Time),
      state: orNull(Time),
      alarm: orNull(Time),
      quality: orNull(Time),
      batch: orNull(Time),
    },
    "Event time of its newest message by type",
  ),
  last_received: orNull(Time),
  product: Product,
  batch: Product,
});

const now = route({
  method: "GET",
  path: "/api/now",
  name: "now",
  area: "States",
  summary: "What every machine does at present, and which batches are in work on which machines",
  query: closed(LEVELS),
  answer: closed({
    machines: Type.Array(NowMachine, { description: "In the order of the plant file, unknown ones last" }),
    lines: Type.Array(
      closed({
        line: Type.String({ description: "`<site>/<line>`" }),
        batches: Type.Array(closed({ product: Product, batch: Product, machines: Type.Array(Key) }), {
          description: "The newest first; machines in the order of the process",
        }),
      }),
    ),
  }),
  list: "machines",
  views: [machineStateView],
  changesWith: ["now"],
  handle({ query }, context) {
    const reading = context.views.reading(machineStateView);
    const lines = plantNow(context.plant, reading, watchOf(context).nowMs, query);
    return {
      machines: lines.flatMap(({ machines }) => machines.map(shownMachine)),
      lines: lines.map(({ line, batches }) => ({
        line,
        batches: batches.map((batch) => ({ ...batch, machines: [...batch.machines] })),
      })),
    };
  },
});

const states = route({
  method: "GET",
  path: "/api/states",
  name: "states",
  area: "States",
  summary:
    "What machines did in a span of time: their states with reasons, what they worked on, sums, coverage",
  description:
    "Without a hole: where nobody knows what a machine did, an interval says `unknown`. 8 hours where no time is given, 31 days at most. Choose a line or a machine: the answer has every interval, unless `points` asks for fewer. The sums are always those of every one.",
  query: closed({
    ...LEVELS,
    ...PERIOD,
    points: Type.Optional(
      Type.Integer({
        minimum: 2,
        maximum: MOST_POINTS,
        description:
          "At most so many intervals of a machine, short ones joined; every one where it is left out",
      }),
    ),
  }),
  answer: closed({
    intervals: Type.Array(
      closed({
        machine: Key,
        from: Time,
        to: Time,
        state: State,
        unknown_why: UnknownWhy,
        mode: orNull(Type.String()),
        reason: Reason,
        joined: Type.Integer({
          description: "How many it stands for; more than 1: it says what took most of their time",
        }),
      }),
    ),
    machines: Type.Array(
      closed({
        machine: Key,
        span_ms: Type.Number({ description: "The part of the span that has passed" }),
        known_ms: Type.Number({ description: "Of it, what is known: the coverage" }),
        in_state_ms: Type.Record(Type.String(), Type.Number(), {
          description: "Time by state, its sum is span_ms",
        }),
        work: Type.Array(closed({ from: Time, to: Time, product: Product, batch: Product })),
      }),
    ),
  }),
  list: "intervals",
  views: [machineStateView],
  changesWith: ["now"],
  handle({ query }, context) {
    const span = periodOf(query, context.nowMs, 8 * HOUR_MS, 31 * 24 * HOUR_MS);
    const { nowMs, silentAfterMs } = watchOf(context);
    const reading = context.views.reading(machineStateView);
    const found = plantNow(context.plant, reading, nowMs, query)
      .flatMap(({ machines }) => machines)
      .map(({ machine }) => {
        context.spend();
        const watch = { nowMs, silentAfterMs: silentAfterMs(machine) };
        const history = stateHistory(reading, machine, span, watch);
        const past = { fromMs: span.fromMs, toMs: span.fromMs + history.spanMs };
        return { machine, history, work: workRuns(reading, machine, past) };
      });
    return {
      intervals: found.flatMap(({ machine, history }) =>
        joinedIntervals(history.intervals, query.points ?? Number.POSITIVE_INFINITY).map(
          ({ state, mode, reason, unknownWhy, joined, ...part }) => ({
            machine,
            ...shownSpan(part),
            state,
            unknown_why: unknownWhy,
            mode,
            reason: shownReason(reason),
            joined,
          }),
        ),
      ),
      machines: found.map(({ machine, history, work }) => ({
        machine,
        span_ms: history.spanMs,
        known_ms: history.knownMs,
        in_state_ms: Object.fromEntries(timeInState(history)),
        work: work.map(({ product, batch, ...part }) => ({ ...shownSpan(part), product, batch })),
      })),
    };
  },
});

/** A machine as answers show it. */
export function shownMachine(machine: MachineNow): Static<typeof NowMachine> {
  const { lastSeen, lastTold } = machine;
  const { telemetry, state, alarm, quality, batch } = lastSeen;
  return {
    machine: machine.machine,
    state: machine.state,
    unknown_why: machine.unknownWhy,
    since: timeOrNull(machine.sinceMs),
    last_told:
      lastTold === null
        ? null
        : { state: lastTold.state, began: isoTime(lastTold.beganMs), at: isoTime(lastTold.atMs) },
    mode: machine.mode,
    reason: shownReason(machine.reason),
    connected: machine.connected,
    last_seen: {
      telemetry: timeOrNull(telemetry),
      state: timeOrNull(state),
      alarm: timeOrNull(alarm),
      quality: timeOrNull(quality),
      batch: timeOrNull(batch),
    },
    last_received: timeOrNull(machine.lastReceivedMs),
    product: machine.product,
    batch: machine.batch,
  };
}

function shownReason(reason: StopReason | null): Static<typeof Reason> {
  if (reason === null) return null;
  const { category, code, message, causedBy } = reason;
  return { category, code, message, caused_by: causedBy };
}

function shownSpan({ fromMs, toMs }: Span) {
  return { from: isoTime(fromMs), to: isoTime(toMs) };
}

function timeOrNull(ms: number | null | undefined): string | null {
  return ms === null || ms === undefined ? null : isoTime(ms);
}

/** `GET /api/now` and `GET /api/states`. */
export const stateRoutes: readonly Route[] = [now, states];
