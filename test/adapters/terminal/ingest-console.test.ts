import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { test } from "node:test";
import { IngestConsole, type IngestConsoleOptions } from "../../../src/adapters/terminal/ingest-console.ts";
import { MESSAGE_FLAG } from "../../../src/contract/policy.ts";
import { isUpTopic, type MessageType, parseUpTopic } from "../../../src/contract/topic.ts";
import { ConcheError } from "../../../src/errors/conche-error.ts";
import type { CommittedGroup } from "../../../src/ingest/observer.ts";
import { LOG_START } from "../../../src/log/log-position.ts";
import type { LogRecord, QuarantineRecord } from "../../../src/log/message-log.ts";
import type { SequenceState } from "../../../src/log/sequence-state.ts";
import { memoryTerminal } from "./memory-terminal.ts";

const TS = "2026-01-11T08:00:00.000Z";

function record(type: MessageType, payload: object = {}): LogRecord {
  const topic = parseUpTopic(`factory/tunis-01/line-a/s5_tempering/temper-01/${type}`);
  assert.ok(isUpTopic(topic));
  const times = { ts: TS, tsMs: Date.parse(TS), receivedAt: Date.parse(TS) };
  const identity = { version: 2, boot: "boot-0001", seq: 1, flags: 1, batchId: null };
  return { ...times, topic, payload: JSON.stringify(payload), qos: 1, retain: false, ...identity };
}

function quarantine(detail: string): QuarantineRecord {
  const publisher = { machine: null, boot: null, seq: null };
  const message = { topic: "factory/x", payload: new Uint8Array(), receivedAt: 0, qos: 1, retain: false };
  return { ...message, ...publisher, propertiesJson: null, reason: "json", detail, schema: null };
}

function group(parts: Partial<CommittedGroup>): CommittedGroup {
  const totals = { received: 0, stored: 0, duplicates: 0, quarantined: 0 };
  const nothing = { messages: [], quarantined: [], sequences: [], position: LOG_START };
  return { ...nothing, totals, duplicates: 0, durationMs: 1, ...parts };
}

function telemetry(count: number): CommittedGroup {
  return group({ messages: Array.from({ length: count }, () => record("telemetry")), durationMs: 2.345 });
}

function consoleOn(
  mode: IngestConsoleOptions["mode"],
  columns: number | null = null,
  colour = false,
  quiet = false,
  messages = "always",
) {
  const terminal = memoryTerminal(columns, colour);
  const clock = { ms: 0 };
  const shown = new IngestConsole({
    terminal,
    mode,
    quiet,
    messages,
    now: () => clock.ms,
    wallNow: () => clock.ms,
  });
  /** The lines written since the last call. */
  let seen = 0;
  const lines = () => {
    const fresh = terminal.written().slice(seen);
    seen += fresh.length;
    return fresh.split("\n").slice(0, -1);
  };
  return { shown, terminal, clock, lines };
}

test("while there are few, each message has a line; alarms and quarantine say what they are", () => {
  const { shown, lines } = consoleOn("lines");
  shown.committed(
    group({
      messages: [
        record("telemetry"),
        record("alarm", { severity: "HIGH", code: "TEMP_HIGH", message: "too warm" }),
        record("state", { state: "RUNNING" }),
        record("batch", { event: "BATCH_START", batch_id: "B20260111-DA-0042" }),
      ],
      quarantined: [quarantine("Unexpected end of JSON input")],
    }),
  );
  const machine = "factory/tunis-01/line-a/s5_tempering/temper-01";
  assert.deepEqual(lines(), [
    `${machine}/telemetry -> ${TS}`,
    `${machine}/alarm -> ${TS}  HIGH TEMP_HIGH: too warm`,
    `${machine}/state -> ${TS}  RUNNING`,
    `${machine}/batch -> ${TS}  BATCH_START B20260111-DA-0042`,
    "factory/x -> quarantine (json): Unexpected end of JSON input",
  ]);
});

test("many messages in a second give a rate line per second, until it has been calm for a while", () => {
  const { shown, lines } = consoleOn("lines");
  shown.committed(telemetry(50));
  assert.equal(lines().length, 50);
  shown.committed(telemetry(1950));
  assert.deepEqual(lines(), []);
  shown.endSecond();
  assert.deepEqual(lines(), ["2,000 messages/s stored, longest commit 2.3 ms"]);
  // Below `many` but above `few` is not calm; then three calm seconds.
  for (const count of [30, 20, 0, 20]) {
    shown.committed(telemetry(count));
    shown.endSecond();
  }
  assert.deepEqual(
    lines().map((line) => line.split(" ")[0]),
    ["30", "20", "20"],
  );
  shown.committed(telemetry(1));
  assert.match(lines().join(), /telemetry -> /);
  shown.endSecond();
  assert.deepEqual(lines(), []);
});

