// The load of the benchmarks: a process of its own, so that it takes the second core. The core is that of
// `conche load`, in one thread and with the smallest packets there are (no MQTT 5 properties).
//
//   node bench/load/publisher.ts '{"port":1883,"connections":64,"messages":1000000,…}'   prints one line of JSON
import { randomBytes } from "node:crypto";
import { LoadGenerator } from "../../src/adapters/mqtt-packet/load-generator.ts";
import { latencyHistogram } from "../../src/adapters/worker-threads/load-threads.ts";
import { newBoot } from "../../src/edge/boot.ts";
import { achievedRate } from "../../src/load/load-counts.ts";
import { LoadTally } from "../../src/load/load-tally.ts";

/** What to send. */
export interface LoadOrder {
  readonly host?: string;
  readonly port: number;
  readonly connections: number;
  /** Messages in all. */
  readonly messages: number;
  readonly qos: 0 | 1;
  readonly protocol: 4 | 5;
  readonly payloadBytes: number;
  /** Unacknowledged messages per connection. */
  readonly window: number;
  /** Whether the machines number their messages themselves; yes when left out. */
  readonly identified?: boolean;
  /** Messages per second in all; left out: as fast as acknowledgements come. */
  readonly rate?: number;
}

/** What came of it. */
export interface LoadResult {
  readonly sent: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly seconds: number;
  readonly rate: number;
  /** From the moment a message was due to its PUBACK, milliseconds; only measured when a rate is set. */
  readonly latencyMs?: {
    readonly p50: number;
    readonly p99: number;
    readonly p999: number;
    readonly max: number;
  };
}

/** A receiver that takes nothing for this long has stalled, milliseconds. */
const STALLED_MS = 15_000;

async function run(order: LoadOrder): Promise<LoadResult> {
  const { host = "127.0.0.1", port, protocol, rate, identified = true, ...rest } = order;
  const histogram = latencyHistogram();
  const paced = rate !== undefined;
  const tally = new LoadTally((ms) => {
    if (paced) histogram.record(Math.max(1, Math.round(ms * 1_000)));
  });
  const trouble = Promise.withResolvers<never>();
  const generator = new LoadGenerator({
    broker: { url: `mqtt://${host}:${port}`, clientId: "load", protocol },
    share: {
      ...rest,
      site: "bench",
      type: "telemetry",
      payloadVersion: 2,
      identified,
      rate,
      firstMachine: 0,
    },
    tally,
    bare: true,
    newBoot: () => newBoot(Date.now(), randomBytes),
    now: Date.now,
    onTrouble: trouble.reject,
  });
  await generator.connect();
  let before = -1;
  const watchdog = setInterval(() => {
    const { sent, acknowledged, refused } = tally.counts();
    const progress = sent + acknowledged + refused;
    if (progress === before) trouble.reject(new Error(`no progress for ${STALLED_MS / 1_000} s`));
    before = progress;
  }, STALLED_MS);
  await Promise.race([generator.run(new AbortController().signal), trouble.promise]);
  clearInterval(watchdog);
  const counts = tally.counts();
  if (counts.unanswered + counts.inFlight > 0) throw new Error("not everything was acknowledged");
  const ms = (share: number) => histogram.percentile(share) / 1_000;
  return {
    sent: counts.sent,
    acknowledged: counts.acknowledged,
    refused: counts.refused,
    seconds: counts.lastMs / 1_000,
    rate: achievedRate(counts),
    ...(paced ? { latencyMs: { p50: ms(50), p99: ms(99), p999: ms(99.9), max: histogram.max / 1_000 } } : {}),
  };
}

if (import.meta.main) {
  const order: LoadOrder = JSON.parse(process.argv[2] ?? "{}");
  process.stdout.write(`${JSON.stringify(await run(order))}\n`);
  process.exit(0);
}
