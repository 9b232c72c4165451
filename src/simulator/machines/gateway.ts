import type { GatewayParameters } from "../../plant/schema/simulation/machine-simulation.ts";
import type { MachineModel, ModelContext } from "../machine-model.ts";
import { clamp, DriftingNoise } from "../process/first-order.ts";
import type { Readings } from "../report/machine-event.ts";
import { Countdown, type StepTime } from "../step-time.ts";

/** Sigma of the latency's logarithm. */
const LATENCY_SPREAD = 0.35;
/** How much longer a round trip takes over a slow uplink. */
const SLOW_FACTOR = 14;
const LOAD_TAU_S = 120;
const DISK_PCT_A_DAY = 0.5;

/** The line's gateway: round trips are log-normal, and now and then the uplink is slow for a while. */
export class Gateway implements MachineModel {
  readonly #context: ModelContext<GatewayParameters>;
  readonly #load: DriftingNoise;
  readonly #untilSlow: Countdown;
  readonly #slowLeft = new Countdown(0);
  #diskPct: number;
  #slow = false;

  constructor(context: ModelContext<GatewayParameters>) {
    const { parameters, random } = context;
    this.#context = context;
    this.#load = new DriftingNoise(random, parameters.cpu_pct / 5, LOAD_TAU_S);
    this.#untilSlow = new Countdown(random.exponential(parameters.slow_uplink_mean_hours * 3600));
    this.#diskPct = parameters.disk_pct;
  }

  step(_now: StepTime): void {
    const { parameters, random, report } = this.#context;
    report.become("Execute");
    this.#watchUplink();
    this.#load.step();
    // Old records are removed once a day's worth has come together.
    this.#diskPct += DISK_PCT_A_DAY / 86_400;
    if (this.#diskPct > parameters.disk_pct + DISK_PCT_A_DAY) this.#diskPct = parameters.disk_pct;
    if (this.#slow) {
      this.#slow = !this.#slowLeft.step();
    } else if (this.#untilSlow.step()) {
      this.#slow = true;
      this.#slowLeft.set(parameters.slow_uplink_s);
      this.#untilSlow.set(random.exponential(parameters.slow_uplink_mean_hours * 3600));
    }
  }

  #watchUplink(): void {
    const { report, line } = this.#context;
    report.show({
      code: "UPLINK_DOWN",
      message: "The data center can't be reached: look at router and provider; messages are kept meanwhile",
      priority: "medium",
      active: line.disturbances.uplinkDownAt(report.nowMs) !== undefined,
    });
  }

  readings(): Readings {
    const { parameters, random } = this.#context;
    const usual = parameters.latency_ms * Math.exp(LATENCY_SPREAD * random.normal());
    return {
      uplink_latency_ms: this.#slow ? SLOW_FACTOR * parameters.latency_ms + usual : usual,
      cpu_pct: clamp(parameters.cpu_pct + this.#load.value, 0.5, 100),
      disk_pct: this.#diskPct,
    };
  }
}