test("alarms and quarantine stand out of a rate line, a flood of them doesn't", () => {
  const { shown, lines } = consoleOn("lines");
  shown.committed(telemetry(100));
  lines();
  const messages = Array.from({ length: 8 }, () =>
    record("alarm", { severity: "LOW", code: "X", message: "m" }),
  );
  shown.committed(group({ messages, quarantined: [quarantine("d")], duplicates: 7 }));
  assert.equal(lines().length, 5);
  shown.endSecond();
  assert.deepEqual(lines(), [
    "108 messages/s stored, 7 duplicates, 1 quarantined, " +
      "4 more alarms and quarantined messages not shown, longest commit 2.3 ms",
  ]);
});

test("what machines send can't act on the terminal", () => {
  const { shown, terminal } = consoleOn("lines", 200);
  shown.committed(
    group({
      messages: [record("alarm", { severity: "\u001b[2J", code: "\u202eX", message: "a\nb\u009b31m" })],
      quarantined: [{ ...quarantine("\u001b]0;title\u0007"), topic: "fac\rtory" }],
    }),
  );
  const plain = terminal.written();
  assert.doesNotMatch(plain.replaceAll("\n", ""), /[\p{Cc}\p{Cf}]/u);
  assert.match(plain, /\\x1b\[2J \\u\{202e\}X: a\\nb\\x9b31m/);
  assert.match(plain, /fac\\rtory -> quarantine \(json\): \\x1b\]0;title\\x07/);
});

test("a terminal's lines are coloured and cut to its width, others are neither", () => {
  const { shown, terminal } = consoleOn("lines", 60, true);
  shown.committed(group({ messages: [record("telemetry")] }));
  assert.equal(
    terminal.written(),
    "factory/tunis-01/line-a/s5_tempering/temper-01/\u001b[36mtelemetry\u001b[39m -> \n".replace(
      " -> ",
      " ->…",
    ),
  );
});

test("as JSON Lines, events say the same for programs", () => {
  const { shown, lines } = consoleOn("json");
  shown.committed(
    group({ messages: [record("state", { state: "IDLE", n: 1 })], quarantined: [quarantine("d")] }),
  );
  shown.committed(telemetry(100));
  lines().slice(50);
  shown.endSecond();
  const [rate] = lines();
  assert.deepEqual(JSON.parse(String(rate)), {
    event: "rate",
    at: "1970-01-01T00:00:00.000Z",
    stored: 101,
    duplicates: 0,
    quarantined: 1,
    longestCommitMs: 2.345,
  });
});

test("a stored message's JSON line carries the payload digit by digit", () => {
  const { shown, lines } = consoleOn("json");
  const exact = { ...record("state"), payload: '{"n":\n12345678901234567890}' };
  shown.committed(group({ messages: [exact] }));
  const [line] = lines();
  assert.match(String(line), /"payload":\{"n": 12345678901234567890\}\}$/);
  assert.deepEqual(JSON.parse(String(line)).flags, ["qos_below_policy"]);
});

test("quiet shows start, stop and errors only", () => {
  const { shown, terminal, lines } = consoleOn("lines", null, false, true);
  shown.committed(telemetry(200));
  shown.committed(group({ quarantined: [quarantine("d")] }));
  shown.endSecond();
  assert.deepEqual(lines(), []);
  shown.commitFailed(new ConcheError("CONCHE_DISK_FULL", { message: "no room", hint: "make room" }), 500);
  assert.equal(
    terminal.complained(),
    "1970-01-01T00:00:00.000Z error CONCHE_DISK_FULL: no room (nothing is acknowledged; trying again) (what to do: make room)\n",
  );
});

test("a failing commit is told once, again now and then, and when it is over", () => {
  const { shown, terminal, clock } = consoleOn("lines");
  const full = new ConcheError("CONCHE_DISK_FULL", { message: "no room" });
  for (let attempt = 0; attempt < 5; attempt++) shown.commitFailed(full, 500);
  assert.equal(terminal.complained().match(/no room/g)?.length, 1);
  clock.ms = 10_000;
  shown.commitFailed(full, 500);
  assert.equal(terminal.complained().match(/no room/g)?.length, 2);
  clock.ms = 12_500;
  shown.committed(telemetry(1));
  assert.match(terminal.complained(), /commits succeed again, after 12\.5 s\n$/);
});

