import type { DepositingParameters } from "../../plant/schema/simulation/bar-simulation.ts";
import { BarRun } from "../genealogy/bar-run.ts";
import { packCode } from "../genealogy/codes.ts";
import { day } from "../genealogy/lot-names.ts";
import { allergensOf } from "../line-context.ts";
import type { MachineModel, ModelContext } from "../machine-model.ts";
import { apparentPaS } from "../process/casson.ts";
import { approach } from "../process/first-order.ts";
import type { Mould } from "../process/mould.ts";
import { NozzleRow } from "../process/nozzle-row.ts";
import { batchFields, type ProductionBatch } from "../process/production-batch.ts";
import type { Counts, Readings } from "../report/machine-event.ts";
import { timestampV2 } from "../report/timestamp-text.ts";
import { roundTo } from "../rounding.ts";
import { Countdown, STEP_S, type StepTime } from "../step-time.ts";
import type { MassSource, TemperedMass } from "./temperer.ts";

/** Where filled moulds go. */
export interface MouldReceiver {
  /** Whether the belt moves, so that there is room for one more. */
  readonly moving: boolean;
  /** Moulds between depositor and wrapper when the belt is full. */
  readonly chain: number;
  take(mould: Mould): void;
}

/** So often it is reported what has become of the mass, s. */
const REPORT_S = 900;
const DAY_MS = 86_400_000;

/** A depositor: fills one mould after another as long as there is mass before it and a moving belt behind it. */
export class Depositor implements MachineModel {
  readonly #context: ModelContext<DepositingParameters>;
  readonly #source: MassSource;
  readonly #tunnel: MouldReceiver;
  readonly #nozzles: NozzleRow;
  readonly #sampling: Countdown;
  readonly #reporting = new Countdown(REPORT_S);
  readonly #mixing = new Countdown(0);
  #boundary: { readonly from: string; readonly to: string; readonly sinceMs: number } | undefined;
  #run: BarRun | undefined;
  readonly #flowOf = (nozzle: number): number => this.#context.line.disturbances.nozzleFlow(nozzle);
  readonly #startMs: number;
  #progress = 0;
  #moulds = 0;
  #startUpLeft = 0;
  #weightsG: readonly number[];
  #mouldC: number;
  #pressureBar: number;
  #speed = 0;

  constructor(
    context: ModelContext<DepositingParameters>,
    source: MassSource,
    tunnel: MouldReceiver,
    batch: ProductionBatch,
    startMs: number,
  ) {
    const { parameters, random, report, line } = context;
    this.#context = context;
    this.#source = source;
    this.#startMs = startMs;
    this.#tunnel = tunnel;
    this.#nozzles = new NozzleRow(parameters, random);
    this.#sampling = new Countdown(random.between(10, parameters.sample_minutes * 60));
    const { depositing, tempering } = batch.product.recipe.phases;
    this.#weightsG = this.#nozzles.deposit(depositing.target_g, 0);
    this.#mouldC = tempering.out_c - depositing.mould_below_mass_k;
    this.#pressureBar = parameters.pressure_bar;
    this.#speed = parameters.moulds_per_min;
    const massLot = line.tanks.get(batch.productType)?.lotId ?? "";
    this.#run = new BarRun(batch, massLot, line.names.bars(batch));
    report.workOn(batch);
  }

  step(_now: StepTime): void {
    const { parameters } = this.#context;
    const mass = this.#source.offered;
    const runs = this.#mayRun(mass);
    this.#speed = approach(this.#speed, runs ? parameters.moulds_per_min : 0, 2);
    if (mass !== undefined) this.#settle(mass);
    if (this.#reporting.step()) this.#reportRun();
    if (mass === undefined || !runs) return;
    this.#passBoundary();
    this.#progress += (parameters.moulds_per_min * STEP_S) / 60;
    while (this.#progress >= 1) {
      this.#progress -= 1;
      this.#fill(mass);
    }
    if (this.#sampling.step()) this.#sample();
  }

  #mayRun(mass: TemperedMass | undefined): boolean {
    const { report, line } = this.#context;
    if (!this.#tunnel.moving) {
      report.become(
        "Suspended",
        {
          code: "BELT_STANDS",
          category: "blocked",
          caused_by: line.machine("packaging").key,
        },
        this.#counts,
      );
      return false;
    }
    if (mass === undefined) {
      report.become(
        "Suspended",
        {
          code: "NO_MASS",
          category: "starved",
          caused_by: line.machine("tempering").key,
        },
        this.#counts,
      );
      return false;
    }
    this.#label(mass);
    report.become("Execute", undefined, this.#counts);
    return true;
  }

  #label(mass: TemperedMass): void {
    const run = this.#run;
    if (run?.massLot === mass.lotId) return;
    const { parameters, report, line } = this.#context;
    this.#reportRun();
    const { batch } = mass;
    const barLot = line.names.bars(batch);
    this.#run = new BarRun(batch, mass.lotId, barLot);
    if (run?.batch.productType !== batch.productType) {
      this.#startUpLeft = Math.round((this.#tunnel.chain * parameters.scrap_on_start_pct) / 100);
    }
    report.workOn(batch);
    const { best_before_days } = batch.product.recipe.phases.packaging;
    report.batchEvent({
      event: "LOT_CREATED",
      ...batchFields(batch),
      lot_id: barLot,
      material: `${batch.productType}_bar`,
      kind: "finished",
      location: report.machine.key,
      allergens: allergensOf(line, batch.product),
      best_before: day(report.nowMs + best_before_days * DAY_MS),
      pack_code: packCode(line.line.definition.id, report.nowMs),
    });
    if (run?.batch.productType === batch.productType) {
      this.#boundary = { from: run.barLot, to: barLot, sinceMs: report.nowMs };
      this.#mixing.set(this.#source.residenceS);
    }
  }

  /** Within one product the new lot follows the old one without a gap: the temperer's content is of both. */
  #passBoundary(): void {
    const boundary = this.#boundary;
    if (boundary === undefined || !this.#mixing.step()) return;
    this.#boundary = undefined;
    this.#context.report.batchEvent({
      event: "LOT_BOUNDARY",
      from_lot_id: boundary.from,
      to_lot_id: boundary.to,
      mixing_from: timestampV2(boundary.sinceMs),
      mixing_until: timestampV2(this.#context.report.nowMs),
    });
  }

