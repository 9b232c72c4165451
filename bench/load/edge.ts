// An edge that has much to bring: a process of its own, so that its memory is its own. Opens the outbox, sends what
// waits in it over one connection, and ends with the last receipt.
//
//   node bench/load/edge.ts '{"url":"mqtt://127.0.0.1:1883","outbox":"./outbox"}'   prints one line of JSON
import { type EdgeOptions, openEdge } from "../../src/index.ts";

/** What it took. */
export interface CatchUpResult {
  /** Opening the outbox, which looks through all of it, milliseconds. */
  readonly openMs: number;
  /** To the last receipt, seconds. */
  readonly seconds: number;
  /** Messages sent, those sent twice counted twice. */
  readonly sent: number;
  readonly residentMb: number;
  /** CPU time of the process, seconds. */
  readonly cpuSeconds: number;
}

const { url, outbox } = JSON.parse(process.argv[2] ?? "{}") as EdgeOptions;
const starting = performance.now();
const edge = await openEdge({
  url,
  outbox,
  connection: { kind: "shared", clientId: "bench-edge" },
  outboxBytes: 8 * 1024 ** 3,
  telemetryBytes: 8 * 1024 ** 3,
});
const opened = performance.now();
await edge.drained();
const seconds = (performance.now() - opened) / 1_000;
const { sentLive, sentFromOutbox } = edge.status();
await edge.close();
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
const result: CatchUpResult = {
  openMs: opened - starting,
  seconds,
  sent: sentLive + sentFromOutbox,
  residentMb: maxRSS / 1024,
  cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
