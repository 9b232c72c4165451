import type { ConchingParameters } from "../../plant/schema/simulation/mass-simulation.ts";
import { known } from "../line-context.ts";
import type { MachineModel, ModelContext } from "../machine-model.ts";
import type { Casson } from "../process/casson.ts";
import { Cleaning } from "../process/cleaning.ts";
import { ConcheCharge } from "../process/conche-charge.ts";
import { ConcheDrive } from "../process/conche-drive.ts";
import { ConcheMass } from "../process/conche-mass.ts";
import { concheRheology } from "../process/conche-rheology.ts";
import type { ConchePhase } from "../process/conching-course.ts";
import { additionsOf } from "../process/doses.ts";
import { clamp } from "../process/first-order.ts";
import type { Mix } from "../process/mix.ts";
import type { ProductionBatch } from "../process/production-batch.ts";
import type { StorageTank } from "../process/storage-tank.ts";
import { conchedEvent, tankFilledEvent } from "../report/conche-events.ts";
import { finalSample, moistureSample } from "../report/conche-sample.ts";
import { phaseEvent, type Readings } from "../report/machine-event.ts";
import { roundTo } from "../rounding.ts";
import { Countdown, STEP_S, type StepTime } from "../step-time.ts";
import type { PasteReceiver } from "./roll-refiner.ts";

/** Relative humidity that a kilogram of water an hour adds to the exhaust air, %. */
const HUMIDITY_PER_KG_H = 2;
const NO_VALUE = { value: null, quality: "bad" } as const;

/**
 * A conche takes the mixes of one batch, works them and gives the mass to the product's tank. Heat, water and acids are
 * ConcheMass, shaft and jacket ConcheDrive, the phases conchingCourse, the flow concheRheology.
 */
export class Conche implements MachineModel, PasteReceiver {
  readonly key: string;
  readonly #context: ModelContext<ConchingParameters>;
  readonly #arrived: (batch: ProductionBatch) => void;
  readonly #cleaning: Cleaning;
  readonly #drive: ConcheDrive;
  readonly #mass: ConcheMass;
  readonly #sampling = new Countdown(0);
  #phase: ConchePhase = "empty";
  #reserved: ProductionBatch | undefined;
  #product: ProductionBatch["productType"] | undefined;
  #charge: ConcheCharge | undefined;

  /** @param arrived told when a batch begins to flow into its tank */
  constructor(
    context: ModelContext<ConchingParameters>,
    fullKg: number,
    arrived: (batch: ProductionBatch) => void,
  ) {
    const { parameters, line, report, random } = context;
    this.key = report.machine.key;
    this.#context = context;
    this.#arrived = arrived;
    this.#cleaning = new Cleaning(report, random, line);
    this.#drive = new ConcheDrive(parameters, fullKg);
    const physics = {
      heatCapacityKjKgK: parameters.heat_capacity_kj_kgk,
      wallKwK: this.#drive.wallKwK,
      dryingPerH: parameters.drying_per_h,
      moistureEquilibriumPct: parameters.moisture_equilibrium_pct,
      acidityTauH: parameters.acidity_tau_h,
    };
    this.#mass = new ConcheMass(physics, line.hall.tempC);
  }