test("the summary tells what became of every message", () => {
  const { shown, clock, lines } = consoleOn("lines");
  const sequence = (machine: string, missing: SequenceState["missing"]) =>
    ({ machine, boot: "boot-0001", missing }) as SequenceState;
  shown.committed(telemetry(3_000));
  shown.committed(group({ messages: [record("alarm")], quarantined: [quarantine("d")], duplicates: 2 }));
  shown.committed(group({ sequences: [sequence("a", [[3, 5]]), sequence("b", [[1, 1]])] }));
  shown.committed(group({ sequences: [sequence("b", [])] }));
  lines();
  clock.ms = 10_000;
  shown.closed();
  assert.deepEqual(lines(), [
    "",
    "Stopped after 10.0 s; everything that was acknowledged is on disk.",
    "",
    "this run     messages",
    "stored          3,001  300 per second",
    "  telemetry     3,000",
    "  state             0",
    "  alarm             1",
    "  quality           0",
    "  batch             0",
    "duplicates          2  stored once each",
    "quarantined         1  conche quarantine list shows them",
    "gaps                3  of 1 publisher: conche verify lists them",
    "",
  ]);
});

test("the banner says where everything is, and leaves out what isn't there", (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const { shown, lines } = consoleOn("lines");
  shown.opened({
    version: "1.2.3",
    pid: 42,
    dashboard: "http://127.0.0.1:8080/",
    mqtt: "mqtt://127.0.0.1:1883",
    http: "http://127.0.0.1:8080",
    data: "/data",
    next: [["npx conche log tail", "what was stored last"]],
  });
  assert.deepEqual(lines(), [
    "",
    "Conche 1.2.3 is running (process 42)",
    "  dashboard   http://127.0.0.1:8080/",
    "  MQTT        mqtt://127.0.0.1:1883",
    "  health      http://127.0.0.1:8080/healthz  /readyz  /metrics",
    "  data        /data",
    "  npx conche log tail  what was stored last",
    "",
  ]);
  shown.committed(telemetry(60));
  lines();
  context.mock.timers.tick(1_000);
  assert.match(lines().join(), /^60 messages\/s/);
  shown.closed();
});

test("a reader that doesn't keep up makes lines go missing, counted, instead of memory grow", () => {
  const written: string[] = [];
  const held: (() => void)[] = [];
  const out = new Writable({
    highWaterMark: 200,
    write(chunk, _encoding, done) {
      written.push(String(chunk));
      held.push(done);
    },
  });
  const terminal = { ...memoryTerminal(), out };
  const shown = new IngestConsole({
    terminal,
    mode: "lines",
    quiet: false,
    messages: "always",
    now: () => 0,
  });
  shown.committed(telemetry(40));
  assert.ok(out.writableLength < 400);
  while (held.length > 0) held.shift()?.();
  shown.endSecond();
  while (held.length > 0) held.shift()?.();
  assert.match(written.join(""), /\(3\d lines left out: the output is slow\)/);
});

const IMPLAUSIBLE = { ...record("telemetry"), flags: MESSAGE_FLAG.UNKNOWN_TAG };

function minute(shown: IngestConsole): void {
  for (let second = 0; second < 60; second++) shown.endSecond();
}

test("where nobody looks there is a line per minute, not per message", () => {
  const { shown, lines, clock, terminal } = consoleOn("lines", null, false, false, "auto");
  shown.committed(telemetry(3));
  shown.committed(group({ messages: [IMPLAUSIBLE], durationMs: 5 }));
  assert.deepEqual(lines(), []);
  clock.ms = 60_000;
  minute(shown);
  assert.deepEqual(lines(), [
    "1970-01-01T00:01:00.000Z info ingested: 4 messages stored, 1 flagged unknown_tag, longest commit 5.0 ms",
  ]);
  minute(shown);
  assert.deepEqual(lines(), [], "nothing came: nothing is said");
  shown.committed(group({ quarantined: [quarantine("d")] }));
  minute(shown);
  assert.match(terminal.complained(), / warning ingested: 0 messages stored, 1 quarantined /);
});

test("programs get the same as an event, and single messages where they ask for them", () => {
  const { shown, lines } = consoleOn("json", 120, false, false, "auto");
  shown.committed(group({ messages: [IMPLAUSIBLE] }));
  minute(shown);
  const [said] = lines().map((line) => JSON.parse(line));
  assert.deepEqual(
    [said.event, said.level, said.code, said.seconds, said.stored, said.flagged],
    ["ingested", "info", "ingested", 60, 1, { unknown_tag: 1 }],
  );
});

test("a person at a terminal gets a line per message; what was flagged stands out", () => {
  const { shown, terminal } = consoleOn("lines", 120, true, false, "auto");
  shown.committed(group({ messages: [IMPLAUSIBLE] }));
  assert.ok(terminal.written().includes("\u001b[33m\u001b[1m  [unknown_tag]"), terminal.written());
});
