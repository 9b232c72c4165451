import type { PackagingParameters } from "../../plant/schema/simulation/bar-simulation.ts";
import type { BatchBook } from "../genealogy/batch-book.ts";
import { FilmStore } from "../genealogy/film-store.ts";
import { Palletiser } from "../genealogy/palletiser.ts";
import { REJECT_CAUSES, RejectBins, type RejectCause } from "../genealogy/reject-bins.ts";
import { allergensOf } from "../line-context.ts";
import type { MachineModel, ModelContext } from "../machine-model.ts";
import { approach, DriftingNoise } from "../process/first-order.ts";
import type { Mould } from "../process/mould.ts";
import type { ProductionBatch } from "../process/production-batch.ts";
import { DetectorTests } from "../report/detector-tests.ts";
import { type Counts, phaseEvent, type Readings } from "../report/machine-event.ts";
import { packSample } from "../report/pack-sample.ts";
import { timestampV2 } from "../report/timestamp-text.ts";
import { Countdown, STEP_S, type StepTime } from "../step-time.ts";
import type { BarReceiver } from "./cooling-tunnel.ts";
import { WrapperStops } from "./wrapper-stops.ts";

/** The wrapper takes what waits before it in this time: it runs as fast as bars come. */
const CLEAR_INFEED_S = 8;
const SPEED_TAU_S = 20;
const REJECT_RATE_TAU_S = 600;
const MEAN_PACKS = 100;
const BINS_EMPTIED_S = 4 * 3600;
const STARVED_AFTER_S = 10;
const MISREAD_SHARE = 0.0001;

/**
 * Wrapper, checkweigher, metal detector, case packer and palletiser in one: every bar that comes in is packed or lies in
 * a reject bin, and both are counted by lot.
 */
export class PackingLine implements MachineModel, BarReceiver {
  readonly #context: ModelContext<PackagingParameters>;
  readonly #book: BatchBook;
  readonly #stops: WrapperStops;
  readonly #films: FilmStore;
  readonly #bins: RejectBins;
  readonly #palletiser: Palletiser;
  readonly #tests: DetectorTests;
  readonly #sealNoise: DriftingNoise;
  readonly #sampling: Countdown;
  readonly #emptying = new Countdown(BINS_EMPTIED_S);
  readonly #changing = new Countdown(0);
  readonly #infeed: { readonly mould: Mould; next: number }[] = [];
  readonly #startMs: number;
  #infeedBars = 0;
  #owed = 0;
  #batch: ProductionBatch;
  #announced: ProductionBatch | undefined;
  #changeover: ProductionBatch | undefined;
  #packsPerMin: number;
  #rejectShare = 0;
  #meanG: number;
  #lastG: number[] = [];
  #sealC: number;
  #consumed = 0;
  #packed = 0;
  #lastRead = "ok";
  #emptyS = 0;

