import type { DisturbanceOf } from "../../plant/scenario/disturbance.ts";
import type { PackagingParameters } from "../../plant/schema/simulation/bar-simulation.ts";
import type { ModelContext } from "../machine-model.ts";
import type { LineDisturbances } from "../scenario/line-disturbances.ts";
import { Countdown, STEP_MS, type StepTime } from "../step-time.ts";
import type { BodyOf } from "./machine-event.ts";
import type { MachineReporter } from "./machine-reporter.ts";
import { compactTime, timestampV2 } from "./timestamp-text.ts";

type TestBody = Extract<BodyOf<"batch">, { event: "DETECTOR_TEST" }>;
type DeviationBody = Extract<BodyOf<"batch">, { event: "DEVIATION" }>;
type DetectorFailure = DisturbanceOf<"detector_fails">;

/** Days and their shifts begin anew, ms. */
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const DETECTOR = "metal detector 1";
const LIMIT = "every test piece is found and rejected";
const ALARM = "DETECTOR_TEST_FAILED";

/** A test that was not passed, and what is still to be done about it. */
interface OpenFailure {
  readonly holdId: string;
  readonly held: { readonly units: string[] } | { readonly lots: string[] };
  readonly failedMs: number;
  readonly repairedMs: number;
  readonly screenedMs: number;
  repaired: boolean;
}

/**
 * Tests of the metal detector (critical control point): at shift starts, at product changes and at least every hour.
 * After a test that isn't passed the line stands until the detector is repaired and passes, and what was packed since
 * the last test that was passed is on hold until it has been screened again.
 */
export class DetectorTests {
  readonly #parameters: PackagingParameters;
  readonly #report: MachineReporter;
  readonly #disturbances: LineDisturbances;
  readonly #due: Countdown;
  /** Cases and pallets made up since the last test that was passed. */
  #units: string[] = [];
  readonly #lotBeingPacked: () => string;
  #lastPassMs: number | undefined;
  #failure: OpenFailure | undefined;

  /** @param lotBeingPacked the lot of the bars that are being packed */
  constructor(
    { parameters, report, random, line }: ModelContext<PackagingParameters>,
    lotBeingPacked: () => string,
  ) {
    this.#lotBeingPacked = lotBeingPacked;
    this.#parameters = parameters;
    this.#report = report;
    this.#disturbances = line.disturbances;
    this.#due = new Countdown(random.between(0.1, 0.95) * parameters.detector_test_minutes * 60);
  }

  /** Whether nothing may pass: the detector has failed and isn't repaired. */
  get blocks(): boolean {
    return this.#failure !== undefined && !this.#failure.repaired;
  }

  /** A case or pallet was made up. */
  made(event: BodyOf<"batch">): void {
    if (event.event !== "AGGREGATED") return;
    this.#units.push(event.unit_id);
  }

