import type { ProductType } from "../../contract/schemas/product.ts";
import type { MadeProduct } from "../../plant/schema/product.ts";
import type { TemperingParameters } from "../../plant/schema/simulation/bar-simulation.ts";
import { allergensOf, known } from "../line-context.ts";
import type { MachineModel, ModelContext } from "../machine-model.ts";
import { apparentPaS, type Casson, thickened } from "../process/casson.ts";
import { Cleaning } from "../process/cleaning.ts";
import { nominalFlow } from "../process/conche-rheology.ts";
import { approach } from "../process/first-order.ts";
import { batchFields, type ProductionBatch } from "../process/production-batch.ts";
import type { StorageTank } from "../process/storage-tank.ts";
import { TemperZones } from "../process/temper-zones.ts";
import { phaseEvent, type Readings } from "../report/machine-event.ts";
import { grams, roundTo } from "../rounding.ts";
import { Countdown, STEP_S, type StepTime } from "../step-time.ts";

/** Tempered mass that can be drawn. */
export interface TemperedMass {
  readonly batch: ProductionBatch;
  /** Lot of the tank it comes from. */
  readonly lotId: string;
  readonly tempC: number;
  /** How it flows: as the conche has made it, thicker by its crystals and its temperature. */
  readonly flow: Casson;
  /** How it would flow, ground, conched and tempered as the recipe says. */
  readonly nominal: Casson;
}

/** Where the depositor gets its mass. */
export interface MassSource {
  /** What comes out now; undefined while there is none or it isn't fit. */
  readonly offered: TemperedMass | undefined;
  /** Mean time that mass takes to come through, s. */
  readonly residenceS: number;
  /** Takes as much; false when there isn't so much. */
  draw(kg: number): boolean;
}

/** Less than this in the tank counts as empty, kg: two moulds. */
const EMPTY_KG = 2.5;
const FLOW_TAU_S = 30;

/**
 * A continuous temperer between the products' tanks and the depositor; its physics is TemperZones. When a tank is at its
 * heel it goes on to the batch that arrived next, through a changeover when that is another product.
 */
export class Temperer implements MachineModel, MassSource {
  readonly #context: ModelContext<TemperingParameters>;
  readonly #arrivals: ProductionBatch[];
  readonly #cleaning: Cleaning;
  readonly #zones: TemperZones;
  readonly #sampling: Countdown;
  #product: MadeProduct;
  #flushDue = 0;
  #flushedFrom: MadeProduct | undefined;
  #flowKgH = 0;
  #drawnKg = 0;

  /** @param arrivals batches in the order in which they came into the tanks; those that are tempered are taken out */
  constructor(
    context: ModelContext<TemperingParameters>,
    arrivals: ProductionBatch[],
    batch: ProductionBatch,
  ) {
    const { parameters, random, report } = context;
    this.#context = context;
    this.#arrivals = arrivals;
    this.#product = batch.product;
    this.#cleaning = new Cleaning(report, random, context.line);
    this.#zones = new TemperZones(parameters, random, batch.product.recipe.phases.tempering);
    this.#sampling = new Countdown(random.between(20, parameters.sample_minutes * 60));
    report.workOn(batch);
  }

