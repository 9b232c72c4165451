// The thread that makes a history: simulates, numbers, writes payloads; always a few batches ahead of whoever takes
// them, never more.
import { parentPort, workerData } from "node:worker_threads";
import { type MachineKey, machineKeyOf } from "../../contract/topic.ts";
import { ConcheError, messageOf } from "../../errors/conche-error.ts";
import { plantOf } from "../../plant/plant.ts";
import { simulatePlant } from "../../simulator/plant-simulation.ts";
import { MachineVoice } from "../../simulator/publishing/machine-voice.ts";
import { offlineState } from "../../simulator/report/birth-and-will.ts";
import { sentAt } from "../../simulator/simulated-message.ts";
import type { HistoryOrder, HistoryReply, HistoryRequest } from "./history-order.ts";
import { BatchWriter, transferable } from "./message-batch.ts";

/** Simulated at once, milliseconds: what it gives is small enough to be forgotten before the collector keeps it. */
const PORTION_MS = 60_000;

let allowed = 0;
let asked = false;
let onRequest: () => void = () => {};

parentPort?.on("message", (request: HistoryRequest) => {
  if (request === "more") allowed++;
  else asked = true;
  onRequest();
});

function tell(reply: HistoryReply, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(reply, transfer);
}

async function send(writer: BatchWriter): Promise<void> {
  while (allowed === 0) {
    await new Promise<void>((resolve) => {
      onRequest = resolve;
    });
  }
  allowed--;
  const batch = writer.take();
  tell({ kind: "batch", batch }, transferable(batch));
}

async function make(order: HistoryOrder): Promise<void> {
  const { scenario, seed, startMs, endMs, payloadVersion, boot, batchSize } = order;
  const plant = plantOf(order.plant);
  const simulation = simulatePlant(plant, { seed, startMs, payloadVersion, scenario });
  const numbering = boot === undefined ? undefined : { boot };
  const voices = new Map<MachineKey, MachineVoice>(
    plant.machines.map(({ key, address }) => [key, new MachineVoice(address, numbering)]),
  );
  const writer = new BatchWriter(batchSize);
  let reachedMs = startMs;
  while (reachedMs < endMs && !asked) {
    reachedMs = Math.min(endMs, reachedMs + PORTION_MS);
    for (const message of simulation.advance(reachedMs)) {
      const voice = voices.get(machineKeyOf(message.machine));
      if (voice === undefined) continue;
      voice.skip(message.lostBefore ?? 0);
      writer.add(voice.say(message.type, message.payload), sentAt(message));
      if (writer.full) await send(writer);
    }
  }
  // The machines disconnect in order, as those of a simulation that is stopped.
  const offline = offlineState(payloadVersion, reachedMs);
  for (const voice of voices.values()) {
    writer.add(voice.say("state", offline), reachedMs);
    if (writer.full) await send(writer);
  }
  if (!writer.empty) await send(writer);
}

try {
  await make(workerData as HistoryOrder);
  tell({ kind: "ended" });
} catch (error) {
  const known =
    error instanceof ConcheError
      ? error
      : new ConcheError("CONCHE_INTERNAL", { message: `the simulation failed: ${messageOf(error)}` });
  tell({ kind: "failed", code: known.code, message: known.message, hint: known.hint });
}
parentPort?.close();