  constructor(
    context: ModelContext<PackagingParameters>,
    book: BatchBook,
    batch: ProductionBatch,
    barsPerMin: number,
    startMs: number,
  ) {
    const { parameters, random, report, line } = context;
    this.#context = context;
    this.#book = book;
    this.#batch = batch;
    this.#startMs = startMs;
    this.#stops = new WrapperStops(parameters, random, report, () => this.#loadFilm());
    this.#films = new FilmStore(line, parameters.film_bars);
    this.#bins = new RejectBins(line.names, startMs);
    const sizes = { barsPerCase: parameters.bars_per_case, casesPerPallet: parameters.cases_per_pallet };
    this.#palletiser = new Palletiser(line, sizes, (event) => {
      report.batchEvent(event);
      this.#tests.made(event);
    });
    this.#tests = new DetectorTests(context, () => line.names.bars(this.#batch));
    this.#sealNoise = new DriftingNoise(random, parameters.seal_noise_k, parameters.seal_tau_s);
    // The first sample comes soon: who looks at a fresh simulation wants to see one.
    this.#sampling = new Countdown(Math.min(parameters.sample_seconds, random.between(3, 9)));
    this.#packsPerMin = barsPerMin;
    this.#meanG = batch.product.recipe.phases.depositing.target_g;
    this.#sealC = parameters.seal_c;
    report.workOn(batch);
  }

  accepts(bars: number): boolean {
    return this.#infeedBars + bars <= this.#context.parameters.infeed_bars;
  }

  take(mould: Mould): void {
    this.#infeed.push({ mould, next: 0 });
    this.#infeedBars += mould.weightsG.length;
  }

  announce(batch: ProductionBatch): void {
    this.#announced = batch;
  }

  step(now: StepTime): void {
    // The reel that is on the machine when the simulation begins.
    if (now.index === 0) this.#loadFilm();
    this.#sealNoise.step();
    const wrapped = this.#run();
    this.#stops.use(wrapped);
    this.#packsPerMin = approach(this.#packsPerMin, (wrapped * 60) / STEP_S, SPEED_TAU_S);
    if (this.#emptying.step()) this.#emptyBins();
    this.#tests.step(now);
    if (this.#sampling.step() && this.#lastG.length > 0) this.#sample();
  }

  /** Wraps what it can in one step; returns how many bars. */
  #run(): number {
    const { parameters, report } = this.#context;
    if (this.#changeover !== undefined) {
      if (this.#changing.step()) this.#changed(this.#changeover);
      return 0;
    }
    const next = this.#infeed[0]?.mould.batch ?? this.#announced;
    if (next !== undefined && next.productType !== this.#batch.productType && this.#turnTo(next)) return 0;
    if (this.#tests.blocks) {
      const message = "the metal detector has failed its test";
      report.become("Held", { code: "DETECTOR_FAILED", category: "failure", message }, this.#counts);
      return 0;
    }
    const waiting = this.#infeedBars;
    if (this.#stops.step(waiting > 0)) return 0;
    if (waiting === 0) {
      this.#starve();
      return 0;
    }
    report.become("Execute", undefined, this.#counts);
    this.#owed += Math.min((parameters.wraps_per_min * STEP_S) / 60, (waiting * STEP_S) / CLEAR_INFEED_S);
    let wrapped = 0;
    while (this.#owed >= 1 && this.#wrapNext()) {
      this.#owed -= 1;
      wrapped += 1;
    }
    return wrapped;
  }

  #starve(): void {
    const { report, line } = this.#context;
    this.#owed = 0;
    // A mould comes every few seconds; only a longer gap is worth a state.
    if (report.state !== "Execute") return;
    this.#emptyS += STEP_S;
    if (this.#emptyS < STARVED_AFTER_S) return;
    const tunnel = line.machine("cooling").key;
    report.become("Suspended", { code: "NO_BARS", category: "starved", caused_by: tunnel }, this.#counts);
  }

  /** The next bar: packed, or into a bin. False when there is none, or it is of another product. */
  #wrapNext(): boolean {
    const first = this.#infeed[0];
    if (first === undefined) return false;
    if (first.mould.batch !== this.#batch && this.#turnTo(first.mould.batch)) return false;
    this.#emptyS = 0;
    const weightG = first.mould.weightsG[first.next] ?? 0;
    first.next += 1;
    this.#infeedBars -= 1;
    if (first.next >= first.mould.weightsG.length) this.#infeed.shift();
    this.#consumed += 1;
    const cause = this.#fault(first.mould, weightG);
    const memory = STEP_S / (REJECT_RATE_TAU_S * Math.max(1, this.#packsPerMin / 60));
    if (cause !== "start_up")
      this.#rejectShare += memory * ((cause === undefined ? 0 : 1) - this.#rejectShare);
    if (cause === undefined) this.#pack(first.mould, weightG);
    else this.#reject(cause, first.mould, weightG);
    return true;
  }

  #fault(mould: Mould, weightG: number): RejectCause | undefined {
    const { parameters, random } = this.#context;
    const shownG = weightG + parameters.weighing_noise_g * random.normal();
    const draw = random.uniform();
    if (mould.startUp) return "start_up";
    this.#lastG.push(shownG);
    if (this.#lastG.length > 5) this.#lastG.shift();
    if (draw < parameters.metal_share) return "metal";
    if (shownG < parameters.reject_below_g) return "under_weight";
    return draw < parameters.metal_share + parameters.mis_wrap_share ? "mis_wrapped" : undefined;
  }

  #reject(cause: RejectCause, mould: Mould, weightG: number): void {
    this.#bins.reject(cause, mould, weightG);
    const { report } = this.#context;
    if (cause !== "metal") return;
    report.raise(
      "METAL_DETECTED",
      "high",
      "The metal detector has rejected a bar: find the piece and its source",
    );
    report.clear("METAL_DETECTED");
  }

  #pack(mould: Mould, weightG: number): void {
    const { random, report } = this.#context;
    this.#packed += 1;
    this.#meanG += (weightG - this.#meanG) / MEAN_PACKS;
    this.#lastRead = random.chance(MISREAD_SHARE) ? "misread" : "ok";
    this.#book.packed(mould.batch, weightG / 1000);
    this.#palletiser.add(this.#batch, mould, weightG, report.nowMs);
  }

  /** The next bar is of another batch. True when it is of another product: then the wrapper stands for a while. */
  #turnTo(batch: ProductionBatch): boolean {
    const { parameters, report } = this.#context;
    const before = this.#batch;
    report.batchEvent(phaseEvent(before, "packaging", "complete"));
    this.#book.finish(before);
    if (before.productType === batch.productType) {
      this.#batch = batch;
      this.#beginBatch(batch);
      report.become("Execute", undefined, this.#counts);
      return false;
    }
    this.#palletiser.close(before, report.nowMs);
    this.#emptyBins();
    this.#changeover = batch;
    this.#changing.set(parameters.changeover_s);
    const message = `from ${before.productType} to ${batch.productType}: film, code, date`;
    report.become("Stopped", { code: "CHANGEOVER", category: "changeover", message }, this.#counts);
    return true;
  }

  #changed(batch: ProductionBatch): void {
    this.#changeover = undefined;
    this.#batch = batch;
    this.#beginBatch(batch);
    this.#stops.changeFilm();
    this.#tests.test("product_change");
  }

  #beginBatch(batch: ProductionBatch): void {
    const { report } = this.#context;
    report.workOn(batch);
    report.batchEvent(phaseEvent(batch, "packaging", "running"));
  }

  #loadFilm(): void {
    const { report } = this.#context;
    for (const event of this.#films.load(this.#batch, report.nowMs)) report.batchEvent(event);
  }

  #emptyBins(): void {
    const { report, line } = this.#context;
    this.#emptying.set(BINS_EMPTIED_S);
    for (const event of this.#bins.empty(report.nowMs, (batch) => allergensOf(line, batch.product)))
      report.batchEvent(event);
  }

  #sample(): void {
    const { parameters, report } = this.#context;
    this.#sampling.set(parameters.sample_seconds);
    const found = {
      weightsG: this.#lastG,
      defectRatePct: 100 * this.#rejectShare,
      sealC: this.#sealC + this.#sealNoise.value,
      labelRead: this.#lastRead === "ok",
    };
    report.quality(
      packSample(`${report.machine.definition.id}.${report.nowMs}`, this.#batch, found, parameters),
    );
  }

  readonly #counts = (): Counts => {
    const causes = Object.fromEntries(REJECT_CAUSES.map((cause) => [cause, this.#bins.total(cause)]));
    return {
      unit: "pieces",
      consumed: this.#consumed,
      processed: this.#consumed,
      defective: this.#consumed - this.#packed,
      defective_by_cause: causes,
      since: timestampV2(this.#startMs),
    };
  };

  readings(): Readings {
    return {
      packs_per_min: this.#packsPerMin,
      reject_rate_pct: 100 * this.#rejectShare,
      seal_temp_c: this.#sealC + this.#sealNoise.value,
      mean_weight_g: this.#meanG,
      infeed_bars: this.#infeedBars,
      film_bars: this.#stops.filmBars,
      rejects_weight: this.#bins.total("under_weight"),
      rejects_wrap: this.#bins.total("mis_wrapped"),
      rejects_metal: this.#bins.total("metal"),
      last_code_read: this.#lastRead,
    };
  }
}
