import type { RefiningParameters } from "../../plant/schema/simulation/mass-simulation.ts";
import type { MachineModel, ModelContext } from "../machine-model.ts";
import { Cleaning } from "../process/cleaning.ts";
import { approach, clamp, DriftingNoise } from "../process/first-order.ts";
import type { Hopper } from "../process/hopper.ts";
import type { Mix } from "../process/mix.ts";
import { batchFields, type ProductionBatch } from "../process/production-batch.ts";
import { phaseEvent, type Readings } from "../report/machine-event.ts";
import { grams, roundTo } from "../rounding.ts";
import { Countdown, STEP_S, type StepTime } from "../step-time.ts";

/** Where refined paste falls: a conche that is being filled. */
export interface PasteReceiver {
  readonly key: string;
  accepts(batch: ProductionBatch): boolean;
  receive(mix: Mix, kg: number, moisturePct: number, d90Um: number): void;
  /** All of the mix is in. */
  complete(mix: Mix, kg: number): void;
}

interface Roll {
  readonly tag: string;
  readonly setPointC: number;
  tempC: number;
}

const FEED_TAU_S = 15;
const FEED_SIGMA = 0.012;
const FEED_NOISE_TAU_S = 90;

/**
 * Two-roll and five-roll refiner. Fineness (D90) is the recipe's at nominal feed on fresh rolls; it grows with feed and
 * with the running hours of the rolls (20.5 µm on fresh, 26.6 µm on worn ones), and drifts. Finer paste has more
 * surface and takes more power. The rolls' temperatures follow their set points with one time constant.
 */
export class RollRefiner implements MachineModel {
  readonly #context: ModelContext<RefiningParameters>;
  readonly #hopper: Hopper;
  readonly #conches: readonly PasteReceiver[];
  readonly #cleaning: Cleaning;
  readonly #fineness: DriftingNoise;
  readonly #feedNoise: DriftingNoise;
  readonly #rolls: Roll[];
  readonly #rollNoiseK: number;
  /** What the instruments show: one object, because what is named for a roll is dear to add to a new one. */
  readonly #shown: Record<string, Readings[string]> = {};
  readonly #sampling: Countdown;
  #product: ProductionBatch["productType"] | undefined;
  #mix: Mix | undefined;
  #refinedKg = 0;
  #feedKgH = 0;
  #d90Um: number;
  #hours: number;

