import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { AlarmPresent, MachinePresent } from "../../dashboard/src/api/present.ts";
import { lineVerdict } from "../../dashboard/src/format/line-verdict.ts";

const NOW = 1_000_000_000_000;

function machine(key: string, state: string, more: Partial<MachinePresent> = {}): MachinePresent {
  return {
    key,
    state,
    sinceMs: NOW - 60_000,
    unknownWhy: undefined,
    reason: undefined,
    product: "dark",
    batch: "B1",
    connected: true,
    lastHeardMs: NOW - 1_000,
    ...more,
  };
}

function alarm(machineKey: string, more: Partial<AlarmPresent> = {}): AlarmPresent {
  return {
    machine: machineKey,
    alarmId: "temp",
    code: "TEMP",
    message: "too hot",
    priority: "high",
    state: "unack",
    active: true,
    acknowledged: false,
    raisedMs: NOW - 164_000,
    clearedMs: undefined,
    durationMs: undefined,
    times: 1,
    tag: undefined,
    value: undefined,
    limit: undefined,
    limitKind: undefined,
    unit: undefined,
    version: 1,
    silencedBy: undefined,
    silencedUntilMs: undefined,
    silencedWhy: undefined,
    ...more,
  };
}

function verdict(
  machines: MachinePresent[],
  alarms: AlarmPresent[] = [],
  out: { machine: string; words: string }[] = [],
  behind = 0,
) {
  return lineVerdict({
    machines,
    alarms,
    out,
    behind,
    nowMs: NOW,
    nameOf: (key) => key,
    describe: ({ message }) => message,
    duration: (ms) => `${ms / 1000} s`,
    clock: (atMs) => `t-${(NOW - atMs) / 1000}`,
  });
}

suite("the first sentence of a line", () => {
  test("all runs", () => {
    assert.deepEqual(verdict([machine("Dosing", "Execute"), machine("Mixing", "Execute")]), {
      sentence: "The whole line runs; nothing is out of its range.",
    });
  });

  test("an active alarm stands before everything; the unacknowledged one before the acknowledged, whatever its priority", () => {
    const found = verdict(
      [machine("Tempering", "Execute"), machine("Cooling", "unknown")],
      [
        alarm("Cooling", { priority: "critical", acknowledged: true }),
        alarm("Tempering", { priority: "medium" }),
      ],
    );
    assert.equal(found.priority, "medium");
    assert.equal(found.sentence, "Tempering: too hot (for 164 s, since t-164).");
    assert.equal(found.rest, "Nobody knows what Cooling does; 1 more active.");
  });

  test("beside the alarm of a line that is silent as a whole it is said that nobody knows what it does", () => {
    const found = verdict([machine("Tempering", "unknown")], [alarm("Tempering")]);
    assert.equal(found.sentence, "Tempering: too hot (for 164 s, since t-164).");
    assert.equal(found.rest, "Nobody knows what the line does.");
  });

  test("what came back to normal is no reason to run", () => {
    assert.equal(
      verdict([machine("Dosing", "Execute")], [alarm("Dosing", { active: false })]).priority,
      undefined,
    );
  });

  test("a machine that nobody hears is not taken for one that runs", () => {
    const found = verdict([
      machine("Dosing", "Execute"),
      machine("Mixing", "unknown", { lastHeardMs: NOW - 5_000 }),
    ]);
    assert.equal(found.priority, "record");
    assert.match(found.sentence, /^Nobody knows what Mixing does for 5 s/);
  });

  test("of a line that nobody has told of yet it isn't said that it runs", () => {
    assert.deepEqual(verdict([]), {
      priority: "record",
      sentence: "Nobody knows yet how the line does.",
    });
  });

  test("a line that is silent as a whole says so", () => {
    assert.match(
      verdict([machine("Dosing", "unknown"), machine("Mixing", "unknown")]).sentence,
      /whole line has been silent/,
    );
  });

  test("what is far behind the log is not taken for the present, whatever it says", () => {
    const found = verdict(
      [machine("Dosing", "Execute", { lastHeardMs: NOW - 9_000 })],
      [alarm("Dosing")],
      [],
      10_000,
    );
    assert.equal(found.priority, "record");
    assert.equal(found.sentence, "Behind the log: what is shown is 9 s old.");
  });

  test("who stands comes before who waits for it", () => {
    const reason = { code: "JAM", category: "failure", message: "Wrapper jam" };
    const found = verdict([machine("Cooling", "Suspended"), machine("Packaging", "Held", { reason })]);
    assert.equal(found.sentence, "Packaging stands for 60 s, since t-60: wrapper jam.");
    assert.equal(found.rest, "Cooling suspended.");
    assert.equal(found.priority, undefined);
  });

  test("values outside their range are named, without a hue", () => {
    const found = verdict(
      [machine("Molding", "Execute")],
      [],
      [{ machine: "Molding", words: "Molding mould 33.1 °C, normal 26–32" }],
    );
    assert.equal(found.sentence, "Molding mould 33.1 °C, normal 26–32.");
    assert.equal(found.priority, undefined);
  });
});
