import type { PlantLine } from "../../plant/plant.ts";
import type { Disturbance, DisturbanceAction, DisturbanceOf } from "../../plant/scenario/disturbance.ts";
import type { StepTime } from "../step-time.ts";
import { SensorFault } from "./sensor-fault.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/**
 * What is wrong with a line in the present step. Models ask it; nobody tells them that there is a scenario. Without
 * one it answers that nothing is wrong, and draws no random number, so that a line without a scenario stays as it is.
 */
export class LineDisturbances {
  readonly #disturbances: readonly Disturbance[];
  readonly #startMs: number;
  readonly #sensors: ReadonlyMap<string, readonly SensorFault[]>;
  /** Disturbances that happen once and have been taken. */
  readonly #taken = new Set<Disturbance>();
  #nowMs: number;

  constructor(
    line: PlantLine,
    disturbances: readonly Disturbance[],
    { seed, startMs }: { readonly seed: number; readonly startMs: number },
  ) {
    this.#disturbances = disturbances;
    this.#startMs = startMs;
    this.#nowMs = startMs;
    const sensors = new Map<string, SensorFault[]>();
    for (const { key, definition } of line.machines) {
      const faults = disturbances.flatMap((disturbance, index) =>
        isSensorFault(disturbance) && disturbance.machine === definition.id
          ? [new SensorFault(disturbance, this.beginMs(disturbance), seed, `${key}/sensor/${index}`)]
          : [],
      );
      if (faults.length > 0) sensors.set(key, faults);
    }
    this.#sensors = sensors;
  }

  begin(now: StepTime): void {
    this.#nowMs = now.ms;
  }

  /** When a disturbance begins, ms since 1970. */
  beginMs({ at_h }: Disturbance): number {
    return this.#startMs + at_h * HOUR_MS;
  }

  /** How much too warm the cooling zone of the temperer is, K. */
  get coolerExcessK(): number {
    let excess = 0;
    for (const fault of this.#of("cooler_fails")) {
      const hours = this.#hoursSince(fault);
      if (hours >= 0 && hours < fault.repaired_after_h) excess += fault.kelvin_per_h * hours;
    }
    return excess;
  }

  /** Share of its flow that a nozzle, counted from 1, still has: 0 to 1. */
  nozzleFlow(nozzle: number): number {
    let flow = 1;
    for (const fault of this.#of("nozzle_clogs")) {
      const hours = this.#hoursSince(fault);
      if (fault.nozzle === nozzle && hours >= 0 && hours < fault.cleaned_after_h)
        flow *= Math.max(0, 1 - (fault.pct_per_h * hours) / 100);
    }
    return flow;
  }

  /** The first time it is asked after the detector has failed: how. The test that asks doesn't find the piece. */
  takeDetectorFailure(): DisturbanceOf<"detector_fails"> | undefined {
    return this.#take("detector_fails");
  }

  /** A contaminated lot that is delivered now. */
  takeContaminatedDelivery(): DisturbanceOf<"lot_contaminated"> | undefined {
    return this.#take("lot_contaminated");
  }

  /** Whether a changeover to a product that begins now is done without its cleaning. */
  skipsClean(to: string): boolean {
    return this.#of("clean_skipped").some((fault) => fault.to === to && this.#within(fault, fault.hours));
  }

  /** The mains are away: the machines stand. */
  get powerDip(): DisturbanceOf<"power_dips"> | undefined {
    return this.#of("power_dips").find((dip) => this.#within(dip, dip.minutes / 60));
  }

  /** Whether the uplink is cut at a time. */
  uplinkDownAt(ms: number): DisturbanceOf<"uplink_down"> | undefined {
    return this.#of("uplink_down").find((outage) => {
      const since = ms - this.beginMs(outage);
      return since >= 0 && since < outage.hours * HOUR_MS;
    });
  }

  /** When a cut uplink is back, ms since 1970. */
  uplinkBackMs(outage: DisturbanceOf<"uplink_down">): number {
    return this.beginMs(outage) + outage.hours * HOUR_MS;
  }

  /** How far a machine's clock is from the truth, ms. */
  clockOffsetMs(machine: string): number {
    let offset = 0;
    for (const jump of this.#of("clock_jumps"))
      if (jump.machine === machine && this.#within(jump, jump.corrected_after_h))
        offset += jump.seconds * 1000;
    return offset;
  }

  /** The sensors of a machine, by its key, that show something else than what is; undefined where all are well. */
  sensorsOf(key: string): readonly SensorFault[] | undefined {
    return this.#sensors.get(key);
  }

  /** Whether the mains dip at all in this simulation. */
  get dips(): boolean {
    return this.#of("power_dips").length > 0;
  }

  /** Alarms of a power dip that a machine raises by now. */
  dipAlarms(machineIndex: number, machines: number): readonly DipAlarm[] {
    const alarms: DipAlarm[] = [];
    for (const dip of this.#of("power_dips")) {
      const sinceMs = this.#nowMs - this.beginMs(dip);
      if (sinceMs < 0) continue;
      const over = sinceMs >= dip.minutes * MINUTE_MS;
      for (const [index, alarm] of dip.alarms.entries()) {
        const turn = index * machines + machineIndex;
        if (over || sinceMs >= turn * dip.every_s * 1000) alarms.push({ ...alarm, active: !over });
      }
    }
    return alarms;
  }

  get #hasNone(): boolean {
    return this.#disturbances.length === 0;
  }

  #of<Action extends DisturbanceAction>(action: Action): readonly DisturbanceOf<Action>[] {
    if (this.#hasNone) return [];
    return this.#disturbances.filter(
      (disturbance): disturbance is DisturbanceOf<Action> => disturbance.action === action,
    );
  }

  #take<Action extends "detector_fails" | "lot_contaminated">(
    action: Action,
  ): DisturbanceOf<Action> | undefined {
    const found = this.#of(action).find((fault) => !this.#taken.has(fault) && this.#hoursSince(fault) >= 0);
    if (found !== undefined) this.#taken.add(found);
    return found;
  }

  #hoursSince(disturbance: Disturbance): number {
    return (this.#nowMs - this.beginMs(disturbance)) / HOUR_MS;
  }

  #within(disturbance: Disturbance, hours: number): boolean {
    const since = this.#hoursSince(disturbance);
    return since >= 0 && since < hours;
  }
}

/** An alarm of the power dip: raised while it is active. */
export interface DipAlarm {
  readonly code: string;
  readonly message: string;
  readonly priority: "low" | "medium" | "high";
  readonly active: boolean;
}

type SensorDisturbance = DisturbanceOf<"sensor_sticks" | "sensor_drifts" | "sensor_noisy">;

function isSensorFault(disturbance: Disturbance): disturbance is SensorDisturbance {
  return disturbance.action.startsWith("sensor_");
}
