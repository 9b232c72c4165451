import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ReplayWindow } from "../../../src/adapters/mqtt-packet/replay-window.ts";
import { ManualClock } from "../../time/manual-clock.ts";

const STATE = "factory/tunis-01/line-a/s5_tempering/temper-01/state";

describe("ReplayWindow", () => {
  it("suspects the first retained message of each topic after a SUBSCRIBE, and no other", () => {
    const window = new ReplayWindow(5, new ManualClock());
    assert.equal(window.mayBeReplay(STATE, true), false, "nothing was subscribed yet");
    window.open();
    assert.equal(window.mayBeReplay(STATE, false), false, "a replay carries RETAIN");
    assert.deepEqual(
      [1, 2, 3].map(() => window.mayBeReplay(STATE, true)),
      [true, false, false],
    );
    assert.equal(window.mayBeReplay(`${STATE}2`, true), true);
    window.open();
    assert.equal(window.mayBeReplay(STATE, true), true, "after another SUBSCRIBE");
  });

  it("ends a minute after the SUBSCRIBE", () => {
    const clock = new ManualClock();
    const window = new ReplayWindow(5, clock);
    window.open();
    clock.advance(60_000);
    assert.equal(window.mayBeReplay(STATE, true), false);
  });

  it("takes every retained message of MQTT 3.1.1 for a replay, which only they can be", () => {
    const window = new ReplayWindow(4, new ManualClock());
    assert.deepEqual([window.mayBeReplay(STATE, true), window.mayBeReplay(STATE, true)], [true, true]);
    assert.equal(window.mayBeReplay(STATE, false), false);
  });

  it("remembers no more than some megabytes of topics, and suspects nothing past them", () => {
    const window = new ReplayWindow(5, new ManualClock());
    window.open();
    const long = "x".repeat(60_000);
    const verdicts = Array.from({ length: 100 }, (_, index) => window.mayBeReplay(`${index}/${long}`, true));
    assert.equal(verdicts[0], true);
    assert.equal(verdicts.at(-1), false);
  });
});
