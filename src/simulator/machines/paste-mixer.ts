import type { MixingParameters } from "../../plant/schema/simulation/mass-simulation.ts";
import type { MachineModel, ModelContext } from "../machine-model.ts";
import { Cleaning } from "../process/cleaning.ts";
import { approach } from "../process/first-order.ts";
import type { Hopper } from "../process/hopper.ts";
import type { Mix } from "../process/mix.ts";
import type { ProductionBatch } from "../process/production-batch.ts";
import { phaseEvent, type Readings } from "../report/machine-event.ts";
import { roundTo } from "../rounding.ts";
import { Countdown, STEP_S, type StepTime } from "../step-time.ts";
import type { MixReceiver } from "./dosing-scale.ts";

type Stage = "empty" | "loading" | "mixing" | "ready" | "discharging";

/** How long the trough takes to cool and the shaft to stop, s. */
const EMPTY_TAU_S = 1800;
const SHAFT_TAU_S = 4;

/**
 * A paste mixer. The paste warms up as T approaches the recipe's temperature with time constant tau, the blend evens
 * out as variation decays exponentially to a floor, and warmer paste is softer: motor current falls with temperature.
 */
export class PasteMixer implements MachineModel, MixReceiver {
  readonly #context: ModelContext<MixingParameters>;
  readonly #hopper: Hopper;
  readonly #cleaning: Cleaning;
  readonly #mixing = new Countdown(0);
  #stage: Stage = "empty";
  #mix: Mix | undefined;
  #product: ProductionBatch["productType"] | undefined;
  #fillKg = 0;
  #tempC: number;
  #variationPct: number;
  #rpm = 0;

  constructor(context: ModelContext<MixingParameters>, hopper: Hopper) {
    this.#context = context;
    this.#hopper = hopper;
    this.#cleaning = new Cleaning(context.report, context.random, context.line);
    this.#tempC = context.parameters.load_c;
    this.#variationPct = context.parameters.variation_floor_pct;
  }

  /** Whether nothing is in it and nothing is being done to it. */
  get idle(): boolean {
    return this.#stage === "empty" && !this.#cleaning.active;
  }

  /** A batch is coming: cleans when it is another product. */
  prepareFor(batch: ProductionBatch): void {
    this.#cleaning.begin(this.#product, batch.productType);
    this.#product = batch.productType;
  }

  /** The simulation begins with this mix in it, `minutes` into mixing. */
  startWith(mix: Mix, minutes: number): void {
    this.#product = mix.batch.productType;
    this.#fillKg = mix.kg;
    this.take(mix);
    this.#mixing.set(Math.max(1, this.#mixing.leftS - minutes * 60));
    this.#tempC = mix.batch.product.recipe.phases.mixing.temp_c - 3;
    this.#variationPct = 2 * this.#context.parameters.variation_floor_pct;
    this.#rpm = this.#context.parameters.rpm;
  }

  ready(batch: ProductionBatch): boolean {
    return this.idle && this.#product === batch.productType;
  }

  fill(kg: number): void {
    const { parameters, report } = this.#context;
    if (this.#stage === "empty") {
      this.#stage = "loading";
      this.#variationPct = parameters.variation_start_pct;
    }
    report.become("Execute");
    this.#tempC = (this.#tempC * this.#fillKg + parameters.load_c * kg) / (this.#fillKg + kg);
    this.#fillKg += kg;
  }

  take(mix: Mix): void {
    const { report } = this.#context;
    this.#mix = mix;
    this.#fillKg = mix.kg;
    this.#product = mix.batch.productType;
    this.#stage = "mixing";
    this.#mixing.set(mix.batch.product.recipe.phases.mixing.minutes * 60);
    report.workOn(mix.batch);
    if (mix.number === 1) report.batchEvent(phaseEvent(mix.batch, "mixing", "running"));
  }

