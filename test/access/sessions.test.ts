import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { PROVIDED_LASTS_MS, Sessions } from "../../src/access/sessions.ts";

const LIMITS = { idleMs: 1_000, lengthMs: 5_000, sessions: 6, ofOneToken: 2 };

test("a session ends when it is idle, and when its time is over, however busy it is", () => {
  const sessions = new Sessions(LIMITS);
  sessions.start("a", 1, 0);
  for (let now = 900; now < 5_000; now += 900) assert.ok(sessions.use("a", now), String(now));
  assert.equal(sessions.use("a", 5_000), undefined);
  sessions.start("b", 1, 0);
  assert.ok(sessions.peek("b", 999));
  assert.equal(sessions.use("b", 1_000), undefined, "looking is no use");
});

test("one token more often than allowed ends its own oldest, one session more than allowed the idlest of all", () => {
  const sessions = new Sessions(LIMITS);
  for (const [index, key] of ["a", "b", "c"].entries()) sessions.start(key, 1, index);
  assert.equal(sessions.peek("a", 10), undefined);
  for (let token = 2; token < 7; token++) sessions.start(`t${token}`, token, 10);
  assert.equal(sessions.size, LIMITS.sessions);
  assert.equal(sessions.peek("b", 10), undefined, "the idlest went");
  assert.ok(sessions.peek("t6", 10));
});

test("what an identity provider said counts for twelve hours at most, and for so many sessions of one person", () => {
  const week = 7 * 24 * 3_600_000;
  const person = { under: "u", subject: "s", name: "Amel", role: "viewer" } as const;
  const sessions = new Sessions({ ...LIMITS, idleMs: week, lengthMs: week });
  for (const key of ["a", "b", "c"]) sessions.start(key, { ...person }, 0);
  sessions.start("other", { ...person, subject: "t" }, 0);
  sessions.start("token", 1, 0);
  assert.equal(sessions.peek("a", 1), undefined);
  assert.equal(sessions.size, 4);
  assert.ok(sessions.peek("b", PROVIDED_LASTS_MS - 1));
  assert.equal(sessions.peek("b", PROVIDED_LASTS_MS), undefined);
  assert.ok(sessions.peek("token", PROVIDED_LASTS_MS));
});

test("whatever is done: never more than there may be, and none beyond its time", () => {
  const step = fc.record({
    does: fc.constantFrom("start", "use", "end"),
    key: fc.integer({ min: 0, max: 20 }).map(String),
    token: fc.integer({ min: 1, max: 4 }),
    wait: fc.integer({ min: 0, max: 1_500 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const sessions = new Sessions(LIMITS);
      const started = new Map<string, { at: number; used: number }>();
      let now = 0;
      for (const { does, key, token, wait } of steps) {
        now += wait;
        if (does === "start") {
          sessions.start(key, token, now);
          started.set(key, { at: now, used: now });
        } else if (does === "end") {
          sessions.end(key);
          started.delete(key);
        } else {
          const found = sessions.use(key, now);
          const known = started.get(key);
          if (found !== undefined) {
            assert.ok(
              known !== undefined && now - known.used < LIMITS.idleMs && now - known.at < LIMITS.lengthMs,
            );
            known.used = now;
          }
        }
        assert.ok(sessions.size <= LIMITS.sessions);
      }
    }),
  );
});
