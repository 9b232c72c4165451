import type { MadeProduct } from "../../plant/schema/product.ts";
import type { CoolingParameters } from "../../plant/schema/simulation/bar-simulation.ts";
import type { MachineModel, ModelContext } from "../machine-model.ts";
import { approach, DriftingNoise } from "../process/first-order.ts";
import type { Mould } from "../process/mould.ts";
import type { ProductionBatch } from "../process/production-batch.ts";
import type { Readings } from "../report/machine-event.ts";
import { STEP_S, type StepTime } from "../step-time.ts";
import type { MouldReceiver } from "./depositor.ts";

/** The wrapper's infeed. */
export interface BarReceiver {
  accepts(bars: number): boolean;
  take(mould: Mould): void;
  /** What comes next, while it is still in the tunnel: time to change film, code and date. */
  announce(batch: ProductionBatch): void;
}

const BELT_TAU_S = 3;
/** How much a full tunnel warms a zone's air, K. */
const FULL_LOAD_K = 0.4;
const ZONES = ["zone_1_c", "zone_2_c", "zone_3_c"] as const;

/**
 * A cooling tunnel of three zones. Each bar gives heat to the zone's air:
 *
 *     m cp dT/dt = -h A (T - Tair)
 *
 * with m/A from density and thickness, and the heat of crystallisation spread over the range in which fat sets, as an
 * apparent specific heat. With h = 40 W/m²K and 10 mm this takes about 29 minutes.
 */
export class CoolingTunnel implements MachineModel, MouldReceiver {
  readonly chain: number;
  readonly #context: ModelContext<CoolingParameters>;
  readonly #packer: BarReceiver;
  /** Heat that a kilogram gives to air a kelvin colder in one step, kJ. */
  readonly #lossKjKgK: number;
  readonly #air: { tempC: number; readonly noise: DriftingNoise }[];
  /** From the exit to the entry. */
  #moulds: Mould[] = [];
  #speedMpm: number;
  readonly #fullSpeedMpm: number;
  #exitC: number;
  #blocked = false;

