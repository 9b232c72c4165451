import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { OCCURRENCES } from "../../../src/monitor/alarms/alarm-tables.ts";
import { ALARM_VIEW, ALARMS_KEPT_MS } from "../../../src/monitor/alarms/alarm-view.ts";
import type { ViewMessage } from "../../../src/views/view.ts";
import { MemoryViewStore } from "../../views/memory-view-store.ts";
import { viewMessage } from "../simulated-messages.ts";

const START_MS = Date.parse("2026-01-11T08:00:00Z");
const TEMPER = "tunis-01/line-a/s5_tempering/temper-01";
const DESK = "tunis-01/line-a/s0_office/line-desk";
/** Few times, so that much stands at the same one; fractions of a second, so that whole seconds name several. */
const STEP_MS = 400;
const STEPS = 24;

const at = (step: number, scale: number) => new Date(START_MS + step * STEP_MS * scale).toISOString();
const whole = (time: string) => time.replace(/\.\d+Z/, "Z");

const BODIES: Readonly<Record<string, object>> = {
  raised: { event: "raised", code: "C", message: "m", priority: "low" },
  cleared: { event: "cleared" },
  acknowledged: { event: "acknowledged", by: "a" },
  shelved: { event: "shelved", by: "a", reason: "r" },
  unshelved: { event: "unshelved", by: "a" },
  commented: { event: "commented", by: "a", comment: "c" },
  suppressed: { event: "suppressed", reason: "r" },
  unsuppressed: { event: "unsuppressed" },
  out_of_service: { event: "out_of_service", by: "a", reason: "r" },
  returned_to_service: { event: "returned_to_service", by: "a" },
};

const said = fc.record({
  kind: fc.constantFrom("raised", "raised", "cleared", "cleared", "raised_v1", ...Object.keys(BODIES)),
  step: fc.nat({ max: STEPS }),
  names: fc.option(fc.nat({ max: STEPS }), { nil: undefined }),
  coarse: fc.boolean(),
  desk: fc.boolean(),
  alarm: fc.constantFrom("a", "b"),
});
type Said = typeof said extends fc.Arbitrary<infer T> ? T : never;

/** @param scale 1: fractions of a second; 1000: minutes, so that version 1's ten minutes are passed and not passed. */
function messagesOf(all: readonly Said[], scale: number): ViewMessage[] {
  return all.map(({ kind, step, names, coarse, desk, alarm }, index) => {
    const ts = at(step, scale);
    const topic = `factory/${desk ? DESK : TEMPER}/alarm`;
    if (kind === "raised_v1") {
      const body = {
        severity: "LOW",
        code: alarm,
        message: "m",
        product_type: "dark",
        batch_id: "B20260111-DA-0042",
      };
      return viewMessage(`factory/${TEMPER}/alarm`, { ts, ...body }, index + 1);
    }
    const named = names === undefined ? undefined : at(names, scale);
    const raised_at = named === undefined || !coarse ? named : whole(named);
    const until = kind === "shelved" ? { until: at(step + 5, scale) } : {};
    const source = desk ? { source: TEMPER } : {};
    const body = { v: 2, ts, alarm_id: alarm, ...BODIES[kind], ...until, ...source };
    return viewMessage(topic, raised_at === undefined ? body : { ...body, raised_at }, index + 1);
  });
}

function emptyStore(): MemoryViewStore {
  const store = new MemoryViewStore();
  for (const table of ALARM_VIEW.tables) store.rows(table);
  return store;
}

function folded(messages: readonly ViewMessage[]): MemoryViewStore {
  const store = emptyStore();
  for (const message of messages) ALARM_VIEW.fold(message, store);
  return store;
}

const scenario = fc
  .record({ all: fc.array(said, { maxLength: 30 }), scale: fc.constantFrom(1, 1000) })
  .chain(({ all, scale }) => {
    const messages = messagesOf(all, scale);
    const twice = [...messages, ...messages];
    return fc.record({
      messages: fc.constant(messages),
      shuffled: fc.shuffledSubarray(messages, { minLength: messages.length }),
      repeated: fc.shuffledSubarray(twice, { minLength: twice.length }),
    });
  });

