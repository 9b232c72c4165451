import type { LineControllerParameters } from "../../plant/schema/simulation/machine-simulation.ts";
import type { BatchBook } from "../genealogy/batch-book.ts";
import { Deliveries } from "../genealogy/deliveries.ts";
import type { MachineModel, ModelContext } from "../machine-model.ts";
import type { BatchSequence } from "../process/batch-sequence.ts";
import { batchFields, type ProductionBatch } from "../process/production-batch.ts";
import { hazardFound } from "../report/hazard-found.ts";
import type { BodyOf, Readings } from "../report/machine-event.ts";
import { grams } from "../rounding.ts";
import type { StepTime } from "../step-time.ts";
import type { Conche } from "./conche.ts";
import type { DosingScale } from "./dosing-scale.ts";
import type { PasteMixer } from "./paste-mixer.ts";
import type { RollRefiner } from "./roll-refiner.ts";

/** The machines that a batch passes before it is mass in a tank. */
export interface PasteTrain {
  readonly scale: DosingScale;
  readonly mixer: PasteMixer;
  readonly refiner: RollRefiner;
  readonly conches: readonly Conche[];
}

/** Releases batches when a conche will be free, follows them, reports their begin and end, takes deliveries in, sends pallets out. */
export class LineController implements MachineModel {
  readonly #context: ModelContext<LineControllerParameters>;
  readonly #train: PasteTrain;
  readonly #sequence: BatchSequence;
  readonly #book: BatchBook;
  readonly #deliveries: Deliveries;

  constructor(
    context: ModelContext<LineControllerParameters>,
    train: PasteTrain,
    sequence: BatchSequence,
    book: BatchBook,
  ) {
    this.#context = context;
    this.#train = train;
    this.#sequence = sequence;
    this.#book = book;
    this.#deliveries = new Deliveries(context.line, context.random);
  }

  /**
   * The controller comes up on a running line: it reports what is in stock and takes over the batches in work, each with
   * a BATCH_START, so that whoever keeps records from now on knows them.
   */
  open(batches: readonly ProductionBatch[], stock: readonly BodyOf<"batch">[]): void {
    const { report } = this.#context;
    for (const event of this.#deliveries.opening(report.nowMs)) report.batchEvent(event);
    for (const batch of batches) this.#start(batch, "in work at the begin of the simulation");
    for (const event of stock) report.batchEvent(event);
  }

  #start(batch: ProductionBatch, comment?: string): void {
    const { report } = this.#context;
    this.#book.begin(batch);
    report.workOn(batch);
    report.batchEvent({
      event: "BATCH_START",
      ...batchFields(batch),
      recipe: { recipe_id: `${batch.productType}_chocolate`, version: batch.product.recipe.version },
      planned_kg: batch.plannedKg,
      ...(comment === undefined ? {} : { comment }),
    });
  }

  step(now: StepTime): void {
    const { report, line } = this.#context;
    report.become("Execute");
    for (const event of this.#deliveries.step(report.nowMs)) report.batchEvent(event);
    this.#hearOfHazards();
    for (const event of line.finished.step(now.ms)) report.batchEvent(event);
    for (const { batch, packedKg } of this.#book.takeFinished()) {
      report.batchEvent({
        event: "BATCH_END",
        ...batchFields(batch),
        outcome: "complete",
        produced_kg: grams(packedKg),
      });
    }
    this.#release();
  }

  #hearOfHazards(): void {
    const { report, line } = this.#context;
    const suspect = this.#deliveries.takeSuspect(report.nowMs);
    if (suspect === undefined) return;
    const siloLot = line.silos.get(suspect.ingredient.id)?.lotId;
    const { quality, events } = hazardFound(suspect, siloLot, report.nowMs);
    report.qualityOf(quality);
    for (const event of events) report.batchEvent(event);
  }

  /** The next batch begins when the last one has left scale, mixer and refiner and a conche gets free in time. */
  #release(): void {
    const { scale, mixer, refiner, conches } = this.#train;
    if (!scale.idle || !mixer.idle || !refiner.idle) return;
    const leadS = this.#context.parameters.lead_minutes * 60;
    const conche = conches.find((candidate) => candidate.freeInS <= leadS);
    if (conche === undefined) return;
    const batch = this.#sequence.next(this.#context.report.nowMs);
    this.#start(batch);
    mixer.prepareFor(batch);
    refiner.prepareFor(batch);
    conche.prepareFor(batch);
    scale.begin(batch);
  }

  readings(): Readings {
    return {
      batches_in_work: this.#book.openCount,
      mixes_done: this.#train.scale.mixesDone,
      packed_kg: this.#book.packingKg,
    };
  }
}