  /** @param mouldsPerMin what the depositor fills */
  constructor(
    context: ModelContext<CoolingParameters>,
    packer: BarReceiver,
    mouldsPerMin: number,
    product: MadeProduct,
  ) {
    const { parameters, random, line } = context;
    this.#context = context;
    this.#packer = packer;
    const massKgM2 = (parameters.density_kg_m3 * parameters.bar_mm) / 1000;
    this.#lossKjKgK = (parameters.heat_transfer_w_m2k * parameters.cooled_sides * STEP_S) / (1000 * massKgM2);
    this.chain = Math.floor(parameters.path_m / parameters.mould_pitch_m);
    this.#fullSpeedMpm = parameters.mould_pitch_m * mouldsPerMin;
    this.#speedMpm = this.#fullSpeedMpm;
    this.#air = ZONES.map((zone) => ({
      tempC: product.recipe.phases.cooling[zone],
      noise: new DriftingNoise(random, parameters.air_noise_k, parameters.zone_tau_s),
    }));
    this.#exitC = Math.min(product.recipe.phases.cooling.zone_3_c + 1, line.hall.tempC);
  }

  get moving(): boolean {
    return !this.#blocked;
  }

  take(mould: Mould): void {
    this.#moulds.push(mould);
  }

  /** The simulation begins with these moulds in it, from the exit to the entry. */
  startWith(moulds: readonly Mould[]): void {
    this.#moulds = [...moulds];
    for (const mould of this.#moulds) mould.tempC = this.#steadyC(mould);
  }

  /** The temperature a mould would have where it is, had it come here at full speed. */
  #steadyC(mould: Mould): number {
    const travelled = { ...mould, positionM: 0 };
    const stepM = (this.#fullSpeedMpm * STEP_S) / 60;
    while (travelled.positionM < mould.positionM) {
      travelled.positionM += stepM;
      this.#cool([travelled]);
    }
    return travelled.tempC;
  }

  step(_now: StepTime): void {
    const { parameters, report, line } = this.#context;
    this.#condition();
    const first = this.#moulds[0];
    const atExit = first !== undefined && first.positionM >= parameters.path_m;
    this.#blocked = atExit && !this.#packer.accepts(first.weightsG.length);
    if (this.#blocked) {
      report.become("Suspended", {
        code: "INFEED_FULL",
        category: "blocked",
        caused_by: line.machine("packaging").key,
      });
    } else if (first === undefined) {
      report.become("Idle", {
        code: "TUNNEL_EMPTY",
        category: "starved",
        caused_by: line.machine("depositing").key,
      });
    } else {
      report.workOn(first.batch);
      this.#packer.announce(first.batch);
      report.become("Execute");
    }
    this.#speedMpm = approach(this.#speedMpm, this.#blocked ? 0 : this.#fullSpeedMpm, BELT_TAU_S);
    const movedM = this.#blocked ? 0 : (this.#fullSpeedMpm * STEP_S) / 60;
    for (const mould of this.#moulds) mould.positionM += movedM;
    this.#cool(this.#moulds);
    if (!this.#blocked) this.#release();
  }

  #release(): void {
    const { path_m } = this.#context.parameters;
    for (;;) {
      const first = this.#moulds[0];
      if (first === undefined || first.positionM < path_m || !this.#packer.accepts(first.weightsG.length))
        return;
      this.#moulds.shift();
      this.#exitC = first.tempC;
      this.#packer.take(first);
    }
  }

  #condition(): void {
    const { parameters, report } = this.#context;
    const recipe = report.batch?.product.recipe.phases.cooling;
    const load = (FULL_LOAD_K * this.#moulds.length) / this.chain - FULL_LOAD_K;
    for (const [index, air] of this.#air.entries()) {
      const zone = ZONES[index];
      const setPointC = recipe === undefined || zone === undefined ? air.tempC : recipe[zone];
      air.tempC = approach(air.tempC, setPointC + load, parameters.zone_tau_s);
      air.noise.step();
    }
  }

  /** One step of cooling, in the order of moulds: the innermost loop of a simulation, hence without any detour. */
  #cool(moulds: readonly Mould[]): void {
    const { path_m, heat_capacity_kj_kgk, crystallising_c } = this.#context.parameters;
    const { from, to } = crystallising_c;
    const air = [this.#airC(0), this.#airC(1), this.#airC(2)] as const;
    const loss = this.#lossKjKgK;
    for (const mould of moulds) {
      const way = (3 * mould.positionM) / path_m;
      const airC = way < 1 ? air[0] : way < 2 ? air[1] : air[2];
      const sets = mould.tempC < from && mould.tempC > to;
      const latent = sets ? mould.batch.product.recipe.phases.cooling.latent_kj_kg / (from - to) : 0;
      mould.tempC -= (loss * (mould.tempC - airC)) / (heat_capacity_kj_kgk + latent);
    }
  }

  /** The air of a zone, from 0. */
  #airC(zone: number): number {
    const air = this.#air[zone];
    return air === undefined ? 0 : air.tempC + air.noise.value;
  }

  readings(): Readings {
    const { random, line } = this.#context;
    const exitC = this.#exitC + 0.05 * random.normal();
    const dewPointC = line.hall.dewPointC;
    return {
      tunnel_temp_c: this.#airC(1),
      belt_speed_mpm: this.#speedMpm,
      zone_1_temp_c: this.#airC(0),
      zone_2_temp_c: this.#airC(1),
      zone_3_temp_c: this.#airC(2),
      exit_temp_c: exitC,
      dew_point_c: dewPointC,
      dew_point_margin_k: exitC - dewPointC,
      hall_temp_c: line.hall.tempC,
      hall_humidity_pct: line.hall.humidityPct,
      moulds: this.#moulds.length,
    };
  }
}