test("any order and any repetition give the same rows and findings", () => {
  fc.assert(
    fc.property(scenario, ({ messages, shuffled, repeated }) => {
      const expected = folded(messages).dump();
      assert.deepEqual(folded(shuffled).dump(), expected);
      assert.deepEqual(folded(repeated).dump(), expected);
    }),
    { numRuns: 500 },
  );
});

test("what is let go leaves what the rest alone gives, whenever it is let go", () => {
  fc.assert(
    fc.property(scenario, fc.nat({ max: STEPS }), ({ messages, shuffled }, step) => {
      const day = 86_400_000;
      const old = messages.map((message) =>
        message.atMs < START_MS + step * STEP_MS
          ? { ...message, atMs: message.atMs - 2 * day, receivedAtMs: message.receivedAtMs - 2 * day }
          : message,
      );
      const newestMs = START_MS + ALARMS_KEPT_MS;
      const late = folded(old);
      ALARM_VIEW.retain?.(newestMs, late);
      const early = emptyStore();
      ALARM_VIEW.retain?.(newestMs, early);
      for (const { id } of shuffled) ALARM_VIEW.fold(old.find((one) => one.id === id) as ViewMessage, early);
      assert.deepEqual(early.dump(), late.dump());
    }),
    { numRuns: 300 },
  );
});

test("a copy under another id, as without identity, changes nothing but the newest id", () => {
  fc.assert(
    fc.property(scenario, ({ messages, shuffled }) => {
      const copies = shuffled.map((message) => ({ ...message, id: message.id + messages.length }));
      const forward = folded([...messages, ...copies]);
      assert.deepEqual(folded([...copies, ...messages]).dump(), forward.dump());
      assert.deepEqual(
        [...forward.rows(OCCURRENCES).range()],
        [...folded(messages).rows(OCCURRENCES).range()],
      );
    }),
    { numRuns: 200 },
  );
});

test("occurrences of version 2 are those of a plain model: each raise, the clear it is named by or followed by", () => {
  fc.assert(
    fc.property(fc.array(said, { maxLength: 30 }), (all) => {
      const plain = all.filter(
        ({ kind, coarse }) => ["raised", "cleared", "acknowledged"].includes(kind) && !coarse,
      );
      const messages = messagesOf(plain, 1);
      const rows = [...folded(messages).rows(OCCURRENCES).range()];
      assert.deepEqual(
        rows.map(({ alarm_id, raised_ms, cleared_ms, acknowledged_ms }) => [
          alarm_id,
          raised_ms,
          cleared_ms,
          acknowledged_ms,
        ]),
        ["a", "b"].flatMap((alarm) =>
          modelOf(
            plain.filter((one) => one.alarm === alarm),
            alarm,
          ),
        ),
      );
    }),
    { numRuns: 500 },
  );
});

/** Works the occurrences out of all that was said at once, the obvious way. */
function modelOf(all: readonly Said[], alarm: string): (string | number | null)[][] {
  const time = (step: number) => START_MS + step * STEP_MS;
  const steps = (kind: string) => all.filter((one) => one.kind === kind);
  const raises = [...new Set(steps("raised").map(({ step }) => step))].sort((a, b) => a - b);
  const clears = steps("cleared");
  return raises.map((raise, index) => {
    const next = raises[index + 1] ?? Number.POSITIVE_INFINITY;
    const named = clears.filter(({ names }) => names === raise);
    const free = clears.filter(
      ({ step, names }) => step >= raise && step < next && (names === undefined || !raises.includes(names)),
    );
    const cleared = Math.min(...(named.length > 0 ? named : free).map(({ step }) => Math.max(step, raise)));
    // The acknowledgement that goes least far beyond it; of several that go as far, the machine's own comes last.
    const bounds = steps("acknowledged")
      .map(({ step, names, desk }) => ({ bound: names ?? step, step, desk }))
      .filter(({ bound }) => bound >= raise);
    const bound = Math.min(...bounds.map((one) => one.bound));
    const acks = bounds.filter((one) => one.bound === bound);
    const ack = acks.find(({ desk }) => desk) ?? acks[0];
    const acknowledged = ack === undefined ? null : time(Math.max(ack.step, raise));
    return [alarm, time(raise), Number.isFinite(cleared) ? time(cleared) : null, acknowledged];
  });
}
