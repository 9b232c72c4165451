// The thread that tells a story: simulates, numbers, and of the past writes payloads, always a few batches ahead of
// whoever takes them, never more. Afterwards it goes on, a stretch of time at each request.
import { parentPort, workerData } from "node:worker_threads";
import { type MachineKey, machineKeyOf } from "../../contract/topic.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { plantOf } from "../../plant/plant.ts";
import { MachineVoice } from "../../simulator/publishing/machine-voice.ts";
import { Story, type StoryMessage, toldAt } from "../../simulator/story/story.ts";
import { BatchWriter, transferable } from "./message-batch.ts";
import type { KnownNumbers, StoryOrder, StoryReply, StoryRequest } from "./story-order.ts";

/** Simulated at once, milliseconds: what it gives is small enough to be forgotten before the collector keeps it. */
const PORTION_MS = 60_000;
/** How far it has come is told once in so much simulated time, milliseconds. */
const TELL_MS = 3_600_000;

let allowed = 0;
let asked = false;
let onRequest: () => void = () => {};
let present: Story | undefined;

parentPort?.on("message", (request: StoryRequest) => {
  if (request.kind === "more") allowed++;
  else if (request.kind === "end") asked = true;
  else answer(request);
  onRequest();
});

function tell(reply: StoryReply, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(reply, transfer);
}

function answer(request: Extract<StoryRequest, { kind: "advance" | "farewell" }>): void {
  if (present === undefined) return;
  try {
    const messages =
      request.kind === "advance" ? present.advance(request.untilMs) : present.farewell(request.atMs);
    tell({ kind: "told", messages, openBatches: present.openBatches });
  } catch (error) {
    fail(error);
  }
}

/** Writes what is new of the past into batches. */
class PastWriter {
  readonly #known: ReadonlyMap<MachineKey, KnownNumbers>;
  readonly #fromMs: number;
  readonly #voices: ReadonlyMap<MachineKey, MachineVoice>;
  readonly #writer: BatchWriter;

  constructor({ plant, known, unnumberedFromMs, batchSize }: StoryOrder) {
    this.#known = new Map(known.map((numbers) => [numbers.machine, numbers]));
    this.#fromMs = unnumberedFromMs;
    this.#voices = new Map(
      plantOf(plant).machines.map(({ key, address }) => [key, new MachineVoice(address, undefined)]),
    );
    this.#writer = new BatchWriter(batchSize);
  }

  async write(messages: readonly StoryMessage[]): Promise<void> {
    for (const message of messages) {
      const { machine, type, payload, identity } = message;
      const key = machineKeyOf(machine);
      if (this.#isKnown(key, message)) continue;
      const said = this.#voices.get(key)?.say(type, payload, identity);
      if (said === undefined) continue;
      this.#writer.add(said, toldAt(message));
      if (this.#writer.full) await this.#send();
    }
  }

  async end(): Promise<void> {
    if (!this.#writer.empty) await this.#send();
  }

  #isKnown(key: MachineKey, message: StoryMessage): boolean {
    if (message.identity === undefined) return message.atMs < this.#fromMs;
    const { seq } = message.identity;
    const known = this.#known.get(key);
    return (
      known !== undefined &&
      seq <= known.highest &&
      !known.missing.some(([from, to]) => seq >= from && seq <= to)
    );
  }

  async #send(): Promise<void> {
    while (allowed === 0) {
      await new Promise<void>((resolve) => {
        onRequest = resolve;
      });
    }
    allowed--;
    const batch = this.#writer.take();
    tell({ kind: "batch", batch }, transferable(batch));
  }
}

async function tellThePast(order: StoryOrder): Promise<void> {
  const { chapter, pastUntilMs, goesOn } = order;
  const story = new Story({ ...order, plant: plantOf(order.plant) });
  const writer = new PastWriter(order);
  let reachedMs = chapter.startMs;
  let toldMs = reachedMs;
  while (reachedMs < pastUntilMs && !asked) {
    reachedMs = Math.min(pastUntilMs, reachedMs + PORTION_MS);
    await writer.write(story.advance(reachedMs));
    if (reachedMs - toldMs < TELL_MS) continue;
    toldMs = reachedMs;
    tell({ kind: "reached", atMs: reachedMs });
    // A request to end is heard, however much of it is known and gives no batch to wait for.
    await new Promise((resolve) => setImmediate(resolve));
  }
  // The machines disconnect in order, as those of a simulation that is stopped.
  if (!goesOn) await writer.write(story.farewell(reachedMs));
  await writer.end();
  present = goesOn && !asked ? story : undefined;
}

function fail(error: unknown): void {
  const known = ConcheError.from(error, "the simulation failed");
  tell({ kind: "failed", code: known.code, message: known.message, hint: known.hint });
  parentPort?.close();
}

try {
  await tellThePast(workerData as StoryOrder);
  tell({ kind: "past-over" });
  if (present === undefined) parentPort?.close();
} catch (error) {
  fail(error);
}
