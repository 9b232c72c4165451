import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ConcheError } from "../../../src/errors/conche-error.ts";
import { BufferedMachine, type Voice } from "../../../src/run/simulation/buffered-machine.ts";

const FULL = new ConcheError("CONCHE_OUTBOX_FULL", { message: "full", retryable: true });

/** A machine over an outbox that is full while the test says so, with a clock that the test moves. */
function scene(context: { mock: { timers: { enable(options: { apis: ["setTimeout"] }): void } } }) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const box = { full: false, taken: [] as unknown[], held: 0 };
  const machine = new BufferedMachine(() => {
    box.held++;
  });
  const voice: Voice = async (_type, body) => {
    if (body.n === "bad") {
      return { kind: "refused", error: new ConcheError("CONCHE_MESSAGE_REFUSED", { message: "bad" }) };
    }
    if (box.full) return { kind: "refused", error: FULL };
    box.taken.push(body.n);
    return { kind: "sent" };
  };
  machine.speakThrough(voice);
  const say = (n: number | string) => machine.publish("alarm", { n });
  return { box, machine, say };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

suite("a machine before a full outbox", () => {
  test("keeps what isn't taken, in order, and says it when there is room", async (context) => {
    const { box, say } = scene(context);
    await say(1);
    box.full = true;
    const outcomes = [say(2), say(3)];
    await turn();
    outcomes.push(say(4));
    context.mock.timers.tick(250);
    await turn();
    assert.deepEqual(box.taken, [1]);
    assert.ok(box.held > 0, "whoever can make room is told");
    box.full = false;
    context.mock.timers.tick(250);
    const settled = await Promise.all(outcomes);
    assert.deepEqual(box.taken, [1, 2, 3, 4]);
    assert.deepEqual(
      settled.map(({ kind }) => kind),
      ["sent", "sent", "sent"],
    );
  });

  test("what room doesn't help is refused at once", async (context) => {
    const { say } = scene(context);
    assert.equal((await say("bad")).kind, "refused");
  });

  test("lets go of what it holds when the run is over", async (context) => {
    const { box, machine, say } = scene(context);
    box.full = true;
    const outcome = say(1);
    await turn();
    machine.letGo();
    assert.deepEqual(await outcome, { kind: "refused", error: FULL });
  });
});
