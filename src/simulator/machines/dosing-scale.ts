import type { DosingParameters } from "../../plant/schema/simulation/mass-simulation.ts";
import { known } from "../line-context.ts";
import type { MachineModel, ModelContext } from "../machine-model.ts";
import { DoseFeeder } from "../process/dose-feeder.ts";
import { type Dose, dosesOf } from "../process/doses.ts";
import { DriftingNoise } from "../process/first-order.ts";
import { compositionOf, type Mix } from "../process/mix.ts";
import { batchFields, type ProductionBatch } from "../process/production-batch.ts";
import type { Portion, Silo } from "../process/silo.ts";
import { phaseEvent, type Readings } from "../report/machine-event.ts";
import { grams, totalKg } from "../rounding.ts";
import { Countdown, STEP_S, type StepTime } from "../step-time.ts";

/** Where a finished mix goes. */
export interface MixReceiver {
  /** Whether a mix of this batch may flow in now. */
  ready(batch: ProductionBatch): boolean;
  fill(kg: number): void;
  take(mix: Mix): void;
}

type Stage = "waiting" | "feeding" | "settling" | "ready" | "discharging";

/** One mix being weighed. */
interface Job {
  readonly batch: ProductionBatch;
  readonly number: number;
  readonly doses: readonly Dose[];
  readonly portions: Portion[];
  index: number;
}

/** A silo with the names of its tags: they are made once, not in every second. */
interface ShownSilo {
  readonly silo: Silo;
  readonly levelTag: string;
  readonly tempTag: string;
}

const DRIFT_TAU_S = 3600;

/**
 * Loss-in-weight dosing of one mix after another; how a dose comes about is DoseFeeder. Mass is conserved to the gram:
 * what the silos lose is in the mix or is dust.
 */
export class DosingScale implements MachineModel {
  readonly #context: ModelContext<DosingParameters>;
  readonly #mixer: MixReceiver;
  readonly #zero: DriftingNoise;
  readonly #bridging = new Countdown(0);
  readonly #settling = new Countdown(0);
  readonly #feeder: DoseFeeder;
  readonly #silos: readonly ShownSilo[];
  /** What the instruments show: one object, because what is named for a silo is dear to add to a new one. */
  readonly #shown: Record<string, number | string> = {};
  #stage: Stage = "waiting";
  #queue: { readonly batch: ProductionBatch; next: number } | undefined;
  #job: Job | undefined;
  #weightKg = 0;
  /** Mass of the present dose at which the silo bridges, if it does. */
  #bridgesAtKg = Number.POSITIVE_INFINITY;
  #bridged = false;
  #mixesDone = 0;

