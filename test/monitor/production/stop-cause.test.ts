import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { StopCategory } from "../../../src/contract/schemas/state-v2.ts";
import type { StateInterval } from "../../../src/monitor/machine-state/state-intervals.ts";
import { causesOf } from "../../../src/monitor/production/stop-cause.ts";
import { usedTime } from "../../../src/monitor/production/time-use.ts";

const ORDER = ["temper", "molder", "tunnel", "packer"];
type Told = [from: number, to: number, state: StateInterval["state"], why?: StopCategory, causedBy?: string];

/** Seconds; a stop's code is its category in capitals. */
function intervals(told: Told[]): StateInterval[] {
  return told.map(([from, to, state, category, causedBy = null]) => ({
    fromMs: from * 1000,
    toMs: to * 1000,
    state,
    mode: null,
    reason:
      category === undefined ? null : { category, code: category.toUpperCase(), message: null, causedBy },
    unknownWhy: state === "unknown" ? "silent" : null,
  }));
}

function causes(machine: string, told: Record<string, Told[]>): string[] {
  const histories = new Map(Object.entries(told).map(([key, list]) => [key, intervals(list)]));
  const history = (key: string) => histories.get(key) ?? [];
  const whole = { fromMs: 0, toMs: 1_000_000 };
  return usedTime(history(machine), [whole])
    .filter(({ use }) => use === "stopped")
    .flatMap((stop) => causesOf(machine, stop, { history, order: ORDER }))
    .map(({ fromMs, toMs, chain, root, inferred }) =>
      [
        `${fromMs / 1000}-${toMs / 1000}`,
        [machine, ...chain].join("<"),
        root.code ?? root.state,
        ...(inferred ? ["inferred"] : []),
      ].join(" "),
    );
}

suite("the cause of a stop", () => {
  test("is its own where the machine stands by itself", () => {
    assert.deepEqual(causes("packer", { packer: [[0, 90, "Held", "failure"]] }), ["0-90 packer FAILURE"]);
  });

  test("is followed along the machines that starve one another, and divided where it changes", () => {
    const told: Record<string, Told[]> = {
      packer: [[100, 900, "Suspended", "starved", "tunnel"]],
      tunnel: [
        [50, 880, "Idle", "starved", "molder"],
        [880, 2000, "Execute"],
      ],
      molder: [
        [0, 870, "Suspended", "starved", "temper"],
        [870, 2000, "Execute"],
      ],
      temper: [
        [0, 300, "Held", "failure"],
        [300, 860, "Stopped", "cleaning"],
        [860, 2000, "Execute"],
      ],
    };
    assert.deepEqual(causes("packer", told), [
      "100-300 packer<tunnel<molder<temper FAILURE",
      "300-860 packer<tunnel<molder<temper CLEANING",
      // From here on each machine runs again, one after the other.
      "860-870 packer<tunnel<molder<temper Execute",
      "870-880 packer<tunnel<molder Execute",
      "880-900 packer<tunnel Execute",
    ]);
  });

  test("is no moment in which the other one ran at either end of the stop", () => {
    const told: Record<string, Told[]> = {
      packer: [[100, 200, "Suspended", "starved", "tunnel"]],
      tunnel: [
        [0, 104, "Execute"],
        [104, 195, "Held", "failure"],
        [195, 300, "Execute"],
      ],
    };
    assert.deepEqual(causes("packer", told), ["100-200 packer<tunnel FAILURE"]);
  });

  test("is the nearest neighbour that stood, where the machine names none", () => {
    const told: Record<string, Told[]> = {
      temper: [[0, 500, "Held", "failure"]],
      molder: [[0, 500, "Execute"]],
      tunnel: [
        [100, 200, "Suspended", "starved"],
        [300, 400, "Suspended", "blocked"],
      ],
      packer: [[250, 500, "Held", "minor_stop"]],
    };
    assert.deepEqual(causes("tunnel", told), [
      "100-200 tunnel<temper FAILURE inferred",
      "300-400 tunnel<packer MINOR_STOP inferred",
    ]);
  });

  test("ends where the chain goes round, where nobody knows, and where the other one only ran", () => {
    assert.deepEqual(
      causes("molder", {
        molder: [[0, 60, "Suspended", "blocked", "tunnel"]],
        tunnel: [[0, 60, "Suspended", "blocked", "molder"]],
      }),
      ["0-60 molder<tunnel BLOCKED"],
    );
    assert.deepEqual(
      causes("molder", {
        molder: [[0, 60, "Suspended", "starved", "temper"]],
        temper: [
          [0, 30, "unknown"],
          [30, 60, "Execute"],
        ],
      }),
      ["0-30 molder<temper unknown", "30-60 molder<temper Execute"],
    );
  });
});
