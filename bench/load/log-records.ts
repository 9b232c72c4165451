import { isUpTopic, type MessageType, parseUpTopic, type UpTopic } from "../../src/contract/topic.ts";
import type { LogRecord } from "../../src/log/message-log.ts";

const TYPES: readonly MessageType[] = [
  ...new Array<MessageType>(7).fill("telemetry"),
  "state",
  "quality",
  "batch",
];
const STEPS = [
  "s1_dosing",
  "s2_mixing",
  "s3_refining",
  "s4_conching",
  "s5_tempering",
  "s6_molding",
  "s7_cooling",
];
/** One message in so many is an alarm. */
const ALARM_EVERY = 50_000;
const MESSAGES_PER_BATCH = 20_000;
export const FIRST_MS = Date.UTC(2026, 0, 11, 8);
/** Messages per millisecond of plant time: 10,000 a second. */
export const MESSAGES_PER_MS = 10;

interface Machine {
  readonly boot: string;
  readonly topics: Readonly<Record<MessageType, UpTopic>>;
}

function machine(index: number): Machine {
  const key = `tunis-01/line-${"abcd"[index % 4]}/${STEPS[index % STEPS.length]}/machine-${index}`;
  const topic = (type: MessageType): UpTopic => {
    const parsed = parseUpTopic(`factory/${key}/${type}`);
    if (!isUpTopic(parsed)) throw new Error(parsed.detail);
    return parsed;
  };
  const [telemetry, state, alarm, quality, batch] = (
    ["telemetry", "state", "alarm", "quality", "batch"] as const
  ).map(topic) as [UpTopic, UpTopic, UpTopic, UpTopic, UpTopic];
  const boot = `0198c5f2-${String(index).padStart(4, "0")}-7000-8000-0000000000${String(index).padStart(2, "0")}`;
  return { boot, topics: { telemetry, state, alarm, quality, batch } };
}

/** The batch that message number `index` belongs to. */
export function batchOf(index: number): string {
  return `B20260111-DA-${String(Math.floor(index / MESSAGES_PER_BATCH) % 10_000).padStart(4, "0")}`;
}

/** Records as a plant of so many machines gives them, payloads of 200 bytes; the same ones every time. */
export function* logRecords(count: number, machines = 64): Generator<LogRecord> {
  const plant = Array.from({ length: machines }, (_, index) => machine(index));
  let random = 1;
  for (let index = 0; index < count; index++) {
    random = (Math.imul(random, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    const { boot, topics } = plant[index % machines] as Machine;
    const type =
      index % ALARM_EVERY === ALARM_EVERY - 1
        ? "alarm"
        : (TYPES[(random >> 8) % TYPES.length] as MessageType);
    const tsMs = FIRST_MS + Math.floor(index / MESSAGES_PER_MS);
    const ts = new Date(tsMs).toISOString();
    const seq = Math.floor(index / machines) + 1;
    const batchId = batchOf(index);
    const body = JSON.stringify({
      v: 2,
      ts,
      boot,
      seq,
      batch_id: batchId,
      tags: { temp_c: 31 + (random % 100) / 100 },
    });
    yield {
      ts,
      tsMs,
      topic: topics[type],
      payload: `${body.slice(0, -1)},"pad":"${"x".repeat(Math.max(0, 200 - body.length - 9))}"}`,
      receivedAt: tsMs + 5,
      qos: type === "telemetry" ? 0 : 1,
      retain: type === "state",
      version: 2,
      boot,
      seq,
      flags: 0,
      batchId,
    };
  }
}