  #settle(mass: TemperedMass): void {
    const { parameters, random } = this.#context;
    const { mould_below_mass_k } = mass.batch.product.recipe.phases.depositing;
    this.#mouldC = approach(this.#mouldC, mass.tempC - mould_below_mass_k, parameters.mould_tau_s);
    const wanted = parameters.pressure_bar * (1 + this.#thickerPct(mass) / 100);
    this.#pressureBar = Math.max(
      0,
      approach(this.#pressureBar, wanted, 10) + 0.2 * parameters.pressure_noise_bar * random.normal(),
    );
  }

  /** How much more viscous in the nozzle than the recipe's, %. */
  #thickerPct({ flow, nominal }: TemperedMass): number {
    const { shear_per_s } = this.#context.parameters;
    return 100 * (apparentPaS(flow, shear_per_s) / apparentPaS(nominal, shear_per_s) - 1);
  }

  #fill(mass: TemperedMass): void {
    const run = this.#run;
    if (run === undefined) return;
    const weights = this.#nozzles.deposit(
      mass.batch.product.recipe.phases.depositing.target_g,
      this.#thickerPct(mass),
      this.#flowOf,
    );
    const kg = weights.reduce((sum, weight) => sum + weight, 0) / 1000;
    if (!this.#source.draw(kg)) return;
    run.add(kg, weights.length);
    this.#weightsG = weights;
    this.#moulds += 1;
    const startUp = this.#startUpLeft > 0;
    if (startUp) this.#startUpLeft -= 1;
    this.#tunnel.take({
      batch: run.batch,
      lotId: run.barLot,
      weightsG: weights,
      startUp,
      positionM: 0,
      tempC: mass.tempC,
    });
  }

  #reportRun(): void {
    this.#reporting.set(REPORT_S);
    const event = this.#run?.takeReport();
    if (event !== undefined) this.#context.report.batchEvent(event);
  }

  #sample(): void {
    const { parameters, report } = this.#context;
    this.#sampling.set(parameters.sample_minutes * 60);
    const target = report.batch?.product.recipe.phases.depositing.target_g;
    report.quality({
      ...(this.#run === undefined ? {} : { lot_id: this.#run.barLot }),
      sample: {
        sample_id: `${report.machine.definition.id}.${report.nowMs}`,
        size: this.#weightsG.length,
        taken_from: "one mould",
      },
      results: this.#weightsG.map((weight, index) => ({
        characteristic: "deposit_g",
        value: roundTo(weight, 2),
        unit: "g",
        nozzle: index + 1,
        ...(target === undefined ? {} : { target }),
        method: "scale",
      })),
    });
  }

  /** Bars that were filled; which of them are bad is seen at the end of the line. */
  readonly #counts = (): Counts => {
    const bars = this.#moulds * this.#context.parameters.cavities;
    return {
      unit: "pieces",
      consumed: bars,
      processed: bars,
      defective: 0,
      since: timestampV2(this.#startMs),
    };
  };

  readings(): Readings {
    const { random } = this.#context;
    const mean = this.#weightsG.reduce((sum, weight) => sum + weight, 0) / this.#weightsG.length;
    const squares = this.#weightsG.reduce((sum, weight) => sum + (weight - mean) ** 2, 0);
    return {
      deposit_g: mean,
      nozzle_pressure_bar: this.#speed < 0.1 ? 0 : this.#pressureBar,
      spread_g: Math.sqrt(squares / Math.max(1, this.#weightsG.length - 1)),
      mould_temp_c: this.#mouldC + 0.05 * random.normal(),
      moulds_per_min: this.#speed,
      moulds: this.#moulds,
    };
  }
}