  get #recipe(): MadeProduct["recipe"]["phases"]["tempering"] {
    return this.#product.recipe.phases.tempering;
  }

  get #tank(): StorageTank {
    return known(this.#context.line.tanks, this.#product.id as ProductType);
  }

  step(_now: StepTime): void {
    const { report } = this.#context;
    this.#zones.step(this.#context.line.disturbances.coolerExcessK);
    this.#flowKgH = approach(this.#flowKgH, (this.#drawnKg * 3600) / STEP_S, FLOW_TAU_S);
    this.#drawnKg = 0;
    if (this.#cleaning.active) {
      if (this.#cleaning.step()) this.#flush();
      return;
    }
    if (this.#tank.availableKg < EMPTY_KG) this.#next();
    if (this.#cleaning.active) return;
    if (this.#tank.availableKg < EMPTY_KG) {
      const conche = this.#context.line.machine("conching").key;
      report.become("Suspended", { code: "TANK_EMPTY", category: "starved", caused_by: conche });
      return;
    }
    this.#label();
    report.become("Execute");
    if (this.#sampling.step()) this.#sample();
  }

  /** The tank is at its heel: on to the next batch that has arrived, through a changeover when it is another product. */
  #next(): void {
    while (this.#arrivals[0]?.product === this.#product) this.#arrivals.shift();
    const next = this.#arrivals.shift();
    if (next === undefined) return;
    const from = this.#product;
    this.#product = next.product;
    this.#zones.follow(this.#recipe);
    this.#cleaning.begin(from.id as ProductType, next.productType);
    this.#flushDue = this.#cleaning.changeover?.flush_kg ?? 0;
    this.#flushedFrom = from;
  }

  /** The first mass pushes out what is left of the last product; it becomes rework with the allergens of both. */
  #flush(): void {
    const { report, line } = this.#context;
    const tank = this.#tank;
    const batch = tank.batch;
    const kg = grams(tank.draw(this.#flushDue));
    this.#flushDue = 0;
    if (batch === undefined || tank.lotId === undefined || kg === 0) return;
    const before = this.#flushedFrom === undefined ? [] : allergensOf(line, this.#flushedFrom);
    report.batchEvent({
      event: "REWORK_CREATED",
      ...batchFields(batch),
      lot_id: line.names.rework(batch, "flush", report.nowMs),
      source: "flush",
      sources: [
        { lot_id: tank.lotId, material: `${batch.productType}_mass`, kind: "intermediate", quantity_kg: kg },
      ],
      quantity_kg: kg,
      allergens: [...new Set([...before, ...allergensOf(line, batch.product)])].sort(),
      location: "flush tank",
    });
  }

  /** The content of the tank is called by the batch that came in last. */
  #label(): void {
    const { report } = this.#context;
    const batch = this.#tank.batch;
    const before = report.batch;
    if (batch === undefined || batch === before) return;
    if (before !== undefined) report.batchEvent(phaseEvent(before, "tempering", "complete"));
    report.workOn(batch);
    const { cool_c, out_c, index } = this.#recipe;
    report.batchEvent(phaseEvent(batch, "tempering", "running", { set_points: { cool_c, out_c, index } }));
  }

  get residenceS(): number {
    return this.#context.parameters.residence_s;
  }

  get offered(): TemperedMass | undefined {
    const tank = this.#tank;
    const { report } = this.#context;
    if (report.state !== "Execute" || tank.batch === undefined || tank.lotId === undefined) return undefined;
    return {
      batch: tank.batch,
      lotId: tank.lotId,
      tempC: this.#zones.outC,
      flow: this.#flow,
      nominal: thickened(nominalFlow(this.#product.recipe.phases), this.#context.parameters.tempered_factor),
    };
  }

  /** What comes out flows as what is in the tank, cooler and with crystals in it. */
  get #flow(): Casson {
    const conched = this.#tank.flow ?? nominalFlow(this.#product.recipe.phases);
    const { tempered_factor } = this.#context.parameters;
    return thickened(conched, tempered_factor * Math.max(0.1, 1 + this.#zones.viscosityPct / 100));
  }

  draw(kg: number): boolean {
    const tank = this.#tank;
    if (tank.availableKg < kg) return false;
    this.#drawnKg += tank.draw(kg);
    return true;
  }

  #sample(): void {
    const { parameters, random, report } = this.#context;
    this.#sampling.set(parameters.sample_minutes * 60);
    const value = roundTo(this.#zones.temperIndex + 0.1 * random.normal(), 2);
    const tag = report.machine.definition.tags.temper_index;
    const lower = tag?.min;
    const upper = tag?.max;
    const known = lower !== undefined && upper !== undefined;
    report.quality({
      sample: { sample_id: `${report.machine.definition.id}.${report.nowMs}`, taken_from: "temperer outlet" },
      results: [
        {
          characteristic: "temper_index",
          value,
          ...(known ? { lower, upper, pass: value >= lower && value <= upper } : {}),
          target: this.#recipe.index,
          method: "cooling curve",
        },
      ],
    });
  }

  readings(): Readings {
    const { parameters, random } = this.#context;
    const zones = this.#zones;
    return {
      temp_c: zones.outC,
      viscosity_cP: 1000 * apparentPaS(this.#flow, parameters.shear_per_s) * (1 + 0.008 * random.normal()),
      temp_in_c: zones.inC,
      temp_cool_c: zones.coolC,
      temper_index: zones.temperIndex,
      flow_kg_h: this.#flowKgH,
      tank_level_kg: this.#tank.kg,
      water_temp_c: zones.waterC + 0.05 * random.normal(),
    };
  }
}