  constructor(context: ModelContext<DosingParameters>, mixer: MixReceiver) {
    this.#context = context;
    this.#mixer = mixer;
    this.#feeder = new DoseFeeder(context.parameters, context.random);
    // The slow drift of an empty scale: one sigma of an hour's drift, wandering over hours.
    this.#zero = new DriftingNoise(context.random, context.parameters.zero_drift_kg_h, DRIFT_TAU_S);
    this.#silos = [...context.line.silos].map(([id, silo]) => ({
      silo,
      levelTag: `${id}_level_pct`,
      tempTag: `${id}_temp_c`,
    }));
  }

  /** Whether all mixes of the batch have been weighed. */
  get idle(): boolean {
    return this.#queue === undefined && this.#job === undefined;
  }

  get mixesDone(): number {
    return this.#mixesDone;
  }

  /** Weighs the mixes of a batch, from number `first` on. */
  begin(batch: ProductionBatch, first = 1): void {
    this.#context.report.workOn(batch);
    this.#mixesDone = first - 1;
    if (first > batch.mixes) return;
    this.#queue = { batch, next: first };
    this.#context.report.batchEvent(phaseEvent(batch, "dosing", "running"));
  }

  step(_now: StepTime): void {
    this.#zero.step();
    this.#feeder.rest();
    switch (this.#stage) {
      case "waiting":
        this.#wait();
        break;
      case "feeding":
        this.#feed();
        break;
      case "settling":
        this.#settle();
        break;
      case "ready":
        this.#offer();
        break;
      case "discharging":
        this.#discharge();
        break;
    }
  }

  #wait(): void {
    const { report, parameters } = this.#context;
    if (this.#queue === undefined) {
      report.become("Idle", { code: "NO_ORDER", category: "no_order" });
      return;
    }
    const { batch, next } = this.#queue;
    this.#queue = next < batch.mixes ? { batch, next: next + 1 } : undefined;
    this.#job = {
      batch,
      number: next,
      doses: dosesOf(batch.product, parameters.mix_kg),
      portions: [],
      index: 0,
    };
    report.become("Execute");
    this.#startDose();
  }

  #startDose(): void {
    const { random, parameters } = this.#context;
    this.#feeder.begin();
    this.#stage = "feeding";
    const bridges = random.chance(parameters.bridging_share);
    const at = random.uniform();
    this.#bridgesAtKg = bridges ? at * (this.#dose?.kg ?? 0) : Number.POSITIVE_INFINITY;
  }

  get #dose(): Dose | undefined {
    return this.#job?.doses[this.#job.index];
  }

  #feed(): void {
    const dose = this.#dose;
    if (dose === undefined) return;
    const { report, parameters, line } = this.#context;
    if (this.#heldByBridge(dose)) return;
    const silo = known(line.silos, dose.ingredient);
    if (silo.kg < dose.kg + 1) {
      report.become("Suspended", {
        code: "SILO_EMPTY",
        category: "starved",
        message: `no ${dose.ingredient} left`,
      });
      return;
    }
    report.become("Execute");
    const before = this.#feeder.dosedKg;
    const complete = this.#feeder.step(dose.ingredient, dose.kg, parameters.feeders[silo.ingredient.dosing]);
    this.#weightKg += this.#feeder.dosedKg - before;
    if (!complete) return;
    this.#settling.set(parameters.settle_s);
    this.#stage = "settling";
  }

  #heldByBridge(dose: Dose): boolean {
    const { random, report, parameters } = this.#context;
    if (!this.#bridged) {
      if (this.#feeder.dosedKg < this.#bridgesAtKg) return false;
      this.#bridged = true;
      this.#bridging.set(random.between(...parameters.bridging_s));
      report.become("Held", {
        code: "BRIDGING",
        category: "minor_stop",
        message: `${dose.ingredient} bridges in the silo`,
      });
      report.raise(
        "DOSING_BRIDGING",
        "low",
        `No flow of ${dose.ingredient}: the silo bridges, start the vibrator`,
      );
    }
    if (!this.#bridging.step()) return true;
    this.#bridged = false;
    this.#bridgesAtKg = Number.POSITIVE_INFINITY;
    report.clear("DOSING_BRIDGING");
    return false;
  }

  #settle(): void {
    if (!this.#settling.step()) return;
    const { job, dose } = { job: this.#job, dose: this.#dose };
    if (job === undefined || dose === undefined) return;
    job.portions.push(known(this.#context.line.silos, dose.ingredient).take(this.#feeder.dosedKg));
    job.index += 1;
    if (job.index < job.doses.length) this.#startDose();
    else this.#stage = "ready";
  }

  #offer(): void {
    const { report } = this.#context;
    const job = this.#job;
    if (job === undefined) return;
    if (!this.#mixer.ready(job.batch)) {
      const mixer = this.#context.line.machine("mixing").key;
      report.become("Suspended", { code: "MIXER_NOT_READY", category: "blocked", caused_by: mixer });
      return;
    }
    report.become("Execute");
    this.#stage = "discharging";
  }

  #discharge(): void {
    const { parameters } = this.#context;
    const kg = Math.min(parameters.discharge_kg_s * STEP_S, this.#weightKg);
    this.#weightKg -= kg;
    this.#mixer.fill(kg);
    if (this.#weightKg > 1e-6 || this.#job === undefined) return;
    this.#weightKg = 0;
    this.#finish(this.#job);
  }

  #finish(job: Job): void {
    const { report, line, parameters } = this.#context;
    const { batch, number, portions } = job;
    const weighedKg = totalKg(portions);
    const dustKg = grams((weighedKg * parameters.dust_loss_pct) / 100);
    const lotId = line.names.mix(batch, number);
    const kg = grams(weighedKg - dustKg);
    report.batchEvent({
      event: "TRANSFORMED",
      ...batchFields(batch),
      inputs: portions,
      outputs: [
        { lot_id: lotId, material: `${batch.productType}_paste`, kind: "intermediate", quantity_kg: kg },
      ],
      ...(dustKg > 0 ? { losses: [{ cause: "dust", quantity_kg: dustKg }] } : {}),
    });
    const parts = portions.map((portion) => ({
      ingredient: known(line.ingredients, portion.material),
      kg: portion.quantity_kg,
    }));
    this.#mixer.take({ batch, number, lotId, kg, ...compositionOf(parts) });
    this.#mixesDone = number;
    this.#job = undefined;
    this.#stage = "waiting";
    if (this.#queue === undefined) report.batchEvent(phaseEvent(batch, "dosing", "complete"));
  }

  readings(): Readings {
    const { random, parameters } = this.#context;
    const dose = this.#dose;
    const readings = this.#shown;
    readings.weight_kg = this.#weightKg + this.#zero.value + parameters.weighing_noise_kg * random.normal();
    readings.scale_status = this.#status;
    readings.ingredient = dose?.ingredient ?? "none";
    readings.target_kg = dose === undefined ? 0 : this.#weightKg - this.#feeder.dosedKg + dose.kg;
    readings.feed_rate_kg_s = this.#feeder.flowKgS;
    readings.zero_drift_kg = this.#zero.value;
    for (const { silo, levelTag, tempTag } of this.#silos) {
      readings[levelTag] = silo.levelPct;
      const kept = silo.parameters.temp_c;
      if (kept !== undefined) readings[tempTag] = kept + 0.3 * random.normal();
    }
    return readings;
  }

  get #status(): string {
    if (this.#bridged) return "BRIDGING";
    if (this.#stage === "feeding") return "FILLING";
    if (this.#stage === "settling") return "SETTLING";
    return this.#stage === "discharging" ? "DISCHARGING" : "OK";
  }
}
