import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { AnswerTurns, FIRST, type Place, SECOND, type TurnOf } from "../../src/api/answer-turns.ts";

interface Question extends TurnOf {
  readonly name: string;
}

/** `a1`: the first that a asks; `a1!`: it stays with the first thread; `-1`: nobody says who asks. */
function question(name: string): Question {
  return { name, caller: name.startsWith("-") ? undefined : name.slice(0, 1), stays: name.endsWith("!") };
}

function turns(...names: readonly string[]): AnswerTurns<Question> {
  const made = new AnswerTurns<Question>(200);
  for (const name of names) made.add(question(name));
  return made;
}

/** The first thread is at its question for long. */
function slow(made: AnswerTurns<Question>): AnswerTurns<Question> {
  made.next(FIRST);
  made.firstIsSlow();
  return made;
}

suite("turns of two threads", () => {
  test("the second has nothing to do before a question is slow at the first", () => {
    const made = turns("a1", "b1");
    assert.equal(made.next(FIRST)?.name, "a1");
    assert.deepEqual([made.needsSecond, made.next(SECOND)], [false, undefined]);
    made.firstIsSlow();
    assert.ok(made.needsSecond);
    assert.equal(made.next(SECOND)?.name, "b1");
    assert.deepEqual([made.needsSecond, made.next(FIRST), made.next(SECOND)], [false, undefined, undefined]);
  });

  test("and nothing more once that one is answered", () => {
    const made = slow(turns("a1", "b1"));
    assert.equal(made.done(FIRST)?.name, "a1");
    assert.equal(made.next(SECOND), undefined);
    assert.equal(made.next(FIRST)?.name, "b1");
    assert.equal(made.next(SECOND), undefined);
  });

  test("who asks for something slow waits for it alone", () => {
    const made = slow(turns("a1", "a2", "a3"));
    assert.ok(!made.needsSecond);
    made.add(question("b1"));
    assert.equal(made.next(SECOND)?.name, "b1");
    made.done(SECOND);
    assert.equal(made.next(SECOND), undefined);
    made.done(FIRST);
    assert.equal(made.next(FIRST)?.name, "a2");
  });

  test("nor has anybody a second question at the first thread", () => {
    const made = slow(turns("a1", "b1", "b2"));
    assert.equal(made.next(SECOND)?.name, "b1");
    made.done(FIRST);
    assert.equal(made.next(FIRST), undefined);
    made.done(SECOND);
    assert.equal(made.next(FIRST)?.name, "b2");
  });

  test("what stays waits for the first thread, and what the same caller asked after it, too", () => {
    const made = slow(turns("a1", "b1!", "b2", "c1"));
    assert.equal(made.next(SECOND)?.name, "c1");
    made.done(SECOND);
    assert.equal(made.next(SECOND), undefined);
    made.done(FIRST);
    assert.equal(made.next(FIRST)?.name, "b1!");
  });

  test("questions of nobody in particular don't wait for each other", () => {
    const made = slow(turns("-1", "-2"));
    assert.equal(made.next(SECOND)?.name, "-2");
  });

  test("callers take turns, whoever has more waiting", () => {
    const made = turns("a1", "a2", "a3", "b1", "c1", "b2");
    const order = Array.from({ length: 6 }, () => {
      const name = made.next(FIRST)?.name;
      made.done(FIRST);
      return name;
    });
    assert.deepEqual(order, ["a1", "b1", "c1", "a2", "b2", "a3"]);
  });

  test("a caller's crowd gives way to who has fewer waiting", () => {
    const made = new AnswerTurns<Question>(3);
    for (const name of ["a1", "a2", "a3"]) assert.equal(made.add(question(name)), undefined);
    assert.equal(made.add(question("b1"))?.name, "a3");
    assert.equal(made.add(question("a4"))?.name, "a4");
    assert.equal(made.waiting, 3);
  });

  test("whatever comes: nothing is lost or done twice, in each caller's order, nobody at both", () => {
    const step = fc.oneof(
      fc.record({ ask: fc.constantFrom("a", "b", "c", "d", "-"), stays: fc.boolean() }),
      fc.record({ done: fc.constantFrom(FIRST, SECOND) }),
      fc.record({ leave: fc.nat(20) }),
      fc.constant({ slow: true }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const made = new AnswerTurns<Question>(10);
        let waiting: Question[] = [];
        let isSlow = false;
        const begin = (place: Place) => {
          const before = made.at(place);
          const next = made.next(place);
          if (before !== undefined) return assert.equal(next, undefined);
          const other = made.at(place === FIRST ? SECOND : FIRST);
          if (place === FIRST && next === undefined) {
            // It rests only where all that waits is of who is at the second.
            assert.ok(waiting.every(({ caller }) => caller !== undefined && caller === other?.caller));
          }
          if (next === undefined) return;
          if (place === FIRST) isSlow = false;
          else assert.ok(isSlow && !next.stays);
          assert.ok(next.caller === undefined || next.caller !== other?.caller);
          const own = waiting.find((each) => each === next || (each.caller ?? each) === next.caller);
          assert.equal(own, next);
          waiting = waiting.filter((each) => each !== next);
        };
        for (const [index, each] of steps.entries()) {
          if ("ask" in each) {
            const asked = question(`${each.ask}${index}${each.stays ? "!" : ""}`);
            waiting.push(asked);
            const away = made.add(asked);
            waiting = waiting.filter((one) => one !== away);
          } else if ("leave" in each) {
            const leaving = waiting[each.leave];
            if (leaving !== undefined) assert.ok(made.takeBack(leaving) && !made.takeBack(leaving));
            waiting = waiting.filter((one) => one !== leaving);
          } else if ("done" in each) {
            if (each.done === FIRST) isSlow = false;
            made.done(each.done);
          } else {
            made.firstIsSlow();
            isSlow = made.at(FIRST) !== undefined;
          }
          begin(FIRST);
          begin(SECOND);
          assert.equal(made.waiting, waiting.length);
        }
        for (let left = waiting.length; left >= 0; left--) {
          made.done(FIRST);
          made.done(SECOND);
          begin(FIRST);
        }
        assert.equal(made.waiting, 0);
      }),
    );
  });
});
