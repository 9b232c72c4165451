import type { PlantLine } from "../../plant/plant.ts";
import type { ProductionBatch } from "../process/production-batch.ts";
import { hash } from "../random-stream.ts";
import { compactTime } from "../report/timestamp-text.ts";

/** Lot ids have 80 characters at most; this leaves 50 for what follows. */
const LONGEST_PREFIX = 30;

/**
 * Ids of the lots of one line, unique in the enterprise: they begin with site and line, and what can happen again
 * carries its time. Nothing is counted, so a line that starts anew doesn't use an id twice.
 */
export class LotNames {
  readonly #site: string;
  readonly #line: string;

  constructor(line: PlantLine) {
    this.#site = shortened(line.site.id);
    this.#line = shortened(`${line.site.id}.${line.definition.id}`);
  }

  /** A delivery of an ingredient or of packaging. */
  received(material: string, ms: number): string {
    return `${this.#line}.${material}.${compactTime(ms)}`;
  }

  /** A silo's content from a time on. */
  silo(ingredient: string, ms: number): string {
    return `${this.#line}.silo_${ingredient}.${compactTime(ms)}`;
  }

  mix(batch: ProductionBatch, number: number): string {
    return `${this.#site}.${batch.id}.M${number}`;
  }

  /** What the conche makes of the mixes. */
  mass(batch: ProductionBatch): string {
    return `${this.#site}.${batch.id}.C`;
  }

  /** The tank's content from when the batch came in. */
  tank(batch: ProductionBatch): string {
    return `${this.#site}.${batch.id}.T`;
  }

  bars(batch: ProductionBatch): string {
    return `${this.#site}.${batch.id}.F`;
  }

  rework(batch: ProductionBatch, source: string, ms: number): string {
    return `${this.#site}.${batch.id}.R.${source}.${compactTime(ms)}`;
  }

  /** A truck's load. */
  shipment(ms: number, number: number): string {
    return `${this.#line}.S${compactTime(ms)}${number === 0 ? "" : `-${number}`}`;
  }

  caseId(ms: number, inStep: number): string {
    return `${this.#line}.K${compactTime(ms)}${inStep === 0 ? "" : `-${inStep}`}`;
  }
}

/** `2026-01-11` */
export function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function shortened(prefix: string): string {
  if (prefix.length <= LONGEST_PREFIX) return prefix;
  return `${prefix.slice(0, LONGEST_PREFIX - 9)}-${hash(prefix).toString(16).padStart(8, "0")}`;
}
