import type { MadeProduct } from "../../plant/schema/product.ts";
import type { CoolingParameters } from "../../plant/schema/simulation/bar-simulation.ts";
import type { MachineModel, ModelContext } from "../machine-model.ts";
import { approach, DriftingNoise } from "../process/first-order.ts";
import type { Mould } from "../process/mould.ts";
import type { ProductionBatch } from "../process/production-batch.ts";
import { TunnelBelt, type ZoneAir } from "../process/tunnel-belt.ts";
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
type Zone = (typeof ZONES)[number];

/** A cooling tunnel of three zones: their air, and a belt that stands while the wrapper takes nothing. How bars cool is TunnelBelt. */
export class CoolingTunnel implements MachineModel, MouldReceiver {
  readonly chain: number;
  readonly #context: ModelContext<CoolingParameters>;
  readonly #packer: BarReceiver;
  readonly #air: Readonly<Record<Zone, { tempC: number; readonly noise: DriftingNoise }>>;
  readonly #belt: TunnelBelt;
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
    this.#belt = new TunnelBelt(parameters);
    this.chain = Math.floor(parameters.path_m / parameters.mould_pitch_m);
    this.#fullSpeedMpm = parameters.mould_pitch_m * mouldsPerMin;
    this.#speedMpm = this.#fullSpeedMpm;
    const airOf = (zone: Zone) => ({
      tempC: product.recipe.phases.cooling[zone],
      noise: new DriftingNoise(random, parameters.air_noise_k, parameters.zone_tau_s),
    });
    this.#air = { zone_1_c: airOf("zone_1_c"), zone_2_c: airOf("zone_2_c"), zone_3_c: airOf("zone_3_c") };
    this.#exitC = Math.min(product.recipe.phases.cooling.zone_3_c + 1, line.hall.tempC);
  }

  get moving(): boolean {
    return !this.#blocked;
  }

  take(mould: Mould): void {
    this.#belt.put(mould);
  }

  /** The simulation begins with these moulds in it, from the exit to the entry. */
  startWith(moulds: readonly Mould[]): void {
    for (const mould of moulds) this.#belt.put({ ...mould, tempC: this.#steadyC(mould) });
  }

  /** The temperature a mould would have where it is, had it come here at full speed. */
  #steadyC(mould: Mould): number {
    const alone = new TunnelBelt(this.#context.parameters);
    alone.put({ ...mould, positionM: 0 });
    const stepM = (this.#fullSpeedMpm * STEP_S) / 60;
    for (let positionM = 0; positionM < mould.positionM; positionM += stepM) alone.step(stepM, this.#zoneAir);
    return alone.release();
  }

  step(_now: StepTime): void {
    const { report, line } = this.#context;
    this.#condition();
    const { first, atExit } = this.#belt;
    this.#blocked = first !== undefined && atExit && !this.#packer.accepts(first.weightsG.length);
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
    this.#belt.step(movedM, this.#zoneAir);
    if (!this.#blocked) this.#release();
  }

  #release(): void {
    for (;;) {
      const { first, atExit } = this.#belt;
      if (first === undefined || !atExit || !this.#packer.accepts(first.weightsG.length)) return;
      this.#exitC = this.#belt.release();
      this.#packer.take(first);
    }
  }

  #condition(): void {
    const { parameters, report } = this.#context;
    const recipe = report.batch?.product.recipe.phases.cooling;
    const load = (FULL_LOAD_K * this.#belt.count) / this.chain - FULL_LOAD_K;
    for (const zone of ZONES) {
      const air = this.#air[zone];
      const setPointC = recipe === undefined ? air.tempC : recipe[zone];
      air.tempC = approach(air.tempC, setPointC + load, parameters.zone_tau_s);
      air.noise.step();
    }
  }

  get #zoneAir(): ZoneAir {
    return [this.#airC("zone_1_c"), this.#airC("zone_2_c"), this.#airC("zone_3_c")];
  }

  #airC(zone: Zone): number {
    const air = this.#air[zone];
    return air.tempC + air.noise.value;
  }

  readings(): Readings {
    const { random, line } = this.#context;
    const exitC = this.#exitC + 0.05 * random.normal();
    const dewPointC = line.hall.dewPointC;
    const [zone1C, zone2C, zone3C] = this.#zoneAir;
    return {
      tunnel_temp_c: zone2C,
      belt_speed_mpm: this.#speedMpm,
      zone_1_temp_c: zone1C,
      zone_2_temp_c: zone2C,
      zone_3_temp_c: zone3C,
      exit_temp_c: exitC,
      dew_point_c: dewPointC,
      dew_point_margin_k: exitC - dewPointC,
      hall_temp_c: line.hall.tempC,
      hall_humidity_pct: line.hall.humidityPct,
      moulds: this.#belt.count,
    };
  }
}
