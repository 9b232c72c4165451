import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { type LoadOrder, sharesOf } from "../../src/load/load-order.ts";

const ORDER = {
  site: "load-01",
  type: "telemetry",
  payloadVersion: 2,
  identified: true,
  qos: 1,
  payloadBytes: 200,
  window: 10,
} as const;

it("shares of a load are the load: machines numbered once, messages and rate dealt out", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 1, max: 64 }),
      fc.option(fc.integer({ min: 1, max: 100_000 }), { nil: undefined }),
      fc.option(fc.integer({ min: 1, max: 100_000 }), { nil: undefined }),
      (connections, threads, rate, messages) => {
        const order: LoadOrder = { ...ORDER, connections, rate, messages };
        const shares = sharesOf(order, threads);
        assert.equal(shares.length, Math.min(threads, connections));
        const machines = shares.flatMap(({ firstMachine, connections: mine }) =>
          Array.from({ length: mine }, (_, index) => firstMachine + index),
        );
        assert.deepEqual(
          machines,
          Array.from({ length: connections }, (_, index) => index),
        );
        for (const share of shares) assert.ok(share.connections >= 1);
        const sum = (values: (number | undefined)[]) =>
          values.reduce<number>((total, value) => total + (value ?? 0), 0);
        assert.equal(sum(shares.map((share) => share.messages)), messages ?? 0);
        assert.ok(Math.abs(sum(shares.map((share) => share.rate)) - (rate ?? 0)) < 1e-6 * (rate ?? 1));
      },
    ),
  );
});
