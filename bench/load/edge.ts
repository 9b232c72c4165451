// The edge of the benchmarks: a process of its own, so that its memory and CPU time are its own. Hands messages over,
// or has an outbox that is full already, and ends with the last receipt.
//
//   node bench/load/edge.ts '{"url":"mqtt://127.0.0.1:1883","outbox":"./outbox","messages":0}'   prints one line of JSON
import { type EdgeMachine, openEdge } from "../../src/index.ts";
import { MACHINES, machinesOf, publish, ROOMY } from "./edge-machines.ts";
import { ReceiptWatch, type Stretch } from "./receipt-watch.ts";

/** What the edge is to do. */
export interface EdgeOrder {
  /** Without one, nothing is sent, and the edge ends when everything is in the outbox. */
  readonly url?: string;
  readonly outbox: string;
  /** Messages to hand over, four of five telemetry; 0: only what waits is sent. */
  readonly messages: number;
  /** Messages per second; left out: as fast as the outbox takes them, with 256 callers. */
  readonly rate?: number;
}

/** What came of it. */
export interface EdgeResult {
  /** Opening the outbox, which looks through all of it, milliseconds. */
  readonly openMs: number;
  /** From then to the last receipt, seconds. */
  readonly seconds: number;
  /** Messages sent, those sent twice counted twice. */
  readonly sent: number;
  /** The most it ever was. */
  readonly residentMb: number;
  /** CPU time of the process, seconds. */
  readonly cpuSeconds: number;
  /** From the moment a message was due to be handed over until the receipt that covers it came; only with a rate. */
  readonly receiptMs?: { readonly p50: number; readonly p99: number; readonly max: number };
  /** What that time consists of, half of the messages within, milliseconds. */
  readonly stretchMs?: Readonly<Record<Stretch, number>>;
}

const CALLERS = 256;
/** Nobody listens there. */
const NOWHERE = "mqtt://127.0.0.1:1";
/** Messages are handed over in the portions that fall due in this time, milliseconds. */
const TICK_MS = 5;

function kindOf(index: number): "alarm" | "telemetry" {
  return index % 5 < 4 ? "telemetry" : "alarm";
}

function machineOf(machines: readonly EdgeMachine[], index: number): EdgeMachine {
  const machine = machines[index % MACHINES];
  if (machine === undefined) throw new Error("no machine");
  return machine;
}

async function asFastAsTaken(machines: readonly EdgeMachine[], messages: number): Promise<void> {
  let next = 0;
  const call = async () => {
    for (let index = next++; index < messages; index = next++) {
      await publish(machineOf(machines, index), kindOf(index), index);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, call));
}

/** Counts from when a message was due, so that a load that falls behind can't hide what it waited for. */
async function atRate(
  machines: readonly EdgeMachine[],
  { messages, rate }: { readonly messages: number; readonly rate: number },
  watch: ReceiptWatch,
): Promise<void> {
  const started = performance.now();
  const taken: Promise<void>[] = [];
  for (let index = 0; index < messages; ) {
    const dueNow = Math.min(messages, Math.floor(((performance.now() - started) * rate) / 1_000));
    for (; index < dueNow; index++) {
      const due = started + (index * 1_000) / rate;
      const machine = machineOf(machines, index);
      const identity = publish(machine, kindOf(index), index);
      taken.push(
        identity.then(({ seq }) => watch.expect(machine.key, seq, { due, kept: performance.now() })),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  await Promise.all(taken);
}

const order = JSON.parse(process.argv[2] ?? "{}") as EdgeOrder;
const { url, outbox, messages, rate } = order;
const watch = url !== undefined && rate !== undefined ? await ReceiptWatch.open(url) : undefined;
const starting = performance.now();
const edge = await openEdge({
  url: url ?? NOWHERE,
  outbox,
  connection: { kind: "shared", clientId: "bench-edge" },
  ...ROOMY,
});
const opened = performance.now();
if (messages > 0) {
  const machines = await machinesOf(edge);
  if (watch !== undefined && rate !== undefined) await atRate(machines, { messages, rate }, watch);
  else await asFastAsTaken(machines, messages);
}
if (url !== undefined) await edge.drained();
await watch?.seen(messages);
const seconds = (performance.now() - opened) / 1_000;
const { sentLive, sentFromOutbox } = edge.status();
await edge.close();
await watch?.close();
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
const ms = (share: number) => (watch?.histogram.percentile(share) ?? Number.NaN) / 1_000;
const result: EdgeResult = {
  openMs: opened - starting,
  seconds,
  sent: sentLive + sentFromOutbox,
  residentMb: maxRSS / 1024,
  cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
  ...(watch === undefined
    ? {}
    : {
        receiptMs: { p50: ms(50), p99: ms(99), max: watch.histogram.max / 1_000 },
        stretchMs: {
          toDisk: watch.stretches.toDisk.percentile(50) / 1_000,
          toReceipt: watch.stretches.toReceipt.percentile(50) / 1_000,
          back: watch.stretches.back.percentile(50) / 1_000,
        },
      }),
};
process.stdout.write(`${JSON.stringify(result)}\n`);
