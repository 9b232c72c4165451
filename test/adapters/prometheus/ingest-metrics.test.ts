import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ingestMetrics, type MetricSources } from "../../../src/adapters/prometheus/ingest-metrics.ts";
import { BOOT_LIMIT, MACHINE_LIMIT } from "../../../src/adapters/prometheus/publisher-ledger.ts";
import { MESSAGE_FLAG } from "../../../src/contract/policy.ts";
import { isUpTopic, type MachineKey, type MessageType, parseUpTopic } from "../../../src/contract/topic.ts";
import { ConcheError } from "../../../src/errors/conche-error.ts";
import type { CommittedGroup } from "../../../src/ingest/observer.ts";
import { LOG_START } from "../../../src/log/log-position.ts";
import type { LogRecord, QuarantineRecord } from "../../../src/log/message-log.ts";
import type { QuarantineReason } from "../../../src/log/quarantine-reason.ts";
import type { SequenceState } from "../../../src/log/sequence-state.ts";

const PLACE = "tunis-01/line-a/s5_conching";

function record(type: MessageType, change: Partial<LogRecord> = {}): LogRecord {
  const topic = parseUpTopic(`factory/${PLACE}/conche-01/${type}`);
  assert.ok(isUpTopic(topic));
  return {
    ts: "2026-01-11T08:00:00Z",
    tsMs: 1_768_118_400_000,
    topic,
    payload: "{}",
    receivedAt: 1_768_118_400_000,
    qos: 1,
    retain: false,
    version: 2,
    boot: "boot-0001",
    seq: 1,
    flags: 0,
    batchId: null,
    ...change,
  };
}

function quarantined(reason: QuarantineReason): QuarantineRecord {
  return {
    topic: "x",
    payload: new Uint8Array(),
    receivedAt: 0,
    qos: 0,
    retain: false,
    propertiesJson: null,
    reason,
    detail: "",
    schema: null,
    machine: null,
    boot: null,
    seq: null,
  };
}

function sequence(machine: string, boot: string, change: Partial<SequenceState> = {}): SequenceState {
  return {
    machine: machine as MachineKey,
    boot,
    highest: 10,
    missing: [],
    stored: 10,
    quarantined: 0,
    quarantinedSeqs: [],
    duplicates: 0,
    refilled: 0,
    clockSkewMs: 0,
    firstSeenAt: 1_000,
    lastSeenAt: 2_000,
    ...change,
  };
}

function group(change: Partial<CommittedGroup> = {}): CommittedGroup {
  return {
    messages: [],
    quarantined: [],
    sequences: [],
    totals: { received: 0, stored: 0, duplicates: 0, quarantined: 0 },
    duplicates: 0,
    durationMs: 1,
    position: LOG_START,
    ...change,
  };
}

function metricsOf(sources: Partial<MetricSources> = {}) {
  return ingestMetrics({
    version: "1.2.3",
    knowsMachine: () => true,
    health: () => ({ alive: true, ready: true, checks: [{ name: "log", ok: true, detail: "" }] }),
    waiting: () => 0,
    logBytes: () => 4096,
    walBytes: () => 1024,
    quarantine: () => ({
      limit: { bytes: 1_000, whenFull: "stop" },
      bytes: 600,
      dropped: 3,
      count: { open: 4, replayed: 3, corrected: 2, dismissed: 1 },
    }),
    kept: () => ({ gaps: 7 }),
    now: () => 1_768_118_400_000,
    ...sources,
  });
}

/** The samples of a page by name and labels. */
async function samples(metrics: { text(): Promise<string> }): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const line of (await metrics.text()).split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [, series, value] = /^([a-zA-Z_:][a-zA-Z0-9_:]*(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
    assert.ok(series !== undefined && value !== undefined, line);
    found.set(series, Number(value));
  }
  return found;
}

function ofMachine(machine: string): string {
  return `{site="tunis-01",line="line-a",step="s5_conching",machine="${machine}"}`;
}

const OTHER = '{site="other",line="other",step="other",machine="other"}';

