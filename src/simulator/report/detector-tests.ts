import type { PackagingParameters } from "../../plant/schema/simulation/packaging.ts";
import type { RandomStream } from "../random-stream.ts";
import { Countdown, type StepTime } from "../step-time.ts";
import type { BodyOf } from "./machine-event.ts";
import type { MachineReporter } from "./machine-reporter.ts";
import { timestampV2 } from "./timestamp-text.ts";

type TestBody = Extract<BodyOf<"batch">, { event: "DETECTOR_TEST" }>;

/** Tests of the metal detector (critical control point): at product changes and at least every hour. */
export class DetectorTests {
  readonly #parameters: PackagingParameters;
  readonly #report: MachineReporter;
  readonly #due: Countdown;
  #lastPassMs: number | undefined;

  constructor(parameters: PackagingParameters, report: MachineReporter, random: RandomStream) {
    this.#parameters = parameters;
    this.#report = report;
    this.#due = new Countdown(random.between(0.1, 0.95) * parameters.detector_test_minutes * 60);
  }

  step(_now: StepTime): void {
    if (this.#due.step()) this.test("periodic");
  }

  test(occasion: TestBody["occasion"]): void {
    const { detector, detector_test_minutes } = this.#parameters;
    this.#due.set(detector_test_minutes * 60);
    const piece = (material: TestBody["pieces"][number]["material"], size_mm: number) => ({
      material,
      size_mm,
      detected: true,
      rejected: true,
    });
    this.#report.batchEvent({
      event: "DETECTOR_TEST",
      detector: "metal detector 1",
      detector_kind: "metal",
      occasion,
      aperture_mm: detector.aperture_mm,
      pieces: [
        piece("ferrous", detector.ferrous_mm),
        piece("non_ferrous", detector.non_ferrous_mm),
        piece("stainless", detector.stainless_mm),
      ],
      pass: true,
      ...(this.#lastPassMs === undefined ? {} : { last_pass_at: timestampV2(this.#lastPassMs) }),
      by: "operator",
    });
    this.#lastPassMs = this.#report.nowMs;
  }
}
