import type { PackagingParameters } from "../../plant/schema/simulation/bar-simulation.ts";
import type { RandomStream } from "../random-stream.ts";
import type { StopReason } from "../report/machine-event.ts";
import type { MachineReporter } from "../report/machine-reporter.ts";
import { Countdown, STEP_S } from "../step-time.ts";

/** Share of a reel at which its end is announced. */
const LOW_REEL = 0.04;

/** What stops a wrapper by itself: jams at random, and the end of each reel of film. */
export class WrapperStops {
  readonly #parameters: PackagingParameters;
  readonly #random: RandomStream;
  readonly #report: MachineReporter;
  readonly #untilJam: Countdown;
  readonly #stopped = new Countdown(0);
  readonly #loadFilm: () => void;
  #reason: StopReason | undefined;
  #filmBars: number;

  /** @param loadFilm called when a new reel is on the machine */
  constructor(
    parameters: PackagingParameters,
    random: RandomStream,
    report: MachineReporter,
    loadFilm: () => void,
  ) {
    this.#parameters = parameters;
    this.#random = random;
    this.#report = report;
    this.#loadFilm = loadFilm;
    this.#untilJam = new Countdown(random.exponential(parameters.jam.mean_minutes * 60));
    this.#filmBars = Math.round(parameters.film_bars * random.between(0.2, 1));
  }

  get filmBars(): number {
    return this.#filmBars;
  }

  /** Bars were wrapped. */
  use(bars: number): void {
    this.#filmBars = Math.max(0, this.#filmBars - bars);
  }

  /** Another film is put on, at a change of product. */
  changeFilm(): void {
    this.#filmBars = this.#parameters.film_bars;
    this.#report.clear("FILM_LOW");
    this.#loadFilm();
  }

  /** One step further; whether the wrapper stands. `running` says whether it would run: only then it can jam. */
  step(running: boolean): boolean {
    if (this.#reason !== undefined) return this.#standOn(this.#reason);
    if (this.#filmBars === 0) {
      this.#stop(
        { code: "FILM_END", category: "minor_stop", message: "the reel of film is used up" },
        this.#parameters.film_change_s,
      );
      return true;
    }
    if (this.#filmBars < LOW_REEL * this.#parameters.film_bars) {
      this.#report.raise("FILM_LOW", "low", "The reel of film ends soon: have the next one ready");
    }
    if (!running || !this.#untilJam.step()) return false;
    this.#untilJam.set(this.#random.exponential(this.#parameters.jam.mean_minutes * 60) + STEP_S);
    this.#report.raise("WRAPPER_JAM", "low", "Bars are jammed in the wrapper: clear them and start again");
    const seconds = this.#random.between(...this.#parameters.jam.seconds);
    this.#stop(
      { code: "WRAPPER_JAM", category: "minor_stop", message: "bars jammed in the wrapper" },
      seconds,
    );
    return true;
  }

  #stop(reason: StopReason, seconds: number): void {
    this.#reason = reason;
    this.#stopped.set(seconds);
  }

  #standOn(reason: StopReason): boolean {
    this.#report.become("Held", reason);
    if (!this.#stopped.step()) return true;
    this.#reason = undefined;
    this.#report.clear("WRAPPER_JAM");
    if (reason.code === "FILM_END") this.changeFilm();
    return false;
  }
}
