import { statSync } from "node:fs";
import { outboxFiles } from "../../src/adapters/sqlite/database/database-files.ts";
import { type EdgeMachine, openEdge } from "../../src/index.ts";
import { type Kind, MACHINES, machinesOf, publish, ROOMY } from "../load/edge-machines.ts";
import { type Figure, figure } from "../statistics.ts";
import { inFolder } from "./in-folder.ts";

/** Nobody listens there. */
const NOWHERE = "mqtt://127.0.0.1:1";

/** What a run of one way of handing over came to. */
interface HandedOver {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly bytesPerMessage: number;
}

/** Hands over with so many callers at a time, each with one message at a time. */
function handOver(callers: number, kind: Kind, seconds: number): Promise<HandedOver> {
  return inFolder(async (folder) => {
    const edge = await openEdge({
      url: NOWHERE,
      outbox: folder,
      connection: { kind: "shared", clientId: "bench" },
      ...ROOMY,
    });
    const machines = await machinesOf(edge);
    const latencies: number[] = [];
    const until = performance.now() + seconds * 1_000;
    const call = async (caller: number) => {
      for (let count = 0; performance.now() < until; count++) {
        const machine = machines[(caller + count * callers) % MACHINES] as EdgeMachine;
        const before = performance.now();
        await publish(machine, kind, count);
        latencies.push(performance.now() - before);
      }
    };
    await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
    await edge.close();
    const sorted = Float64Array.from(latencies).sort();
    const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
    const size = statSync(outboxFiles(folder).database).size;
    return {
      perSecond: sorted.length / seconds,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      bytesPerMessage: size / sorted.length,
    };
  });
}

const WAYS: readonly (readonly [callers: number, kind: Kind])[] = [
  [1, "alarm"],
  [16, "alarm"],
  [256, "alarm"],
  [2_048, "alarm"],
  [256, "telemetry"],
];

/**
 * What handing over costs an edge: messages a second that are on disk when their promise resolves, by how many callers
 * hand over at a time (one fsync serves all who come while the one before is running), and how much room they take.
 * Nobody is connected: the outbox alone is measured. Every number of callers takes its turn in each round.
 */
export async function outboxHandOver(seconds: number, runs: number): Promise<Figure[]> {
  const measured = new Map<string, HandedOver[]>();
  for (let run = 0; run <= runs; run++) {
    for (const [callers, kind] of WAYS) {
      const name = `${kind === "alarm" ? "QoS 1" : "telemetry"}, ${callers} callers`;
      const result = await handOver(callers, kind, seconds);
      if (run > 0) measured.set(name, [...(measured.get(name) ?? []), result]);
    }
  }
  return [...measured].flatMap(([name, all]) => [
    figure(
      name,
      "msg/s",
      all.map(({ perSecond }) => perSecond),
    ),
    figure(
      `${name}, half within`,
      "ms",
      all.map(({ p50Ms }) => p50Ms),
    ),
    figure(
      `${name}, 99 % within`,
      "ms",
      all.map(({ p99Ms }) => p99Ms),
    ),
    figure(
      `${name}, on disk`,
      "bytes/message",
      all.map(({ bytesPerMessage }) => bytesPerMessage),
    ),
  ]);
}
