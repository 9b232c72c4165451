import { ConcheError } from "../errors/conche-error.ts";
import type { Plant, PlantMachine } from "../plant/plant.ts";
import type { DisturbanceOf } from "../plant/scenario/disturbance.ts";
import type { ScenarioDocument } from "../plant/scenario/scenario-document.ts";
import { type AssembledLine, assembleLine, type RunningMachine } from "./assemble-line.ts";
import type { MachineEvent, Readings } from "./report/machine-event.ts";
import { payloadV2, V1Payloads } from "./report/payloads.ts";
import type { GroundTruth } from "./scenario/ground-truth.ts";
import type { SensorFault } from "./scenario/sensor-fault.ts";
import { Uplink } from "./scenario/uplink.ts";
import { type PayloadVersion, type SimulatedMessage, sentAt } from "./simulated-message.ts";
import { STEP_MS, type StepTime } from "./step-time.ts";

/** How a line is simulated. */
export interface SimulationOptions {
  /** Same plant, seed and start: the same messages. */
  readonly seed: number;
  /** When simulated time begins, ms since 1970. */
  readonly startMs: number;
  readonly payloadVersion: PayloadVersion;
  /** What goes wrong, on the one line that it is about. */
  readonly scenario?: ScenarioDocument | undefined;
  /** When that begins, ms since 1970; with the simulation unless told otherwise. */
  readonly scenarioMs?: number | undefined;
}

/** A simulated line: its clock goes as far as it is asked to, and no further. */
export interface LineSimulation {
  /**
   * Advances the simulated clock to `untilMs` and returns what has left the site in between (up to and including that
   * time), in the order of time: what the machines said, unless the uplink was cut. How a span of time is cut into calls changes nothing in what is said. A time before
   * the last one gives nothing. Everything is held in memory: ask for an hour at a time, not for a year.
   */
  advance(untilMs: number): SimulatedMessage[];
  /** From the next step on, telemetry comes at most once in so many seconds; undefined: as the plant has it. */
  pace(atLeastS: number | undefined): void;
  /** In the next step every machine says ONLINE and what it does, as after connecting anew. */
  reconnect(): void;
  /** In the next step every machine stops; nothing happens from then until `untilMs`. */
  standUntil(untilMs: number): void;
  /** What a good monitoring system finds in what has been said so far; undefined without a scenario. */
  truth(): GroundTruth | undefined;
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
  return new SteppedLine(assembleLine(plant, found, { ...options, startMs }), { ...options, startMs });
}

type Encode = (event: MachineEvent, atMs: number) => Record<string, unknown> | null;

/** A machine with how it speaks. */
interface Speaker extends RunningMachine {
  readonly encode: Encode;
}

class SteppedLine implements LineSimulation {
  readonly #line: AssembledLine;
  /** In the order in which they speak within a step: each has its own moment of the second. */
  readonly #speakers: readonly Speaker[];
  readonly #uplink: Uplink;
  /** What stands when the mains are away: gateway and controller have batteries. */
  readonly #driven: readonly RunningMachine[];
  #nextMs: number;
  #index = 0;
  #reconnecting = false;
  #standUntilMs: number | undefined;
  /** Said in the last step made, not handed out yet: each step's messages are earlier than the next one's. */
  #pending: SimulatedMessage[] = [];

