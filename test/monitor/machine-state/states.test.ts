import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { batchesInWork } from "../../../src/monitor/machine-state/line-now.ts";
import { machineStateView } from "../../../src/monitor/machine-state/machine-state-view.ts";
import { machinesNow, oneMachineNow } from "../../../src/monitor/machine-state/machines-now.ts";
import { silenceOf } from "../../../src/monitor/machine-state/silence.ts";
import { stateHistory, timeInState } from "../../../src/monitor/machine-state/state-intervals.ts";
import type { Watch } from "../../../src/monitor/machine-state/unknown-time.ts";
import { workRuns } from "../../../src/monitor/machine-state/work-runs.ts";
import type { ViewMessage } from "../../../src/views/view.ts";
import { chocolatePlant } from "../../plant/chocolate-document.ts";
import { hoursOf, of, START_MS } from "../../simulator/simulated-line.ts";
import { folded, fromSimulation, read, told } from "../told.ts";

const PACKER = "tunis-01/line-a/s8_packaging/packer-03";
const T0 = Date.parse("2026-11-27T08:00:00Z");
const S = 1000;
const NEVER_SILENT = { nowMs: T0 + 3_600_000, silentAfterMs: null };
const SILENT_AFTER_30_S = { nowMs: T0 + 3_600_000, silentAfterMs: 30_000 };

/** Telemetry once a second, as machines send it. */
function telemetry(fromS: number, toS: number, machine = PACKER): ViewMessage[] {
  return Array.from({ length: toS - fromS }, (_, index) =>
    told(machine, "telemetry", T0 + (fromS + index) * S, { tags: { packs_per_min: 100 } }),
  );
}

function shown(
  messages: ViewMessage[],
  fromS: number,
  toS: number,
  watch: Watch = SILENT_AFTER_30_S,
): string[] {
  const span = { fromMs: T0 + fromS * S, toMs: T0 + toS * S };
  return stateHistory(read(machineStateView, messages), PACKER, span, watch).intervals.map(
    ({ fromMs, toMs, state, reason, unknownWhy }) =>
      [(fromMs - T0) / S, (toMs - T0) / S, state, reason?.code ?? unknownWhy ?? ""].join(" ").trim(),
  );
}