  step(now: StepTime): void {
    this.#workOff(now);
    if (this.blocks) return;
    if (this.#shiftBegins(now)) this.test("shift_start");
    else if (this.#due.step()) this.test("periodic");
  }

  #shiftBegins({ ms }: StepTime): boolean {
    const sinceMidnight = ms % DAY_MS;
    return this.#parameters.detector.shift_starts_utc_h.some((hour) => {
      const since = sinceMidnight - hour * HOUR_MS;
      return since >= 0 && since < STEP_MS;
    });
  }

  test(occasion: TestBody["occasion"]): void {
    this.#due.set(this.#parameters.detector_test_minutes * 60);
    const failure = this.blocks ? undefined : this.#disturbances.takeDetectorFailure();
    this.#report.batchEvent(this.#testEvent(occasion, failure?.piece));
    if (failure !== undefined) {
      this.#fail(failure);
      return;
    }
    this.#lastPassMs = this.#report.nowMs;
    this.#units = [];
  }

  #testEvent(occasion: TestBody["occasion"], missed: DetectorFailure["piece"] | undefined): TestBody {
    const { detector } = this.#parameters;
    const piece = (material: DetectorFailure["piece"], size_mm: number) => ({
      material,
      size_mm,
      detected: material !== missed,
      rejected: material !== missed,
    });
    return {
      event: "DETECTOR_TEST",
      detector: DETECTOR,
      detector_kind: "metal",
      occasion,
      aperture_mm: detector.aperture_mm,
      pieces: [
        piece("ferrous", detector.ferrous_mm),
        piece("non_ferrous", detector.non_ferrous_mm),
        piece("stainless", detector.stainless_mm),
      ],
      pass: missed === undefined,
      ...(this.#lastPassMs === undefined ? {} : { last_pass_at: timestampV2(this.#lastPassMs) }),
      by: "operator",
    };
  }

  #fail({ piece, repaired_after_min, rescreened_after_h }: DetectorFailure): void {
    const report = this.#report;
    const failedMs = report.nowMs;
    const holdId = `H${compactTime(failedMs)}-${report.machine.definition.id}`;
    // What is packed and not in a case yet is held with its lot.
    const held = this.#units.length > 0 ? { units: this.#units } : { lots: [this.#lotBeingPacked()] };
    this.#failure = {
      holdId,
      held,
      failedMs,
      repairedMs: failedMs + repaired_after_min * 60_000,
      screenedMs: failedMs + rescreened_after_h * HOUR_MS,
      repaired: false,
    };
    const words = `The metal detector missed the ${piece.replace("_", "-")} test piece`;
    report.raise(ALARM, "high", `${words}: stop, hold what was packed since the last good test, repair`);
    const since = this.#lastPassMs === undefined ? {} : { made_from: timestampV2(this.#lastPassMs) };
    report.batchEvent({
      event: "HOLD",
      hold_id: holdId,
      ...held,
      reason: `${words.toLowerCase()}; everything since the last test that was passed is in doubt`,
      ...since,
      made_until: timestampV2(failedMs),
      by: "shift leader",
    });
    report.batchEvent(this.#deviation("open", `${piece} piece not found`, {}));
  }

  #deviation(
    status: DeviationBody["status"],
    reading: string,
    rest: Pick<DeviationBody, "correction" | "verification" | "verified_by">,
  ): DeviationBody {
    const failure = this.#failure;
    return {
      event: "DEVIATION",
      deviation_id: `D${compactTime(failure?.failedMs ?? this.#report.nowMs)}-detector`,
      control_point: "CCP 1, metal detection",
      limit: LIMIT,
      limit_version: "1",
      reading,
      read_at: timestampV2(failure?.failedMs ?? this.#report.nowMs),
      ...(failure === undefined ? {} : { hold_id: failure.holdId }),
      status,
      ...rest,
      by: "shift leader",
    };
  }

  /** Repair, test, and at last the screening of what was on hold. */
  #workOff(now: StepTime): void {
    const failure = this.#failure;
    if (failure === undefined) return;
    if (!failure.repaired && now.ms >= failure.repairedMs) {
      this.#report.batchEvent({ event: "MAINTAINED", part: DETECTOR, work: "repaired", by: "maintenance" });
      this.test("after_repair");
      failure.repaired = true;
      this.#report.clear(ALARM);
    }
    if (now.ms < failure.screenedMs) return;
    const correction = "detector repaired and tested, goods on hold screened again";
    const verification = "all test pieces found before and after the screening";
    this.#report.batchEvent(
      this.#deviation("closed", "all pieces found", { correction, verification, verified_by: "quality" }),
    );
    this.#failure = undefined;
    this.#release(failure);
  }

  #release({ holdId, held }: OpenFailure): void {
    this.#report.batchEvent({
      event: "RELEASE",
      hold_id: holdId,
      ...held,
      decision: "released",
      reason: "screened again with the repaired detector, no metal found",
      by: "quality",
    });
  }
}
