import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { openMessageLog } from "../../src/adapters/sqlite/log/open-message-log.ts";
import { isUpTopic, type MessageType, parseUpTopic } from "../../src/contract/topic.ts";
import type { LogRecord, MessageLog, QuarantineRecord } from "../../src/log/message-log.ts";
import { afterwards } from "../servers/afterwards.ts";

/** The event time of the first message; the next ones follow a second apart. */
export const FIRST_MS = Date.UTC(2026, 0, 11, 8);

/** A message of temper-01 (or another machine), `index` seconds after the first. */
export function record(
  index: number,
  type: MessageType,
  fields: object = {},
  machine = "temper-01",
): LogRecord {
  const topic = parseUpTopic(`factory/tunis-01/line-a/s5_tempering/${machine}/${type}`);
  assert.ok(isUpTopic(topic));
  const tsMs = FIRST_MS + index * 1_000;
  const ts = new Date(tsMs).toISOString();
  const payload = JSON.stringify({ ts, ...fields });
  const batchId = "batch_id" in fields ? String(fields.batch_id) : null;
  const unsequenced = { boot: null, seq: null, flags: 0, version: 1 };
  return { ...unsequenced, ts, tsMs, topic, payload, receivedAt: tsMs, qos: 1, retain: false, batchId };
}

/** A message in quarantine that isn't JSON. */
export function refused(payload: Uint8Array): QuarantineRecord {
  const publisher = { machine: "tunis-01/line-a/s5_tempering/temper-01", boot: null, seq: null };
  const topic = "factory/tunis-01/line-a/s5_tempering/temper-01/state";
  const message = {
    topic,
    payload,
    receivedAt: FIRST_MS,
    qos: 1,
    retain: true,
    propertiesJson: null,
    schema: null,
  };
  return { ...publisher, ...message, reason: "json", detail: "Unexpected token" };
}

/** A data folder with a log that holds these messages, removed after the test. */
export async function filledLog(
  context: TestContext,
  messages: readonly LogRecord[],
  quarantined: readonly QuarantineRecord[] = [],
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "conche-log-"));
  afterwards(context, () => rm(folder, { recursive: true }));
  const log = await openMessageLog(folder);
  await append(log, messages, quarantined);
  await log.close();
  return folder;
}

/** Commits messages as one group. */
export async function append(
  log: MessageLog,
  messages: readonly LogRecord[],
  quarantined: readonly QuarantineRecord[] = [],
): Promise<void> {
  const before = await log.totals();
  await log.commit({
    messages,
    quarantined,
    sequences: [],
    totals: {
      received: before.received + messages.length + quarantined.length,
      stored: before.stored + messages.length,
      duplicates: before.duplicates,
      quarantined: before.quarantined + quarantined.length,
    },
  });
}