suite("intervals of a machine's states", () => {
  const jam = { category: "minor_stop", code: "JAM", message: "bars jammed" } as const;

  test("reach from one state to the next, with the reason", () => {
    const messages = [
      told(PACKER, "state", T0, { state: "Execute" }),
      told(PACKER, "state", T0 + 60 * S, { state: "Held", stop_reason: jam }),
      told(PACKER, "state", T0 + 90 * S, { state: "Execute" }),
    ];
    assert.deepEqual(shown(messages, 30, 120, NEVER_SILENT), [
      "30 60 Execute",
      "60 90 Held JAM",
      "90 120 Execute",
    ]);
  });

  test("a later report of a state tells when it began, but not before what was said before it", () => {
    const since = (second: number) => new Date(T0 + second * S).toISOString();
    const messages = [
      told(PACKER, "state", T0, { state: "Execute" }),
      told(PACKER, "state", T0 + 60 * S, { state: "Execute", since: since(0) }),
      told(PACKER, "state", T0 + 100 * S, { state: "Held", stop_reason: jam, since: since(40) }),
      told(PACKER, "state", T0 + 200 * S, { state: "Idle", since: since(150) }),
    ];
    assert.deepEqual(shown(messages, 0, 180, NEVER_SILENT), [
      "0 60 Execute",
      "60 150 Held JAM",
      "150 180 Idle",
    ]);
  });

  test("are unknown from the last message before a lost connection to the first one after", () => {
    const messages = [
      told(PACKER, "state", T0, { state: "Execute" }),
      ...telemetry(0, 100),
      // The will comes when the broker gives up, a while after the last message.
      told(PACKER, "state", T0 + 125 * S, { state: "OFFLINE" }),
      told(PACKER, "state", T0 + 300 * S, { state: "ONLINE" }),
      ...telemetry(300, 400),
    ];
    assert.deepEqual(shown(messages, 0, 400), [
      "0 125 Execute",
      "125 300 unknown offline",
      "300 400 Execute",
    ]);
  });

  test("of a time are the same whenever the asked span ends: before the lost connection is said, with it, or later", () => {
    const messages = [
      told(PACKER, "state", T0, { state: "Execute" }),
      ...telemetry(0, 100),
      told(PACKER, "state", T0 + 125 * S, { state: "OFFLINE" }),
    ];
    for (const toS of [110, 120, 125, 126, 130]) {
      const known = `0 ${Math.min(toS, 125)} Execute`;
      assert.deepEqual(shown(messages, 0, toS), toS > 125 ? [known, `125 ${toS} unknown offline`] : [known]);
    }
  });

  test("are unknown where a machine that sends telemetry is silent, and only there", () => {
    const messages = [
      told(PACKER, "state", T0, { state: "Execute" }),
      ...telemetry(0, 100),
      ...telemetry(120, 200),
      ...telemetry(260, 270),
    ];
    assert.deepEqual(shown(messages, 0, 400), [
      "0 200 Execute",
      "200 260 unknown silent",
      "260 270 Execute",
      "270 400 unknown silent",
    ]);
    const speaksOnChange = [told(PACKER, "state", T0, { state: "Execute" })];
    assert.deepEqual(shown(speaksOnChange, 0, 400), ["0 400 Execute"]);
  });

  test("what came late fills the silence", () => {
    const late = telemetry(100, 260).map((message) => ({ ...message, receivedAtMs: T0 + 900 * S }));
    const messages = [
      told(PACKER, "state", T0, { state: "Execute" }),
      ...telemetry(0, 100),
      ...telemetry(260, 300),
    ];
    assert.deepEqual(shown(messages, 0, 300), ["0 100 Execute", "100 260 unknown silent", "260 300 Execute"]);
    assert.deepEqual(shown([...messages, ...late], 0, 300), ["0 300 Execute"]);
  });

  test("a late will of an earlier start changes nothing; the one of the present start does", () => {
    const boot = (name: string, seq: number) => ({ boot: name, seq });
    const begin = [
      told(PACKER, "state", T0, { state: "Execute" }, boot("018f-boot-a", 1)),
      told(PACKER, "state", T0 + 50 * S, { state: "ONLINE" }, boot("018f-boot-b", 1)),
      told(PACKER, "state", T0 + 51 * S, { state: "Held", stop_reason: jam }, boot("018f-boot-b", 2)),
    ];
    const will = (of: string) =>
      told(PACKER, "state", T0 + 70 * S, { state: "OFFLINE", will_of_boot: of }, { id: 9 });
    assert.deepEqual(shown([...begin, will("018f-boot-a")], 51, 100), ["51 100 Held JAM"]);
    assert.deepEqual(shown([...begin, will("018f-boot-b")], 51, 100), [
      "51 70 Held JAM",
      "70 100 unknown offline",
    ]);
    const now = (of: string) =>
      oneMachineNow(read(machineStateView, [...begin, will(of)]), PACKER, {
        nowMs: T0 + 80 * S,
        silentAfterMs: () => 30_000,
      });
    assert.equal(now("018f-boot-a")?.state, "Held");
    assert.equal(now("018f-boot-a")?.connected, true);
    assert.equal(now("018f-boot-b")?.state, "unknown");
    assert.equal(now("018f-boot-b")?.lastTold?.state, "Held");
  });

  test("a publisher that began anew has said nothing until it does", () => {
    const messages = [
      told(PACKER, "state", T0, { state: "Execute" }, { boot: "018f-boot-a", seq: 1 }),
      told(PACKER, "state", T0 + 50 * S, { state: "ONLINE" }, { boot: "018f-boot-b", seq: 1 }),
      told(PACKER, "state", T0 + 80 * S, { state: "Idle" }, { boot: "018f-boot-b", seq: 2 }),
    ];
    assert.deepEqual(shown(messages, 0, 100), ["0 50 Execute", "50 80 unknown not_said", "80 100 Idle"]);
  });

  test("a message dated into the future stands at its receipt", () => {
    const ahead = told(PACKER, "state", T0 + 900 * S, { state: "Held" }, { receivedAtMs: T0 + 40 * S });
    assert.deepEqual(shown([told(PACKER, "state", T0, { state: "Execute" }), ahead], 0, 100), [
      "0 40 Execute",
      "40 100 Held",
    ]);
  });

  test("a beginning after the message's own time, and a machine that blames itself, are findings", () => {
    const since = new Date(T0 + 900 * S).toISOString();
    const itself = { category: "starved", code: "X", caused_by: PACKER } as const;
    const store = folded(machineStateView, [
      told(PACKER, "state", T0, { state: "Execute", since }, { id: 1 }),
      told(PACKER, "state", T0 + S, { state: "Held", stop_reason: itself }, { id: 2 }),
    ]);
    assert.deepEqual([...store.findings.keys()].sort(), ["caused_by_itself:2", "since_after_ts:1"]);
  });
});