  step(_now: StepTime): void {
    const { parameters, report, line } = this.#context;
    this.#cleaning.step();
    const turning = this.#stage !== "empty";
    this.#rpm = approach(this.#rpm, turning ? parameters.rpm : 0, SHAFT_TAU_S);
    const target = this.#mix?.batch.product.recipe.phases.mixing.temp_c;
    if (target !== undefined) this.#tempC = approach(this.#tempC, target, parameters.heating_tau_s);
    else if (!turning) this.#tempC = approach(this.#tempC, line.hall.tempC, EMPTY_TAU_S);
    if (turning) {
      this.#variationPct = approach(
        this.#variationPct,
        parameters.variation_floor_pct,
        parameters.variation_tau_s,
      );
    }
    if (this.#stage === "mixing" && this.#mixing.step()) this.#examine();
    if (this.#stage === "ready") this.#offer();
    else if (this.#stage === "discharging") this.#discharge();
    else if (this.idle)
      report.become("Idle", { code: "NO_MIX", category: "starved", caused_by: line.machine("dosing").key });
  }

  #examine(): void {
    this.#stage = "ready";
    const mix = this.#mix;
    if (mix === undefined) return;
    const { random, report } = this.#context;
    const fat = mix.fatPct + 0.08 * random.normal();
    const [lower, upper] = mix.batch.product.recipe.phases.mixing.paste_fat_pct;
    const pass = fat >= lower && fat <= upper;
    const moisture = Math.max(0, mix.moisturePct + 0.02 * random.normal());
    report.quality({
      lot_id: mix.lotId,
      sample: { sample_id: `${mix.lotId}.NIR`, taken_from: "mixer" },
      results: [
        { characteristic: "fat_pct", value: roundTo(fat, 2), unit: "%", lower, upper, method: "NIR", pass },
        { characteristic: "moisture_pct", value: roundTo(moisture, 3), unit: "%", method: "NIR" },
        { characteristic: "variation_pct", value: roundTo(this.#variationPct, 2), unit: "%", method: "NIR" },
      ],
    });
  }

  #offer(): void {
    const { report, line } = this.#context;
    if (this.#mix === undefined) return;
    if (this.#hopper.roomKg >= this.#mix.kg) {
      report.become("Execute");
      this.#stage = "discharging";
    } else {
      report.become("Suspended", {
        code: "HOPPER_FULL",
        category: "blocked",
        caused_by: line.machine("refining").key,
      });
    }
  }

  #discharge(): void {
    const mix = this.#mix;
    if (mix === undefined) return;
    const kg = Math.min(this.#context.parameters.discharge_kg_s * STEP_S, this.#fillKg);
    this.#fillKg -= kg;
    this.#hopper.add(mix, kg);
    if (this.#fillKg > 1e-6) return;
    this.#fillKg = 0;
    this.#mix = undefined;
    this.#stage = "empty";
    if (mix.number === mix.batch.mixes)
      this.#context.report.batchEvent(phaseEvent(mix.batch, "mixing", "complete"));
  }

  readings(): Readings {
    const { random, parameters } = this.#context;
    const full = this.#fillKg / Math.max(1, this.#mix?.kg ?? 1000);
    const softening = 1 - (parameters.current_per_k_pct / 100) * (this.#tempC - parameters.load_c);
    const speed = this.#rpm / parameters.rpm;
    const load =
      (parameters.load_current_a - parameters.idle_current_a) * Math.min(1, full) * Math.max(0.2, softening);
    const current = speed < 0.01 ? 0.2 : (parameters.idle_current_a + load) * (1 + 0.02 * random.normal());
    return {
      rpm: this.#rpm,
      motor_current_a: current,
      temp_c: this.#tempC + 0.05 * random.normal(),
      // Three-phase power: sqrt(3) U I cos phi; an idling motor has a poorer power factor, left out here.
      power_kw: (Math.sqrt(3) * parameters.voltage_v * current * parameters.power_factor) / 1000,
      variation_pct: this.#variationPct,
      fill_kg: this.#fillKg,
    };
  }
}