  /** Seconds until it can be filled again, as far as can be said; 0 when it can, infinite when it is promised. */
  get freeInS(): number {
    if (this.#reserved !== undefined) return Number.POSITIVE_INFINITY;
    if (this.#charge === undefined) return 0;
    const dischargeS = (this.#mass.kg * 3600) / this.#context.parameters.discharge_kg_h;
    if (this.#phase === "discharging") return dischargeS;
    return Math.max(0, this.#charge.recipe.hours - this.#charge.elapsedH) * 3600 + dischargeS;
  }

  /** The next batch comes here; cleaned in between when it is another product. */
  prepareFor(batch: ProductionBatch): void {
    this.#reserved = batch;
    if (this.#phase === "empty") this.#makeReady(batch);
  }

  #makeReady(batch: ProductionBatch): void {
    this.#cleaning.begin(this.#product, batch.productType);
    this.#product = batch.productType;
  }

  /** The simulation begins with these mixes in it. */
  startWith(batch: ProductionBatch, mixes: readonly Mix[]): void {
    this.#reserved = batch;
    this.#product = batch.productType;
    this.#context.report.workOn(batch);
    for (const mix of mixes) {
      this.receive(mix, mix.kg, mix.moisturePct, batch.product.recipe.phases.refining.d90_um);
      this.complete(mix, mix.kg);
    }
    if (mixes.length > 0) this.#drive.startTurning();
  }

  accepts(batch: ProductionBatch): boolean {
    if (this.#phase === "filling") return this.#charge?.batch === batch;
    return this.#phase === "empty" && this.#reserved === batch && !this.#cleaning.active;
  }

  receive(mix: Mix, kg: number, moisturePct: number, d90Um: number): void {
    const { parameters, report } = this.#context;
    const charge = this.#charge ?? this.#begin(mix.batch);
    report.become("Execute");
    this.#mass.add(kg, parameters.paste_c, moisturePct, parameters.acidity_start_pct);
    charge.addPaste(kg, d90Um);
  }

  #begin(batch: ProductionBatch): ConcheCharge {
    const { report, parameters, random } = this.#context;
    const charge = new ConcheCharge(batch, report.nowMs);
    this.#mass.reset();
    this.#charge = charge;
    this.#reserved = undefined;
    this.#phase = "filling";
    this.#sampling.set(random.between(0.5, 1) * parameters.sample_minutes * 60);
    report.workOn(batch);
    const { temp_c, hours } = charge.recipe;
    report.batchEvent(phaseEvent(batch, "conching", "running", { set_points: { temp_c, hours } }));
    return charge;
  }

  complete(mix: Mix, kg: number): void {
    const material = `${mix.batch.productType}_paste`;
    const lot = { lot_id: mix.lotId, material, kind: "intermediate", quantity_kg: kg } as const;
    if (this.#charge?.addMix(lot, this.#context.parameters.dry_share)) this.#enter("dry");
  }

  #enter(phase: ConchePhase): void {
    this.#phase = phase;
    const batch = this.#charge?.batch;
    if (batch === undefined) return;
    const running = phaseEvent(batch, `conching_${phase}`, "running");
    this.#context.report.batchEvent({ ...running, level: "phase" });
  }

  step(_now: StepTime): void {
    const { report, line } = this.#context;
    this.#cleaning.step();
    const charge = this.#charge;
    this.#drive.step(this.#phase, this.#progress, this.#mass, charge?.recipe.temp_c ?? line.hall.tempC);
    if (charge === undefined) {
      if (!this.#cleaning.active) report.become("Idle", { code: "EMPTY", category: "no_order" });
      return;
    }
    charge.step(this.#drive.powerKw);
    this.#advance(charge);
    const worked = this.#phase !== "waiting" && this.#phase !== "discharging" && this.#phase !== "empty";
    if (worked && this.#sampling.step()) this.#sample(charge);
  }

  /** How far the phase has come, 0 to 1. */
  get #progress(): number {
    if (this.#charge === undefined) return 0;
    return this.#phase === "filling" ? this.#charge.filled : this.#charge.pasteProgress;
  }

  #advance(charge: ConcheCharge): void {
    const { course, elapsedH } = charge;
    if (course !== undefined) {
      if (this.#phase === "dry" && elapsedH >= course.dryUntilH) this.#enter("paste");
      else if (this.#phase === "paste" && elapsedH >= course.pasteUntilH) this.#liquefy(charge);
      else if (this.#phase === "liquid" && elapsedH >= course.untilH) this.#judge(charge);
    }
    if (this.#phase === "waiting") this.#offer(charge);
    else if (this.#phase === "discharging") this.#discharge(charge);
  }

  /** Adds what the recipe held back: butter, emulsifiers, vanilla. */
  #liquefy(charge: ConcheCharge): void {
    const { line } = this.#context;
    for (const dose of additionsOf(charge.batch.product, charge.batch.plannedKg)) {
      const silo = known(line.silos, dose.ingredient);
      const portion = silo.take(dose.kg);
      if (portion.quantity_kg === 0) continue;
      charge.add(portion);
      const tempC = silo.parameters.temp_c ?? line.hall.tempC;
      this.#mass.add(portion.quantity_kg, tempC, silo.ingredient.moisture_pct, this.#mass.acidityPct);
    }
    this.#enter("liquid");
  }

  /** The time is over: ready when dry enough, else conched on, with an alarm when it is far from it. */
  #judge(charge: ConcheCharge): void {
    const { report, random, line } = this.#context;
    const { recipe } = charge;
    const moisturePct = this.#mass.moisturePct;
    if (moisturePct > recipe.moisture_alarm_pct) {
      report.raise("MOISTURE_AT_END", "medium", "The mass is too moist at the end of conching: conche on");
    }
    if (moisturePct > recipe.moisture_end_pct) return;
    report.clear("MOISTURE_AT_END");
    const flow = this.#flow(charge);
    const measured = (value: number, spread: number) => value * (1 + spread * random.normal());
    const found = {
      moisturePct: measured(moisturePct, 0.01),
      d90Um: measured(charge.d90Um, 0.01),
      yieldPa: measured(flow.yieldPa, 0.06),
      viscosityPaS: measured(flow.viscosityPaS, 0.03),
    };
    const lotId = line.names.mass(charge.batch);
    report.quality(finalSample(lotId, report.nowMs, recipe, found));
    const balance = charge.balance(this.#mass.evaporatedKg);
    this.#mass.settle(balance.kg);
    report.batchEvent(conchedEvent(charge, lotId, balance, report.nowMs));
    this.#complete(charge);
    this.#phase = "waiting";
  }

  #complete(charge: ConcheCharge): void {
    const { temp_c, hours } = charge.recipe;
    const actual = {
      temp_c: roundTo(this.#mass.tempC, 1),
      hours: roundTo(charge.elapsedH, 2),
      moisture_pct: roundTo(this.#mass.moisturePct, 3),
    };
    const values = { set_points: { temp_c, hours }, actual };
    this.#context.report.batchEvent(phaseEvent(charge.batch, "conching", "complete", values));
  }

  #offer(charge: ConcheCharge): void {
    const { report, line } = this.#context;
    const tank = known(line.tanks, charge.batch.productType);
    if (tank.roomKg < this.#mass.kg) {
      const blocker = line.machine("tempering").key;
      report.become("Suspended", { code: "TANK_FULL", category: "blocked", caused_by: blocker });
      return;
    }
    report.become("Execute");
    this.#openValve(charge.batch, tank);
  }

  /** Said when the valve opens: from then on the tank's content is another lot, and nothing is drawn from the old one. */
  #openValve(batch: ProductionBatch, tank: StorageTank): void {
    const { report, line } = this.#context;
    const lotId = line.names.tank(batch);
    const heel = tank.beginLot(batch, lotId);
    const moved = { lotId: line.names.mass(batch), kg: this.#mass.kg };
    report.batchEvent(tankFilledEvent(batch, { from: this.key, to: tank.name }, moved, heel, lotId));
    this.#arrived(batch);
    this.#phase = "discharging";
  }

  #discharge(charge: ConcheCharge): void {
    const { parameters, line } = this.#context;
    const kg = this.#mass.remove((parameters.discharge_kg_h * STEP_S) / 3600);
    known(line.tanks, charge.batch.productType).add(kg, this.#flow(charge));
    if (this.#mass.kg > 0) return;
    this.#phase = "empty";
    this.#charge = undefined;
    if (this.#reserved !== undefined) this.#makeReady(this.#reserved);
  }

  #sample(charge: ConcheCharge): void {
    const { parameters, random, report, line } = this.#context;
    this.#sampling.set(parameters.sample_minutes * 60);
    const moisturePct = this.#mass.moisturePct * (1 + 0.01 * random.normal());
    report.quality(moistureSample(line.names.mass(charge.batch), report.nowMs, charge.recipe, moisturePct));
  }

  readings(): Readings {
    const { parameters, random, line } = this.#context;
    const charge = this.#charge;
    const mass = this.#mass;
    const empty = mass.kg < 1;
    const noise = 1 + (parameters.power_noise_pct / 100) * random.normal();
    const steam = HUMIDITY_PER_KG_H * mass.evaporationKgH + 0.3 * random.normal();
    const moistureNoise = 0.004 * random.normal();
    return {
      temp_c: mass.tempC + 0.05 * random.normal(),
      humidity_pct: clamp(line.hall.humidityPct + steam, 0, 100),
      moisture_pct: empty ? NO_VALUE : mass.moisturePct + moistureNoise,
      power_kw: this.#drive.powerKw * noise,
      jacket_temp_c: this.#drive.jacketC + 0.1 * random.normal(),
      fill_kg: mass.kg,
      phase: this.#phase,
      energy_kwh_t: charge?.energyKwhT ?? 0,
      viscosity_pa_s: charge === undefined || empty ? NO_VALUE : this.#flow(charge).viscosityPaS * noise,
      acidity_pct: empty ? NO_VALUE : mass.acidityPct,
      elapsed_h: charge?.elapsedH ?? 0,
    };
  }

  #flow(charge: ConcheCharge): Casson {
    const butterAdded =
      this.#phase === "liquid" || this.#phase === "waiting" || this.#phase === "discharging";
    return concheRheology(charge.batch.product.recipe.phases, this.#context.parameters, {
      moisturePct: this.#mass.moisturePct,
      butterAdded,
      workKwhT: charge.energyKwhT,
      d90Um: charge.d90Um,
    });
  }
}
