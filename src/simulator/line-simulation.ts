import { ConcheError } from "../errors/conche-error.ts";
import type { Plant } from "../plant/plant.ts";
import { type AssembledLine, assembleLine, type RunningMachine } from "./assemble-line.ts";
import type { MachineEvent } from "./report/machine-event.ts";
import { V1Payloads } from "./report/payload-v1.ts";
import { payloadV2 } from "./report/payload-v2.ts";
import type { PayloadVersion, SimulatedMessage } from "./simulated-message.ts";
import { STEP_MS } from "./step-time.ts";

/** How a line is simulated. */
export interface SimulationOptions {
  /** Same plant, seed and start: the same messages. */
  readonly seed: number;
  /** When simulated time begins, ms since 1970. */
  readonly startMs: number;
  readonly payloadVersion: PayloadVersion;
}

/** A line in simulated time. */
export interface LineSimulation {
  /**
   * Advances the simulated clock to `untilMs` and returns what the machines said in between (up to and including that
   * time), in the order of time. How a span of time is cut into calls changes nothing in what is said. A time before
   * the last one gives nothing. Everything is held in memory: ask for an hour at a time, not for a year.
   */
  advance(untilMs: number): SimulatedMessage[];
}

/**
 * Simulates one line of a plant. The line is met in mid-shift: everything runs, three batches are in work, and every
 * machine first says ONLINE and then what it does.
 *
 * @throws ConcheError CONCHE_PLANT_INVALID where the plant has no such line or doesn't say how it is simulated
 */
export function simulateLine(
  plant: Plant,
  site: string,
  line: string,
  options: SimulationOptions,
): LineSimulation {
  const found = plant.line(site, line);
  if (found === undefined) {
    const lines = plant.lines.map((known) => `${known.site.id}/${known.definition.id}`).join(", ");
    throw new ConcheError("CONCHE_PLANT_INVALID", {
      message: `the plant has no line ${site}/${line}; its lines are ${lines}`,
      hint: "name one of the plant's lines",
    });
  }
  // Time stamps have whole milliseconds, and so has everything that is calculated from them.
  const startMs = Math.floor(options.startMs);
  return new SteppedLine(assembleLine(plant, found, options.seed, startMs), { ...options, startMs });
}

type Encode = (event: MachineEvent, atMs: number) => Record<string, unknown> | null;

class SteppedLine implements LineSimulation {
  readonly #line: AssembledLine;
  readonly #encoders: ReadonlyMap<RunningMachine, Encode>;
  #nextMs: number;
  #index = 0;
  /** Said in the last step made, not handed out yet: each step's messages are earlier than the next one's. */
  #pending: SimulatedMessage[] = [];

  constructor(line: AssembledLine, { payloadVersion, startMs }: SimulationOptions) {
    this.#line = line;
    this.#nextMs = startMs;
    this.#encoders = new Map(
      line.machines.map((running) => {
        if (payloadVersion === 2) return [running, payloadV2];
        const v1 = new V1Payloads(running.report.machine.definition);
        return [running, (event, atMs) => v1.payload(event, atMs)];
      }),
    );
  }

  advance(untilMs: number): SimulatedMessage[] {
    if (!Number.isFinite(untilMs)) throw new RangeError(`simulated time must be finite, not ${untilMs}`);
    const said: SimulatedMessage[] = this.#pending;
    this.#pending = [];
    while (this.#nextMs <= untilMs) this.#step(said);
    let due = said.length;
    while (due > 0 && (said[due - 1]?.atMs ?? 0) > untilMs) due--;
    this.#pending = said.splice(due);
    return said;
  }

  #step(said: SimulatedMessage[]): void {
    const now = { ms: this.#nextMs, index: this.#index };
    const { context, machines } = this.#line;
    context.hall.step(now);
    // All reporters know the time before any machine moves: one machine's step makes others speak.
    for (const { report } of machines) report.begin(now);
    if (now.index === 0) {
      for (const { report } of machines) report.birth();
      this.#line.open();
    }
    for (const { model } of machines) model.step(now);
    for (const { report, model } of machines) report.end(now, model.readings());
    this.#collect(said);
    this.#nextMs += STEP_MS;
    this.#index += 1;
  }

  #collect(said: SimulatedMessage[]): void {
    const inTime = this.#line.machines.toSorted((a, b) => a.report.nowMs - b.report.nowMs);
    for (const running of inTime) {
      const encode = this.#encoders.get(running);
      if (encode === undefined) continue;
      const { machine, nowMs } = running.report;
      for (const event of running.report.take()) {
        const payload = encode(event, nowMs);
        if (payload !== null) said.push({ machine: machine.address, type: event.type, payload, atMs: nowMs });
      }
    }
  }
}
