import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Liveness } from "../../../src/adapters/mqtt-packet/liveness.ts";
import { ManualClock } from "../../time/manual-clock.ts";

const KEEPALIVE = 30_000;

function start(keepaliveMs = KEEPALIVE) {
  const clock = new ManualClock();
  const pings: number[] = [];
  const losses: number[] = [];
  const liveness = new Liveness({
    clock,
    keepaliveMs,
    ping: () => pings.push(clock.now()),
    lost: () => losses.push(clock.now()),
  });
  return { clock, pings, losses, liveness };
}

describe("Liveness", () => {
  it("asks before a keepalive has passed, and gives up within 1.5 keepalives", () => {
    const { clock, pings, losses } = start();
    clock.advance(100 * KEEPALIVE);
    assert.equal(pings.length, 1);
    assert((pings[0] ?? 0) < KEEPALIVE);
    assert.equal(losses.length, 1);
    assert((losses[0] ?? 0) <= 1.5 * KEEPALIVE);
  });

  it("goes on as long as it is answered", () => {
    const { clock, pings, losses, liveness } = start();
    for (let round = 0; round < 1_000; round++) {
      const before = pings.length;
      clock.advance(KEEPALIVE / 10);
      if (pings.length > before) liveness.inbound();
    }
    assert(pings.length >= 100);
    assert.deepEqual(losses, []);
  });

  it("asks although messages come in, when nothing goes out", () => {
    const { clock, pings, liveness } = start();
    for (let round = 0; round < 100; round++) {
      clock.advance(KEEPALIVE / 10);
      liveness.inbound();
    }
    for (const [index, at] of pings.entries()) assert(at - (pings[index - 1] ?? 0) <= KEEPALIVE);
    assert(pings.length >= 9);
  });

  it("never lets a keepalive pass without a packet, and never loses a broker that answers", () => {
    const steps = fc.array(
      fc.tuple(fc.constantFrom("in", "out", "suspend", "resume", "nothing"), fc.nat(KEEPALIVE / 2)),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, (script) => {
        const { clock, pings, losses, liveness } = start();
        let lastOut = 0;
        let suspended = false;
        let seen = 0;
        for (const [what, wait] of script) {
          for (let passed = 0; passed < wait; passed += 500) {
            clock.advance(500);
            if (pings.length > seen) {
              seen = pings.length;
              lastOut = pings[seen - 1] ?? 0;
              if (!suspended) liveness.inbound();
            }
            assert(clock.now() - lastOut <= KEEPALIVE);
          }
          if (what === "in" && !suspended) liveness.inbound();
          if (what === "out") {
            liveness.outbound();
            lastOut = clock.now();
          }
          if (what === "suspend") liveness.suspend();
          if (what === "resume" && suspended) liveness.resume();
          if (what === "suspend" || what === "resume") suspended = what === "suspend";
        }
        assert.deepEqual(losses, []);
      }),
    );
  });

  it("doesn't count silence of its own making, and still speaks meanwhile", () => {
    const { clock, pings, losses, liveness } = start();
    liveness.suspend();
    clock.advance(20 * KEEPALIVE);
    assert(pings.length >= 20);
    assert.deepEqual(losses, []);
    liveness.resume();
    clock.advance(KEEPALIVE);
    assert.deepEqual(losses, []);
    clock.advance(KEEPALIVE);
    assert.equal(losses.length, 1);
  });

  it("reads what has come in before it gives up after the process was held up", () => {
    const { clock, losses, liveness } = start();
    clock.advance(0.9 * KEEPALIVE);
    // The answer is in the socket, but the timer runs first: the read comes within the next turn of the loop.
    clock.after(KEEPALIVE / 2 + 0.5, () => liveness.inbound());
    clock.advance(KEEPALIVE);
    assert.deepEqual(losses, []);
  });

  it("does nothing with a keepalive of 0", () => {
    const { clock, pings, losses } = start(0);
    clock.advance(1e9);
    assert.deepEqual([pings, losses], [[], []]);
  });
});
