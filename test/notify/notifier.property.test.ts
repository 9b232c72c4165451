import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { rowsOf, stateOf } from "../../src/adapters/sqlite/notify/notify-rows.ts";
import { MOST_PENDING } from "../../src/notify/channel-queue.ts";
import type { Condition } from "../../src/notify/condition.ts";
import { GIVE_UP_MS, MOST_LISTED, pauseMs } from "../../src/notify/delivery.ts";
import {
  due,
  looked,
  MOST_SETTLED,
  NOTHING_TOLD,
  type NotifierState,
  settled,
} from "../../src/notify/notifier.ts";
import type { NotifyPlan } from "../../src/notify/notify-plan.ts";
import { decide, type Told } from "../../src/notify/told.ts";
import { HOOK, HOUR, lookAt, MINUTE, NOON, planOf, SECOND, standing } from "./conditions-under-test.ts";

const KEYS = ["a", "b", "c", "d"] as const;

/** What stands from one look to the next: each condition there or not, acknowledged, silenced. */
const step = fc.record({
  afterMs: fc.oneof(fc.integer({ min: 1, max: 5 * SECOND }), fc.integer({ min: MINUTE, max: 3 * HOUR })),
  standing: fc.array(
    fc.record({
      key: fc.constantFrom(...KEYS),
      priority: fc.constantFrom("low" as const, "high" as const, "critical" as const),
      acknowledged: fc.boolean(),
      silenced: fc.boolean(),
    }),
    { maxLength: 4 },
  ),
  /** What the channels answer. */
  ok: fc.boolean(),
  restart: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

const rule = fc.record({
  name: fc.constantFrom("one", "two"),
  for: fc.constantFrom("0s", "10s", "2m"),
  priority: fc.constantFrom("low", "high", "critical"),
  to: fc.constantFrom(["shift"], ["shift", "boss"]),
  ended: fc.boolean(),
  quiet: fc.constantFrom({ from: "22:00", to: "06:00" }, undefined),
  escalate: fc.constantFrom({ after: "5m", to: ["boss"] }, undefined),
  repeat: fc.constantFrom("30m", undefined),
});
const document = fc.record({
  limit: fc.constantFrom({ messages: 2, in: "1h" }, { messages: 1_000, in: "1s" }),
  rules: fc.uniqueArray(rule, { minLength: 1, maxLength: 2, selector: ({ name }) => name }),
});

interface Run {
  readonly states: readonly NotifierState[];
  readonly sent: readonly {
    readonly atMs: number;
    readonly channel: string;
    readonly lines: readonly string[];
  }[];
}

function run(plan: NotifyPlan, steps: readonly Step[], restarts: boolean): Run {
  let state = NOTHING_TOLD;
  let atMs = NOON;
  const states: NotifierState[] = [];
  const sent: Run["sent"][number][] = [];
  for (const { afterMs, standing: found, ok, restart } of steps) {
    atMs += afterMs;
    const conditions: Condition[] = [...new Map(found.map((each) => [each.key, each])).values()].map((each) =>
      standing(each),
    );
    state = looked(plan, state, lookAt(atMs, conditions));
    if (restarts && restart) state = stateOf(rowsOf(state));
    for (const { id, channel, news } of due(plan, state, atMs)) {
      const attempt = ok ? ({ ok } as const) : ({ ok: false, error: "no", final: false } as const);
      state = settled(state, id, attempt, atMs);
      if (ok)
        sent.push({ atMs, channel, lines: news.map(({ event, condition }) => `${event} ${condition.key}`) });
    }
    states.push(state);
  }
  return { states, sent };
}

function planFrom({ limit, rules }: { limit: object; rules: readonly object[] }): NotifyPlan {
  const channel = { webhook: { ...HOOK.webhook, limit } };
  // A field that is undefined stands in no file.
  return planOf({ channels: { shift: channel, boss: channel }, rules: JSON.parse(JSON.stringify(rules)) });
}

test("a restart at any moment changes nothing of what is sent", () => {
  fc.assert(
    fc.property(document, fc.array(step, { maxLength: 40 }), (rules, steps) => {
      const plan = planFrom(rules);
      assert.deepEqual(run(plan, steps, true).sent, run(plan, steps, false).sent);
    }),
  );
});

test("where nobody acts, a channel hears of a condition in order: it begins, goes on, ends", () => {
  fc.assert(
    fc.property(document, fc.array(step, { maxLength: 60 }), ({ limit, rules }, steps) => {
      const plan = planFrom({
        limit,
        rules: rules.map((each) => ({ ...each, priority: "low", ended: true })),
      });
      const open = new Set<string>();
      let told: ReadonlyMap<string, Told> = new Map();
      let atMs = NOON;
      for (const { afterMs, standing: found } of steps) {
        atMs += afterMs;
        const keys = [...new Set(found.map(({ key }) => key))];
        const decision = decide(
          plan,
          told,
          lookAt(
            atMs,
            keys.map((key) => standing({ key })),
          ),
        );
        for (const { channel, news } of decision.news) {
          const line = `${channel} ${news.condition.key}`;
          if (news.event === "began") assert.ok(!open.has(line), `${line} began twice`);
          if (news.event === "still" || news.event === "ended")
            assert.ok(open.has(line), `${line} never began`);
          if (news.event === "ended") open.delete(line);
          else open.add(line);
        }
        told = decision.told;
      }
      // What is open is known to be: it will be ended.
      const known = new Set(
        [...told.values()].flatMap(({ condition, to }) => to.map((each) => `${each} ${condition.key}`)),
      );
      for (const line of open) assert.ok(known.has(line), `${line} is forgotten`);
    }),
  );
});

test("a channel is never sent more than its limit, and has one message on its way at most", () => {
  const limit = { messages: 2, in: "1h" };
  fc.assert(
    fc.property(
      fc.array(rule, { minLength: 1, maxLength: 1 }),
      fc.array(step, { maxLength: 60 }),
      (rules, steps) => {
        const { states, sent } = run(planFrom({ limit, rules }), steps, true);
        for (const { deliveries } of states) {
          const waiting = [...deliveries.values()].filter(({ state }) => state === "waiting");
          assert.equal(new Set(waiting.map(({ channel }) => channel)).size, waiting.length);
        }
        const made = [...new Map(states.flatMap(({ deliveries }) => [...deliveries])).values()];
        for (const channel of ["shift", "boss"]) {
          const times = made.filter((each) => each.channel === channel).map(({ madeMs }) => madeMs);
          for (const from of times) {
            const within = times.filter((at) => at >= from && at < from + HOUR).length;
            assert.ok(within <= 2 * limit.messages, `${within} messages within an hour`); // a full bucket and its refill
          }
        }
        assert.ok(sent.every(({ lines }) => lines.length <= MOST_LISTED));
      },
    ),
  );
});

test("nothing that is told is lost by a limit or a channel that is away: its line is sent, or waits", () => {
  fc.assert(
    fc.property(document, fc.array(step, { maxLength: 40 }), (rules, steps) => {
      const plan = planFrom(rules);
      const { states } = run(plan, steps, true);
      const last = states.at(-1);
      if (last === undefined) return;
      const known = new Set<string>();
      for (const { deliveries } of states)
        for (const { channel, news } of deliveries.values())
          for (const { condition } of news) known.add(`${channel} ${condition.key}`);
      for (const [channel, { pending }] of last.channels)
        for (const { condition } of pending) known.add(`${channel} ${condition.key}`);
      for (const { condition, to } of last.told.values())
        for (const channel of to) assert.ok(known.has(`${channel} ${condition.key}`));
    }),
  );
});

test("in quiet hours nothing under the exception goes into a message", () => {
  const quiet = { from: "22:00", to: "06:00", except: "critical" };
  const hourIn = (atMs: number) =>
    Number(new Date(atMs).toLocaleString("en-GB", { timeZone: "Africa/Tunis", hour: "2-digit" }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const plan = planOf({
        channels: { shift: HOOK },
        rules: [{ name: "one", to: ["shift"], for: "0s", priority: "low", quiet }],
      });
      for (const { deliveries } of run(plan, steps, true).states) {
        for (const { news } of deliveries.values()) {
          for (const { event, condition, atMs } of news) {
            const hour = hourIn(atMs);
            if (event === "began" && (hour >= 22 || hour < 6)) assert.equal(condition.priority, "critical");
          }
        }
      }
    }),
  );
});

test("whatever stands, and however long a channel is away, what is kept has its bounds", () => {
  const plan = planOf({ channels: { shift: HOOK }, rules: [{ name: "one", to: ["shift"], for: "0s" }] });
  let state = NOTHING_TOLD;
  for (let minute = 0; minute < 50; minute++) {
    const conditions = Array.from({ length: 200 }, (_, index) =>
      standing({ key: `alarm ${minute * 200 + index}` }),
    );
    state = looked(plan, state, lookAt(NOON + minute * MINUTE, conditions));
    for (const { id } of due(plan, state, NOON + minute * MINUTE)) {
      state = settled(
        state,
        id,
        { ok: false, error: "x".repeat(10_000), final: false },
        NOON + minute * MINUTE,
      );
    }
  }
  const queue = state.channels.get("shift");
  assert.ok(queue !== undefined && queue.pending.length === MOST_PENDING && queue.overflowed > 0);
  assert.equal(state.deliveries.size, 1);
  assert.ok(rowsOf(state).reduce((bytes, [, key, json]) => bytes + key.length + json.length, 0) < 8_000_000);
});

test("attempts come seldomer, and end after a day; a refusal that is final ends them at once", () => {
  assert.deepEqual([1, 2, 3, 10, 1_000].map(pauseMs), [5_000, 10_000, 20_000, 600_000, 600_000]);
  const plan = planOf({ channels: { shift: HOOK }, rules: [{ name: "one", to: ["shift"], for: "0s" }] });
  const first = looked(plan, NOTHING_TOLD, lookAt(NOON, [standing()]));
  const no = { ok: false, error: "no", final: false } as const;
  const later = settled(first, 1, no, NOON);
  assert.deepEqual(due(plan, later, NOON + 4_999), []);
  assert.equal(due(plan, later, NOON + 5_000).length, 1);
  assert.equal(settled(later, 1, no, NOON + GIVE_UP_MS).deliveries.get(1)?.state, "failed");
  assert.equal(settled(first, 1, { ...no, final: true }, NOON).deliveries.get(1)?.state, "failed");
});

test("of settled deliveries the newest are kept", () => {
  const limit = { messages: 1_000, in: "1s" };
  const plan = planFrom({ limit, rules: [{ name: "one", for: "0s", to: ["shift"] }] });
  let state = NOTHING_TOLD;
  for (let index = 0; index < MOST_SETTLED + 20; index++) {
    state = looked(plan, state, lookAt(NOON + index * SECOND, [standing({ key: `alarm ${index}` })]));
    for (const { id } of due(plan, state, NOON + index * SECOND))
      state = settled(state, id, { ok: true }, NOON);
  }
  assert.equal(state.deliveries.size, MOST_SETTLED);
  assert.equal(state.channels.get("shift")?.sent, MOST_SETTLED + 20);
  assert.ok(state.deliveries.has(MOST_SETTLED + 20));
});
