import type { ProductType } from "../../contract/schemas/product.ts";
import type { Changeover } from "../../plant/schema/line.ts";
import { changeoverBetween, type LineContext } from "../line-context.ts";
import type { RandomStream } from "../random-stream.ts";
import type { BodyOf } from "../report/machine-event.ts";
import type { MachineReporter } from "../report/machine-reporter.ts";
import { timestampV2 } from "../report/timestamp-text.ts";
import { Countdown } from "../step-time.ts";

type CleanedBody = Extract<BodyOf<"batch">, { event: "CLEANED" }>;

/** What is done where somebody leaves the cleaning out: the new product pushes the old one through. */
function withoutCleaning({ from, to, minutes, flush_kg }: Changeover): Changeover {
  return { from, to, minutes, flush_kg, method: "push_through", emptied: false, verification: "none" };
}

/** How a result spreads around its usual value, as a factor of it. */
const ASSAY_SPREAD = 0.4;

/** A cleaning that is being done. */
interface Job {
  readonly from: ProductType;
  readonly changeover: Changeover;
  readonly startedMs: number;
}

/** Cleaning of one piece of equipment between two products, with the evidence at its end. */
export class Cleaning {
  readonly #report: MachineReporter;
  readonly #random: RandomStream;
  readonly #line: LineContext;
  readonly #countdown = new Countdown(0);
  #job: Job | undefined;

  constructor(report: MachineReporter, random: RandomStream, line: LineContext) {
    this.#report = report;
    this.#random = random;
    this.#line = line;
  }

  get active(): boolean {
    return this.#job !== undefined;
  }

  /** What is being done, while it is. */
  get changeover(): Changeover | undefined {
    return this.#job?.changeover;
  }

  /** Begins when the products differ and the plant file asks for something between them. */
  begin(from: ProductType | undefined, to: ProductType): void {
    const changeover =
      from === undefined || from === to ? undefined : changeoverBetween(this.#line, from, to);
    if (from === undefined || changeover === undefined) return;
    const skipped = this.#line.disturbances.skipsClean(to);
    this.#job = {
      from,
      changeover: skipped ? withoutCleaning(changeover) : changeover,
      startedMs: this.#report.nowMs,
    };
    this.#countdown.set(changeover.minutes * 60);
    this.#report.become("Stopped", {
      code: "CHANGEOVER",
      category: this.#job.changeover.emptied ? "cleaning" : "changeover",
      message: `from ${from} to ${to}: ${this.#job.changeover.method}`,
    });
  }

  /** One step further; true in the step in which it ends. */
  step(): boolean {
    if (this.#job === undefined || !this.#countdown.step()) return false;
    this.#report.batchEvent(this.#evidence(this.#job));
    this.#job = undefined;
    return true;
  }

  #evidence(job: Job): CleanedBody {
    const { changeover, from } = job;
    const body: CleanedBody = {
      event: "CLEANED",
      equipment: this.#report.machine.key,
      method: changeover.method,
      emptied: changeover.emptied,
      from_product: from,
      to_product: changeover.to as ProductType,
      started_at: timestampV2(job.startedMs),
      ended_at: timestampV2(this.#report.nowMs),
      verification: changeover.verification,
      verified: changeover.verification !== "none",
      by: "cleaning crew",
    };
    if (changeover.assay === undefined) return body;
    const assay = this.#assay(changeover.assay);
    return { ...body, verified: assay.pass, verified_by: "laboratory", assays: [assay] };
  }

  #assay(assay: NonNullable<Changeover["assay"]>): NonNullable<CleanedBody["assays"]>[number] {
    const factor = Math.max(0, 1 + ASSAY_SPREAD * this.#random.normal());
    const found = Math.round(assay.typical_mg_kg * factor * 10) / 10;
    const value = found < assay.detection_limit_mg_kg ? 0 : found;
    return {
      analyte: assay.analyte,
      basis: assay.basis,
      value_mg_per_kg: value,
      detection_limit_mg_per_kg: assay.detection_limit_mg_kg,
      action_limit_mg_per_kg: assay.limit_mg_kg,
      method: "ELISA",
      pass: value <= assay.limit_mg_kg,
    };
  }
}