suite("ingest metrics", () => {
  test("a commit is counted by outcome, type, reason and flag", async () => {
    const metrics = metricsOf();
    metrics.observer.committed(
      group({
        messages: [
          record("telemetry"),
          record("telemetry", { flags: MESSAGE_FLAG.REFILL | MESSAGE_FLAG.CLOCK_SKEW }),
          record("alarm", { flags: MESSAGE_FLAG.QOS_BELOW_POLICY, boot: null, seq: null }),
        ],
        quarantined: [quarantined("json"), quarantined("json"), quarantined("topic")],
        duplicates: 4,
        durationMs: 3,
        totals: { received: 110, stored: 53, duplicates: 44, quarantined: 13 },
      }),
    );
    const page = await samples(metrics);
    const value = (series: string) => page.get(series);
    assert.equal(value("conche_messages_received_total"), 10);
    assert.equal(value('conche_messages_stored_total{type="telemetry"}'), 2);
    assert.equal(value('conche_messages_stored_total{type="alarm"}'), 1);
    assert.equal(value('conche_messages_stored_total{type="batch"}'), 0);
    assert.equal(value("conche_messages_unsequenced_total"), 1);
    assert.equal(value('conche_messages_flagged_total{flag="refill"}'), 1);
    assert.equal(value('conche_messages_flagged_total{flag="clock_skew"}'), 1);
    assert.equal(value('conche_messages_flagged_total{flag="qos_below_policy"}'), 1);
    assert.equal(value('conche_messages_flagged_total{flag="unknown_machine"}'), 0);
    assert.equal(value("conche_messages_duplicate_total"), 4);
    assert.equal(value('conche_messages_quarantined_total{reason="json"}'), 2);
    assert.equal(value('conche_messages_quarantined_total{reason="topic"}'), 1);
    assert.equal(value('conche_messages_quarantined_total{reason="schema"}'), 0);
    assert.equal(value("conche_commit_group_messages_sum"), 10);
    assert.equal(value('conche_commit_duration_seconds_bucket{le="0.0025"}'), 0);
    assert.equal(value('conche_commit_duration_seconds_bucket{le="0.005"}'), 1);
    assert.equal(value("conche_last_commit_timestamp_seconds"), 1_768_118_400);
    assert.equal(value('conche_log_messages{outcome="received"}'), 110);
    assert.equal(value("conche_log_messages_unaccounted"), 0);
  });

  test("a broken conservation law shows, in the totals and per machine", async () => {
    const metrics = metricsOf();
    metrics.observer.committed(
      group({
        totals: { received: 10, stored: 7, duplicates: 1, quarantined: 1 },
        sequences: [sequence(`${PLACE}/conche-01`, "boot-0001", { stored: 8 })],
      }),
    );
    const page = await samples(metrics);
    assert.equal(page.get("conche_log_messages_unaccounted"), 1);
    assert.equal(page.get(`conche_sequence_unaccounted${ofMachine("conche-01")}`), 2);
  });

  test("gaps are counted number by number, over a machine's boots, as of the newest state", async () => {
    const metrics = metricsOf();
    const key = `${PLACE}/conche-01`;
    const gaps = sequence(key, "boot-0001", {
      highest: 20,
      stored: 13,
      missing: [
        [3, 5],
        [9, 12],
      ],
    });
    metrics.observer.committed(group({ sequences: [gaps, sequence(`${PLACE}/conche-02`, "boot-0001")] }));
    assert.equal((await samples(metrics)).get(`conche_sequence_missing${ofMachine("conche-01")}`), 7);

    const later = {
      highest: 20,
      stored: 17,
      refilled: 4,
      missing: [[3, 5]] as const,
      clockSkewMs: -1_500,
      lastSeenAt: 5_000,
    };
    metrics.observer.committed(
      group({
        sequences: [
          sequence(key, "boot-0001", later),
          sequence(key, "boot-0002", { highest: 4, stored: 2, missing: [[1, 2]] }),
        ],
      }),
    );
    const page = await samples(metrics);
    assert.equal(page.get(`conche_sequence_missing${ofMachine("conche-01")}`), 5);
    assert.equal(page.get(`conche_sequence_highest${ofMachine("conche-01")}`), 24);
    assert.equal(page.get(`conche_sequence_refilled${ofMachine("conche-01")}`), 4);
    assert.equal(page.get(`conche_sequence_unaccounted${ofMachine("conche-01")}`), 0);
    assert.equal(page.get(`conche_clock_skew_seconds${ofMachine("conche-01")}`), -1.5);
    assert.equal(page.get(`conche_last_message_timestamp_seconds${ofMachine("conche-01")}`), 5);
    assert.equal(page.get(`conche_sequence_missing${ofMachine("conche-02")}`), 0);
  });

  test("what the log knew before the start counts, until the publisher's newer state does", async () => {
    const key = `${PLACE}/conche-01`;
    const boots = Array.from({ length: BOOT_LIMIT + 4 }, (_, index) =>
      sequence(key, `boot-${1_000 + index}`, { lastSeenAt: 2_000 + index, missing: [[2, 3]], stored: 8 }),
    );
    const metrics = metricsOf({ known: boots.toReversed() }); // those heard last first
    const missing = async () =>
      (await samples(metrics)).get(`conche_sequence_missing${ofMachine("conche-01")}`);
    assert.equal(await missing(), BOOT_LIMIT * 2);
    const newest = boots.at(-1);
    assert.ok(newest !== undefined);
    const refilled = { ...newest, missing: [], stored: 10, refilled: 2 };
    metrics.observer.committed(group({ sequences: [refilled] }));
    assert.equal(await missing(), BOOT_LIMIT * 2 - 2);
    const heard = `conche_last_message_timestamp_seconds${ofMachine("conche-01")}`;
    assert.equal((await samples(metrics)).get(heard), (2_000 + BOOT_LIMIT + 3) / 1_000);
  });

  test("machines the plant doesn't know share one series, whatever they are called", async () => {
    const metrics = metricsOf({ knowsMachine: (machine) => machine.endsWith("conche-01") });
    const strangers = Array.from({ length: 5_000 }, (_, index) =>
      sequence(`${PLACE}/made-up-${index}`, "boot-0001", { highest: 1, stored: 1 }),
    );
    metrics.observer.committed(
      group({ sequences: [sequence(`${PLACE}/conche-01`, "boot-0001"), ...strangers] }),
    );
    const page = await samples(metrics);
    const series = [...page.keys()].filter((key) => key.startsWith("conche_sequence_highest"));
    assert.deepEqual(series, [
      `conche_sequence_highest${ofMachine("conche-01")}`,
      `conche_sequence_highest${OTHER}`,
    ]);
    assert.ok((page.get(`conche_sequence_highest${OTHER}`) ?? 0) > 0);
  });

  test("a plant of any size doesn't grow the page beyond its limit", async () => {
    const metrics = metricsOf();
    const many = Array.from({ length: MACHINE_LIMIT + 50 }, (_, index) =>
      sequence(`${PLACE}/m-${index}`, "boot-0001"),
    );
    metrics.observer.committed(group({ sequences: many }));
    const series = [...(await samples(metrics)).keys()].filter((key) =>
      key.startsWith("conche_sequence_missing"),
    );
    assert.equal(series.length, MACHINE_LIMIT + 1);
  });

  test("a machine that starts again and again is kept by its last boots", async () => {
    const metrics = metricsOf();
    const boots = Array.from({ length: BOOT_LIMIT * 3 }, (_, index) =>
      sequence(`${PLACE}/conche-01`, `boot-${1_000 + index}`),
    );
    for (const boot of boots) metrics.observer.committed(group({ sequences: [boot] }));
    assert.equal(
      (await samples(metrics)).get(`conche_sequence_highest${ofMachine("conche-01")}`),
      BOOT_LIMIT * 10,
    );
  });

  test("failed commits are counted by their code", async () => {
    const metrics = metricsOf();
    metrics.observer.commitFailed(
      new ConcheError("CONCHE_DISK_FULL", { message: "full", retryable: true }),
      100,
    );
    metrics.observer.commitFailed(
      new ConcheError("CONCHE_DISK_FULL", { message: "full", retryable: true }),
      200,
    );
    metrics.observer.commitFailed(new ConcheError("CONCHE_LOG_IO", { message: "gone" }));
    const page = await samples(metrics);
    assert.equal(page.get('conche_commit_failures_total{code="CONCHE_DISK_FULL"}'), 2);
    assert.equal(page.get('conche_commit_failures_total{code="CONCHE_LOG_IO"}'), 1);
  });

  test("what is asked when the page is read is as it is then", async () => {
    let ready = false;
    const checks = () => [{ name: "delivery", ok: ready, detail: "" }];
    const metrics = metricsOf({
      health: () => ({ alive: true, ready, checks: checks() }),
      waiting: () => 12,
      brokerConnections: () => 3,
    });
    const before = await samples(metrics);
    assert.equal(before.get("conche_ready"), 0);
    assert.equal(before.get('conche_check_ok{check="delivery"}'), 0);
    assert.equal(before.get("conche_messages_waiting"), 12);
    assert.equal(before.get("conche_log_size_bytes"), 4096);
    assert.equal(before.get("conche_log_wal_bytes"), 1024);
    assert.equal(before.get("conche_broker_connections"), 3);
    ready = true;
    assert.equal((await samples(metrics)).get("conche_ready"), 1);
  });

  test("a data center on another broker has no connections to count; two don't share a registry", async () => {
    const first = metricsOf();
    const second = metricsOf();
    first.observer.committed(group({ duplicates: 1 }));
    assert.equal((await samples(second)).get("conche_messages_duplicate_total"), 0);
    assert.equal((await samples(first)).has("conche_broker_connections"), false);
  });

  test("every metric has its help and type, and its name says its unit", async () => {
    const text = await metricsOf().text();
    const typed = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", type = ""]) => ({
      name,
      type,
    }));
    for (const { name, type } of typed.filter((metric) => metric.name.startsWith("conche_"))) {
      assert.match(text, new RegExp(`^# HELP ${name} \\S`, "m"));
      assert.equal(name.endsWith("_total"), type === "counter", name);
    }
    assert.ok(typed.some(({ name }) => name === "process_resident_memory_bytes"));
    assert.match(text, /^conche_build_info\{version="1\.2\.3",node="v\d+/m);
  });
});
