import type { MessageType } from "../../src/contract/topic.ts";
import { withTelemetryInterval } from "../../src/plant/expand-plant.ts";
import { type Plant, plantOf } from "../../src/plant/plant.ts";
import type { PlantDocument } from "../../src/plant/schema/plant-document.ts";
import { type LineSimulation, simulateLine } from "../../src/simulator/line-simulation.ts";
import type { PayloadVersion, SimulatedMessage } from "../../src/simulator/simulated-message.ts";
import { chocolateDocument, chocolatePlant } from "../plant/chocolate-document.ts";

export const START_MS = Date.parse("2026-01-11T08:00:00Z");
export const HOUR_MS = 3_600_000;

/** How a test's line differs from the packaged one. */
export interface LineChoice {
  readonly seed?: number;
  readonly payloadVersion?: PayloadVersion;
  readonly startMs?: number;
  readonly plant?: Plant;
}

export function simulation(choice: LineChoice = {}): LineSimulation {
  return simulateLine(choice.plant ?? chocolatePlant(), "tunis-01", "line-a", {
    seed: choice.seed ?? 1,
    startMs: choice.startMs ?? START_MS,
    payloadVersion: choice.payloadVersion ?? 2,
  });
}

/** What the line says in so many hours. */
export function hoursOf(hours: number, choice: LineChoice = {}): SimulatedMessage[] {
  return simulation(choice).advance((choice.startMs ?? START_MS) + hours * HOUR_MS);
}

/** The packaged plant, changed. */
export function changedPlant(change: (document: PlantDocument) => void): Plant {
  const document = structuredClone(chocolateDocument());
  change(document);
  return plantOf(document);
}

/** A plant whose machines measure once a minute: for tests of days, in which telemetry is nearly everything. */
export function quietPlant(): Plant {
  return withTelemetryInterval(chocolatePlant(), 60);
}

/** Messages of one type, of one machine or of all. */
export function of(
  messages: readonly SimulatedMessage[],
  type: MessageType,
  machine?: string,
): SimulatedMessage[] {
  return messages.filter(
    (said) => said.type === type && (machine === undefined || said.machine.machine === machine),
  );
}

/** One tag's values over time, numbers only. */
export function valuesOf(messages: readonly SimulatedMessage[], machine: string, tag: string): number[] {
  return of(messages, "telemetry", machine).flatMap(({ payload }) => {
    const value = (payload.tags as Record<string, unknown>)[tag];
    return typeof value === "number" ? [value] : [];
  });
}