  constructor(line: AssembledLine, { payloadVersion, startMs }: SimulationOptions) {
    this.#line = line;
    this.#nextMs = startMs;
    this.#uplink = new Uplink(line.context.disturbances);
    this.#driven = line.machines.filter(({ report }) => hasMotor(report.machine));
    this.#speakers = line.machines.map((running) => {
      if (payloadVersion === 2) return { ...running, encode: payloadV2 };
      const v1 = new V1Payloads(running.report.machine.definition);
      return { ...running, encode: (event, atMs) => v1.payload(event, atMs) };
    });
  }

  advance(untilMs: number): SimulatedMessage[] {
    if (!Number.isFinite(untilMs)) throw new RangeError(`simulated time must be finite, not ${untilMs}`);
    const said: SimulatedMessage[] = this.#pending;
    this.#pending = [];
    while (this.#nextMs <= untilMs) this.#step(said);
    let due = said.length;
    while (due > 0 && dueAt(said[due - 1]) > untilMs) due--;
    this.#pending = said.splice(due);
    return said;
  }

  pace(atLeastS: number | undefined): void {
    for (const { report } of this.#line.machines) report.pace(atLeastS);
  }

  reconnect(): void {
    this.#reconnecting = true;
  }

  standUntil(untilMs: number): void {
    this.#standUntilMs = untilMs;
  }

  truth(): GroundTruth | undefined {
    return this.#line.context.scenario?.truth;
  }

  #step(said: SimulatedMessage[]): void {
    const now = { ms: this.#nextMs, index: this.#index };
    const { context, machines } = this.#line;
    const { disturbances } = context;
    disturbances.begin(now);
    context.hall.step(now);
    // All reporters know the time before any machine moves: one machine's step makes others speak.
    for (const { report } of machines) report.begin(now);
    if (now.index === 0) {
      for (const { report } of machines) report.birth();
      this.#line.open();
    } else if (this.#reconnecting) for (const { report } of machines) report.birth();
    this.#reconnecting = false;
    const dip = disturbances.powerDip;
    if (this.#standUntilMs !== undefined) this.#stop();
    else if (dip === undefined) for (const { model } of machines) model.step(now);
    else this.#stand(now, dip);
    if (disturbances.dips) this.#showDips();
    for (const { report, model } of machines) {
      const readings = model.readings();
      const sensors = disturbances.sensorsOf(report.machine.key);
      report.end(now, sensors === undefined ? readings : distorted(readings, sensors, now.ms));
    }
    this.#collect(said, now.ms);
    const until = Math.max(now.ms + STEP_MS, this.#standUntilMs ?? 0);
    this.#standUntilMs = undefined;
    this.#nextMs += Math.ceil((until - now.ms) / STEP_MS) * STEP_MS;
    this.#index += 1;
  }

  #showDips(): void {
    const { disturbances } = this.#line.context;
    for (const [index, { report }] of this.#driven.entries())
      for (const alarm of disturbances.dipAlarms(index, this.#driven.length)) report.show(alarm);
  }

  #stop(): void {
    const reason = { code: "LINE_OFF", category: "no_order", message: "the line is switched off" } as const;
    for (const { report } of this.#driven) report.become("Stopped", reason);
  }

  #stand(now: StepTime, { minutes }: DisturbanceOf<"power_dips">): void {
    const message = `mains voltage too low, for about ${minutes} min`;
    for (const running of this.#line.machines) {
      if (this.#driven.includes(running))
        running.report.become("Aborted", { code: "MAINS_LOW", category: "failure", message });
      else running.model.step(now);
    }
  }

  #collect(said: SimulatedMessage[], nowMs: number): void {
    const { scenario, disturbances, finished } = this.#line.context;
    const spoken: SimulatedMessage[] = [];
    for (const { report, encode } of this.#speakers) {
      if (report.silent) continue;
      const { machine, nowMs: atMs } = report;
      const clockMs = atMs + disturbances.clockOffsetMs(machine.definition.id);
      for (const event of report.take()) {
        scenario?.see(event);
        finished.see(event, atMs);
        const payload = encode(event, clockMs);
        if (payload !== null) spoken.push({ machine: machine.address, type: event.type, payload, atMs });
      }
    }
    if (spoken.length > 1) spoken.sort(byTime);
    for (const message of this.#uplink.pass(spoken, nowMs)) said.push(message);
  }
}

/** What a machine's sensors show where some of them are faulty. */
function distorted(readings: Readings, sensors: readonly SensorFault[], nowMs: number): Readings {
  return sensors.reduce((shown, sensor) => sensor.distort(shown, nowMs), readings);
}

function hasMotor({ definition: { simulation } }: PlantMachine): boolean {
  return simulation?.model !== "gateway" && simulation?.model !== "line_controller";
}

function byTime(a: SimulatedMessage, b: SimulatedMessage): number {
  return a.atMs - b.atMs;
}

function dueAt(message: SimulatedMessage | undefined): number {
  return message === undefined ? 0 : sentAt(message);
}
