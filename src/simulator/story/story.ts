import type { Identity } from "../../contract/identity.ts";
import { type MachineAddress, machineKeyOf } from "../../contract/topic.ts";
import type { Plant } from "../../plant/plant.ts";
import type { ScenarioDocument } from "../../plant/scenario/scenario-document.ts";
import type { LineSimulation } from "../line-simulation.ts";
import { simulatePlant } from "../plant-simulation.ts";
import { offlineState } from "../report/payloads.ts";
import { timestampV1, timestampV2 } from "../report/timestamp-text.ts";
import { type SimulatedMessage, sentAt } from "../simulated-message.ts";
import { STEP_MS } from "../step-time.ts";
import { type Chapter, type OpenBatch, PAST_TELEMETRY_S, type Span } from "./chapter.ts";

/** What a machine of the story says. */
export interface StoryMessage extends SimulatedMessage {
  /** Its number; version 1 has none. */
  readonly identity?: Identity;
}

/** What a story is told from. */
export interface StoryOptions {
  readonly plant: Plant;
  readonly scenario: ScenarioDocument | undefined;
  readonly chapter: Chapter;
}

/** A line that is switched off says so within two steps. */
const OFF_MS = 2 * STEP_MS;

/**
 * The story of a simulated plant: spans of time in which it runs, watched or not, and in which it stands. It numbers
 * what it says, so that telling it again from the beginning gives every message the number that it had: whoever has it
 * already knows it by that.
 */
export class Story {
  readonly #chapter: Chapter;
  readonly #machines: readonly MachineAddress[];
  readonly #simulation: LineSimulation;
  /** The last number of each machine: the plant has one address object for each, which is found without making a text of it. */
  readonly #seqs = new Map<MachineAddress, number>();
  readonly #open = new Map<string, OpenBatch>();
  #index = 0;
  #begun = false;

  /** @throws ConcheError CONCHE_PLANT_INVALID where the plant can't be simulated */
  constructor({ plant, scenario, chapter }: StoryOptions) {
    this.#chapter = chapter;
    this.#machines = plant.machines.map(({ address }) => address);
    const { seed, startMs, payloadVersion, scenarioMs } = chapter;
    this.#simulation = simulatePlant(plant, { seed, startMs, payloadVersion, scenario, scenarioMs });
  }

  /** The batches on the line after what was told last. */
  get openBatches(): readonly OpenBatch[] {
    return [...this.#open.values()];
  }

  /** What was said up to `untilMs` and not told before, in the order of time; ask for minutes, not for days. */
  advance(untilMs: number): StoryMessage[] {
    const told: StoryMessage[] = [];
    this.#begin(told);
    const { spans } = this.#chapter;
    for (let next = spans[this.#index + 1]; next !== undefined; next = spans[this.#index + 1]) {
      if (untilMs < next.fromMs) break;
      this.#tell(this.#simulation.advance(next.fromMs - 1), told);
      this.#endSpan(spans[this.#index], told);
      this.#index += 1;
      this.#beginSpan(next);
    }
    this.#tell(this.#simulation.advance(untilMs), told);
    return told;
  }

  /** Every machine says OFFLINE: the span of the present ends here. */
  farewell(atMs: number): StoryMessage[] {
    const told: StoryMessage[] = [];
    const payload = offlineState(this.#chapter.payloadVersion, atMs);
    const said = this.#machines.map((machine) => ({ machine, type: "state" as const, payload, atMs }));
    this.#tell(said, told);
    return told;
  }

  #begin(told: StoryMessage[]): void {
    if (this.#begun) return;
    this.#begun = true;
    const [first] = this.#chapter.spans;
    if (first?.kind === "past") this.#simulation.pace(PAST_TELEMETRY_S);
    this.#tell(this.#ends(), told);
  }

  #beginSpan({ kind, untilMs }: Span): void {
    if (kind === "standing") this.#simulation.standUntil(untilMs);
    else {
      this.#simulation.reconnect();
      this.#simulation.pace(kind === "past" ? PAST_TELEMETRY_S : undefined);
    }
  }

  #endSpan(span: Span | undefined, told: StoryMessage[]): void {
    if (span === undefined || !span.farewell) return;
    const atMs = span.kind === "standing" ? span.fromMs + OFF_MS : span.untilMs;
    told.push(...this.farewell(Math.min(atMs, span.untilMs)));
  }

  /** The line was emptied before this chapter: what was on it is over. */
  #ends(): SimulatedMessage[] {
    const { leftOpen, startMs, payloadVersion } = this.#chapter;
    return leftOpen.flatMap(({ machine: key, productType, batchId }) => {
      const machine = this.#machines.find((address) => machineKeyOf(address) === key);
      if (machine === undefined) return [];
      const batch = { event: "BATCH_END", product_type: productType, batch_id: batchId };
      const payload =
        payloadVersion === 1
          ? { ts: timestampV1(startMs), ...batch }
          : { v: 2, ts: timestampV2(startMs), ...batch, outcome: "aborted", comment: "the line was emptied" };
      return [{ machine, type: "batch" as const, payload, atMs: startMs }];
    });
  }

  #tell(said: readonly SimulatedMessage[], told: StoryMessage[]): void {
    const { boot } = this.#chapter;
    for (const message of said) {
      if (message.type === "batch") this.#noteBatch(message);
      if (boot === undefined) told.push(message);
      else {
        const { machine } = message;
        const seq = (this.#seqs.get(machine) ?? 0) + (message.lostBefore ?? 0) + 1;
        this.#seqs.set(machine, seq);
        told.push({ ...message, identity: { boot, seq } });
      }
    }
  }

  #noteBatch({ machine, payload }: SimulatedMessage): void {
    const { event, batch_id: batchId, product_type: productType } = payload;
    if (typeof batchId !== "string" || typeof productType !== "string") return;
    if (event === "BATCH_START")
      this.#open.set(batchId, { machine: machineKeyOf(machine), productType, batchId });
    else if (event === "BATCH_END") this.#open.delete(batchId);
  }
}

/** When a message of the story reaches the data center, ms since 1970. */
export const toldAt: (message: StoryMessage) => number = sentAt;