suite("the states of a simulated line", () => {
  const HOURS = 3;
  const said = hoursOf(HOURS, { seed: 3 });
  const reading = read(machineStateView, fromSimulation(said));
  const plant = chocolatePlant();
  const watch = { nowMs: START_MS + HOURS * 3_600_000, silentAfterMs: silenceOf(plant) };

  test("sum up as a plain pass over the messages does", () => {
    const span = { fromMs: START_MS, toMs: watch.nowMs };
    for (const { key, address } of plant.machines) {
      const sums = new Map<string, number>();
      let state = "unknown";
      let fromMs = span.fromMs;
      const add = (toMs: number) => sums.set(state, (sums.get(state) ?? 0) + toMs - fromMs);
      for (const message of of(said, "state", address.machine)) {
        const next = String(message.payload.state);
        if (next === "ONLINE") continue;
        add(message.atMs);
        state = next;
        fromMs = message.atMs;
      }
      add(span.toMs);
      const history = stateHistory(reading, key, span, {
        nowMs: watch.nowMs,
        silentAfterMs: watch.silentAfterMs(key),
      });
      assert.deepEqual([...timeInState(history)].sort(), [...sums].sort(), key);
    }
  });

  test("are shown at present as last said, each machine with its batch", () => {
    const now = machinesNow(reading, watch);
    assert.deepEqual(
      now.map(({ machine }) => machine).sort(),
      plant.machines.map(({ key }) => key as string).sort(),
    );
    for (const { machine, state, batch, connected } of now) {
      const id = machine.split("/")[3];
      assert.equal(state, of(said, "state", id).at(-1)?.payload.state, machine);
      const worked = said.filter(
        ({ machine: at, type, payload }) =>
          at.machine === id && (type === "telemetry" || type === "state") && payload.batch_id !== undefined,
      );
      assert.equal(batch, worked.at(-1)?.payload.batch_id ?? null, machine);
      assert.equal(connected, true);
    }
    const inWork = batchesInWork(now);
    assert.ok(inWork.length >= 2 && inWork.length <= 4);
    assert.equal(inWork.flatMap(({ machines }) => machines).length, 8);
  });

  test("say what a machine worked on, batch after batch", () => {
    const span = { fromMs: START_MS, toMs: watch.nowMs };
    const runs = workRuns(reading, "tunis-01/line-a/s6_molding/molder-01", span);
    const batches: unknown[] = [];
    for (const { payload } of of(said, "telemetry", "molder-01")) {
      if (batches.at(-1) !== payload.batch_id) batches.push(payload.batch_id);
    }
    assert.deepEqual(
      runs.map(({ batch }) => batch),
      batches,
    );
  });

  test("of version 1 are Execute and Idle", () => {
    const old = hoursOf(1, { seed: 3, payloadVersion: 1 });
    const now = machinesNow(read(machineStateView, fromSimulation(old, 1)), {
      nowMs: START_MS + 3_600_000,
      silentAfterMs: silenceOf(plant),
    });
    const states = new Map(
      now.map(({ machine, state, unknownWhy }) => [machine.split("/")[3], unknownWhy ?? state]),
    );
    assert.equal(states.get("temper-01"), "Execute");
    assert.equal(states.get("edge-gw-01"), "not_said");
  });

  test("of a machine that has gone are unknown, and the last one is still told", () => {
    const later = { ...watch, nowMs: watch.nowMs + 200_000 };
    for (const { state, unknownWhy, lastTold } of machinesNow(reading, later)) {
      assert.equal(state, "unknown");
      assert.equal(unknownWhy, "silent");
      assert.notEqual(lastTold, null);
    }
  });
});