  constructor(context: ModelContext<RefiningParameters>, hopper: Hopper, conches: readonly PasteReceiver[]) {
    const { parameters, random } = context;
    this.#context = context;
    this.#hopper = hopper;
    this.#conches = conches;
    this.#cleaning = new Cleaning(context.report, random, context.line);
    this.#fineness = new DriftingNoise(random, parameters.noise_um, parameters.noise_tau_s);
    this.#feedNoise = new DriftingNoise(random, FEED_SIGMA, FEED_NOISE_TAU_S);
    this.#rolls = parameters.rolls_c.map((setPointC, index) => ({
      tag: `roll_${index + 1}_temp_c`,
      setPointC,
      tempC: setPointC + parameters.roll_noise_k * random.normal(),
    }));
    this.#rollNoiseK = parameters.roll_noise_k * Math.sqrt((2 * STEP_S) / parameters.roll_tau_s);
    this.#sampling = new Countdown(random.between(5, parameters.sample_minutes * 60));
    this.#hours = parameters.roll_hours_at_start;
    this.#d90Um = 0;
  }

  /** Whether it has refined all there is. */
  get idle(): boolean {
    return this.#mix === undefined && this.#hopper.first === undefined && !this.#cleaning.active;
  }

  prepareFor(batch: ProductionBatch): void {
    this.#cleaning.begin(this.#product, batch.productType);
    this.#product = batch.productType;
    this.#regrindWhenDue();
  }

  /** The simulation begins in the middle of a mix: it is in the hopper, the rolls are warm. */
  startWith(batch: ProductionBatch): void {
    this.#product = batch.productType;
    this.#context.report.workOn(batch);
    const { feed_kg_h, d90_um } = batch.product.recipe.phases.refining;
    this.#feedKgH = feed_kg_h;
    this.#d90Um = d90_um;
  }

  step(_now: StepTime): void {
    this.#cleaning.step();
    this.#fineness.step();
    this.#feedNoise.step();
    const conche = this.#conche();
    const layer = this.#hopper.first;
    const runs = conche !== undefined && layer !== undefined && !this.#cleaning.active;
    if (runs) this.#refine(conche, layer.mix);
    else this.#wait();
    this.#warm(runs);
  }

  #conche(): PasteReceiver | undefined {
    const batch = this.#hopper.first?.mix.batch;
    return batch === undefined ? undefined : this.#conches.find((conche) => conche.accepts(batch));
  }

  #refine(conche: PasteReceiver, mix: Mix): void {
    const { parameters, report } = this.#context;
    if (this.#mix !== mix) this.#begin(mix);
    report.become("Execute");
    const { feed_kg_h, d90_um } = mix.batch.product.recipe.phases.refining;
    this.#feedKgH = approach(this.#feedKgH, feed_kg_h * (1 + this.#feedNoise.value), FEED_TAU_S);
    const feedPct = 100 * (this.#feedKgH / feed_kg_h - 1);
    const wear = (parameters.wear_um_per_1000_h * this.#hours) / 1000;
    // Less paste on starting rolls is finer; the film never gets thinner than some twenty particles of 0.5 µm.
    this.#d90Um = Math.max(
      10,
      d90_um + wear + parameters.um_per_feed_pct * clamp(feedPct, -60, 60) + this.#fineness.value,
    );
    this.#hours += STEP_S / 3600;
    const kg = this.#hopper.take((this.#feedKgH * STEP_S) / 3600);
    const dry = kg * (1 - parameters.water_loss_pct / 100);
    this.#refinedKg += kg;
    conche.receive(mix, dry, Math.max(0, mix.moisturePct - parameters.water_loss_pct), this.#d90Um);
    if (this.#refinedKg > mix.kg - 1e-6) this.#finish(conche, mix);
    else if (this.#sampling.step()) this.#sample(mix);
  }

  #begin(mix: Mix): void {
    const { report } = this.#context;
    this.#mix = mix;
    this.#refinedKg = 0;
    report.workOn(mix.batch);
    if (mix.number === 1) report.batchEvent(phaseEvent(mix.batch, "refining", "running"));
  }

  #finish(conche: PasteReceiver, mix: Mix): void {
    const { parameters, report } = this.#context;
    const waterKg = grams((mix.kg * parameters.water_loss_pct) / 100);
    const kg = grams(mix.kg - waterKg);
    report.batchEvent({
      event: "TRANSFERRED",
      ...batchFields(mix.batch),
      from: report.machine.key,
      to: conche.key,
      moved: {
        lot_id: mix.lotId,
        material: `${mix.batch.productType}_paste`,
        kind: "intermediate",
        quantity_kg: kg,
      },
      ...(waterKg > 0 ? { losses: [{ cause: "water", quantity_kg: waterKg }] } : {}),
    });
    conche.complete(mix, kg);
    if (mix.number === mix.batch.mixes) report.batchEvent(phaseEvent(mix.batch, "refining", "complete"));
    this.#hopper.drop();
    this.#mix = undefined;
  }

  #wait(): void {
    const { report, line } = this.#context;
    this.#feedKgH = approach(this.#feedKgH, 0, FEED_TAU_S);
    if (this.#cleaning.active) return;
    if (this.#hopper.first !== undefined) {
      report.become("Suspended", {
        code: "CONCHE_NOT_READY",
        category: "blocked",
        caused_by: line.machine("conching").key,
      });
    } else if (report.state === "Execute" || report.state === "Suspended") {
      report.become("Suspended", {
        code: "HOPPER_EMPTY",
        category: "starved",
        caused_by: line.machine("mixing").key,
      });
      // A gap between two mixes is a wait; after ten minutes there is no order.
      if (report.inStateS > 600) report.become("Idle", { code: "NO_ORDER", category: "no_order" });
    } else {
      report.become("Idle", { code: "NO_ORDER", category: "no_order" });
    }
  }

  #warm(runs: boolean): void {
    const { parameters, random, line } = this.#context;
    for (const roll of this.#rolls) {
      const target = runs ? roll.setPointC : (roll.setPointC + line.hall.tempC) / 2;
      const noise = this.#rollNoiseK * random.normal();
      roll.tempC = approach(roll.tempC, target, parameters.roll_tau_s) + noise;
    }
  }

  #sample(mix: Mix): void {
    const { parameters, random, report } = this.#context;
    this.#sampling.set(parameters.sample_minutes * 60);
    const d90 = this.#d90Um + 0.25 * random.normal();
    report.quality({
      lot_id: mix.lotId,
      sample: { sample_id: `${mix.lotId}.D90.${report.nowMs}`, taken_from: "fifth roll" },
      results: [
        { characteristic: "d90_um", value: roundTo(d90, 1), unit: "µm", method: "laser diffraction" },
      ],
    });
  }

  #regrindWhenDue(): void {
    const { parameters, report } = this.#context;
    if (this.#hours < parameters.regrind_at_h) return;
    report.batchEvent({
      event: "MAINTAINED",
      part: "rolls 1 to 5",
      work: "reground",
      running_hours_h: roundTo(this.#hours, 1),
      by: "maintenance",
    });
    this.#hours = 0;
  }

  readings(): Readings {
    const { parameters, random, report } = this.#context;
    const runs = report.state === "Execute";
    const recipe = report.batch?.product.recipe.phases.refining;
    const load =
      recipe === undefined
        ? 0
        : (this.#feedKgH / recipe.feed_kg_h) * (recipe.d90_um / Math.max(10, this.#d90Um));
    const { pressure_bar, rpm, idle_kw, load_kw } = parameters;
    const readings = this.#shown;
    // Without paste on the rolls the instrument shows its last value.
    readings.particle_size_um = runs
      ? this.#d90Um + 0.1 * random.normal()
      : { value: this.#d90Um, quality: "uncertain" };
    readings.particle_size_before_um = (recipe?.d90_before_um ?? 120) + 6 * this.#fineness.value;
    readings.roller_temp_c = this.#rolls[3]?.tempC ?? 0;
    readings.pressure_bar = runs ? pressure_bar + 0.4 * random.normal() : pressure_bar * 0.9;
    readings.rpm = runs ? rpm * (1 + 0.002 * random.normal()) : 0;
    readings.power_kw = runs ? idle_kw + load_kw * load * (1 + 0.015 * random.normal()) : 0;
    readings.feed_kg_h = this.#feedKgH;
    readings.hopper_kg = this.#hopper.kg;
    readings.roll_hours_h = this.#hours;
    for (const { tag, tempC } of this.#rolls) readings[tag] = tempC;
    return readings;
  }
}
