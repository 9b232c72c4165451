import type { QualityResult } from "../../src/contract/schemas/quality-v2.ts";
import type { Plant } from "../../src/plant/plant.ts";
import type { ScenarioDocument } from "../../src/plant/scenario/scenario-document.ts";
import { simulatePlant } from "../../src/simulator/plant-simulation.ts";

const HOUR_MS = 3_600_000;

/** Telemetry of one machine at one moment; values that the machine itself calls bad are left out. */
export interface Reading {
  /** Hours since the beginning. */
  readonly h: number;
  readonly product: string;
  readonly batch: string;
  readonly tags: Readonly<Record<string, number | string>>;
}

/** One result of a sample. */
export interface Result {
  readonly h: number;
  readonly product: string;
  readonly characteristic: string;
  readonly value: number;
  readonly nozzle: number | undefined;
}

/** An alarm that came. */
export interface Raised {
  readonly h: number;
  readonly step: string;
  readonly code: string;
}

/** What a line said in some hours, as far as the charts need it; by step. */
export interface Observed {
  readonly telemetry: ReadonlyMap<string, readonly Reading[]>;
  readonly results: ReadonlyMap<string, readonly Result[]>;
  readonly alarms: readonly Raised[];
}

/** What a run is made of. */
export interface RunToObserve {
  readonly seed: number;
  /** Milliseconds since 1970. */
  readonly startMs: number;
  readonly hours: number;
  readonly scenario?: ScenarioDocument;
}

/** Lets the line run and listens. Only messages of version 2 are said here, so their shape is known. */
export function observe(plant: Plant, { seed, startMs, hours, scenario }: RunToObserve): Observed {
  const chosen = scenario === undefined ? {} : { scenario };
  const simulation = simulatePlant(plant, { seed, startMs, payloadVersion: 2, ...chosen });
  const telemetry = new Map<string, Reading[]>();
  const results = new Map<string, Result[]>();
  const alarms: Raised[] = [];
  for (let hour = 1; hour <= hours; hour++) {
    for (const { machine, type, payload, atMs } of simulation.advance(startMs + hour * HOUR_MS)) {
      const h = (atMs - startMs) / HOUR_MS;
      const product = String(payload.product_type ?? "");
      const batch = String(payload.batch_id ?? "");
      if (type === "telemetry") {
        const tags = goodValues(payload.tags as Record<string, unknown>);
        rowsOf(telemetry, machine.step).push({ h, product, batch, tags });
      } else if (type === "quality") {
        for (const { characteristic, value, nozzle } of payload.results as QualityResult[]) {
          if (typeof value !== "number") continue;
          rowsOf(results, machine.step).push({ h, product, characteristic, value, nozzle });
        }
      } else if (type === "alarm" && payload.event === "raised") {
        alarms.push({ h, step: machine.step, code: String(payload.code) });
      }
    }
  }
  return { telemetry, results, alarms };
}

/** The telemetry of a step. */
export function readingsOf(observed: Observed, step: string): readonly Reading[] {
  return observed.telemetry.get(step) ?? [];
}

/** A tag's number; NaN where the machine gave none, which charts leave as a gap. */
export function numberOf({ tags }: Reading, tag: string): number {
  const value = tags[tag];
  return typeof value === "number" ? value : Number.NaN;
}

function goodValues(tags: Record<string, unknown>): Record<string, number | string> {
  return Object.fromEntries(
    Object.entries(tags).flatMap(([name, value]) =>
      typeof value === "number" || typeof value === "string" ? [[name, value]] : [],
    ),
  );
}

function rowsOf<Row>(rows: Map<string, Row[]>, step: string): Row[] {
  const found = rows.get(step) ?? [];
  rows.set(step, found);
  return found;
}
