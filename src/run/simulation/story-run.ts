import { createHash } from "node:crypto";
import { StoryFile } from "../../adapters/host/story-file.ts";
import type { SqliteMessageLog } from "../../adapters/sqlite/log/sqlite-message-log.ts";
import { ThreadedStory } from "../../adapters/worker-threads/threaded-story.ts";
import type { Config } from "../../config/config-schema.ts";
import type { MachineKey } from "../../contract/topic.ts";
import { bootOf } from "../../edge/boot.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import { type BackfillProgress, backfill } from "../../ingest/backfill.ts";
import { DEFAULT_LIMITS, type Ingester } from "../../ingest/ingester.ts";
import type { Plant } from "../../plant/plant.ts";
import type { ScenarioDocument } from "../../plant/scenario/scenario-document.ts";
import { planStory, type StoryFacts, type StoryPlan } from "../../simulator/story/plan-story.ts";
import type { StoryMessage } from "../../simulator/story/story.ts";
import { payloadVersionOf, type SimulatedSource } from "./simulation-run.ts";

/** What a line's story is told with. */
export interface StoryRunOptions {
  readonly config: Config;
  readonly plant: Plant;
  readonly scenario: ScenarioDocument | undefined;
  /** Where the story is recorded. */
  readonly log: SqliteMessageLog;
}

/** The present is granted so far ahead, ms of real time: the file is written so often, and not with every message. */
const GRANT_MS = 30_000;
/** How far a line that is faster than the clock may go without --for before it meets the present, ms of real time. */
const LEAD_MS = 600_000;

/**
 * The one story of a data folder: what the log has of it is not told again, what the log misses is told at once as a
 * past, and then it goes on live. How far it may have been told is in the folder before it is told, so that whatever
 * ends the process, the next one knows.
 */
export class StoryRun implements SimulatedSource {
  readonly plan: StoryPlan;
  readonly #file: StoryFile;
  readonly #story: ThreadedStory;
  readonly #grantMs: number;
  #facts: StoryFacts;
  #reachedMs: number;
  #onReached: (atMs: number) => void = () => {};

  private constructor(options: StoryRunOptions, plan: StoryPlan, known: KnownOfLog, file: StoryFile) {
    this.plan = plan;
    this.#file = file;
    this.#facts = plan.facts;
    this.#reachedMs = plan.liveFromMs;
    this.#grantMs = GRANT_MS * Math.max(1, options.config.simulation.speed);
    this.#story = new ThreadedStory(
      {
        plant: options.plant.document,
        scenario: options.scenario,
        chapter: plan.facts.chapter,
        known: known.numbers,
        unnumberedFromMs: known.unnumberedFromMs,
        pastUntilMs: plan.liveFromMs - 1,
        goesOn: true,
        batchSize: DEFAULT_LIMITS.groupSize,
      },
      (atMs) => this.#onReached(atMs),
    );
  }

  /**
   * Finds out how the story stands, and notes how it goes on.
   * @throws ConcheError CONCHE_STORY_UNREADABLE, CONCHE_OUTPUT_UNWRITABLE
   */
  static async open(options: StoryRunOptions): Promise<StoryRun> {
    const { config, plant, scenario, log } = options;
    const { seed, startMs, speed } = config.simulation;
    const file = new StoryFile(config.data, log.id);
    const known = await file.read();
    const payloadVersion = payloadVersionOf(config);
    const realMs = config.forSeconds === null ? LEAD_MS : config.forSeconds * 1_000;
    const plantText = digest(plant.document);
    const scenarioText = scenario === undefined ? null : digest(scenario);
    const plan = planStory(
      known,
      {
        nowMs: Date.now(),
        seed,
        payloadVersion,
        plant: plantText,
        scenario: scenarioText,
        startMs,
        historyMs: config.story.historyMs ?? 0,
        leadMs: speed > 1 ? Math.ceil(realMs * speed) : 0,
        recorded: (await log.totals()).stored > 0,
      },
      (fromMs) => bootOf(fromMs, JSON.stringify([plantText, seed, fromMs, payloadVersion, scenarioText])),
    );
    await file.write(plan.facts);
    const told = plan.told === "going-on" ? known : undefined;
    return new StoryRun(options, plan, await knownOf(plan.facts, told, plant, log), file);
  }

  get startMs(): number {
    return this.plan.liveFromMs;
  }

  get lateMs(): number {
    return this.#facts.followsClock ? Math.max(0, Date.now() - this.startMs) : 0;
  }

  /** A story that follows the clock doesn't get ahead of it. */
  get ceilingMs(): () => number {
    return this.#facts.followsClock ? Date.now : () => Number.POSITIVE_INFINITY;
  }

  /**
   * Tells the past into the log. False when it was stopped before the end: the next start tells the rest.
   * @throws ConcheError when the log can't be written (as the ingester says), or the simulation failed
   */
  async tellPast(
    ingester: Ingester,
    onProgress: (progress: BackfillProgress) => void,
    stop: AbortSignal,
  ): Promise<boolean> {
    let messages = 0;
    const end = () => this.#story.end();
    stop.addEventListener("abort", end, { once: true });
    if (stop.aborted) end();
    this.#onReached = (reachedMs) => onProgress({ messages, reachedMs });
    try {
      await backfill({
        ingester,
        source: this.#story,
        onTime: () => {}, // the log's clock is that of everybody else who speaks meanwhile
        onProgress: (progress) => {
          messages = progress.messages;
          onProgress(progress);
        },
      });
    } finally {
      stop.removeEventListener("abort", end);
      this.#onReached = () => {};
    }
    return !stop.aborted;
  }

  async advance(untilMs: number): Promise<readonly StoryMessage[]> {
    const wholeMs = Math.floor(untilMs);
    this.#reachedMs = Math.max(this.#reachedMs, wholeMs);
    if (wholeMs >= (this.#facts.chapter.spans.at(-1)?.untilMs ?? 0)) {
      await this.#note(wholeMs + this.#grantMs, false);
    }
    return this.#story.advance(wholeMs);
  }

  async farewell(): Promise<readonly StoryMessage[]> {
    const atMs = this.#reachedMs + 1;
    await this.#note(atMs, true);
    return this.#story.farewell(atMs);
  }

  async close(): Promise<void> {
    await this.#story.close();
  }

  async #note(untilMs: number, farewell: boolean): Promise<void> {
    const { chapter } = this.#facts;
    const spans = chapter.spans.with(-1, { ...lastOf(chapter.spans), untilMs, farewell });
    const { openBatches } = this.#story;
    this.#facts = {
      ...this.#facts,
      chapter: { ...chapter, spans },
      reachedMs: this.#reachedMs,
      openBatches: openBatches.length > 0 ? openBatches : this.#facts.openBatches,
    };
    await this.#file.write(this.#facts);
  }
}

/** What the log has of a story. */
interface KnownOfLog {
  readonly numbers: ConstructorParameters<typeof ThreadedStory>[0]["known"];
  readonly unnumberedFromMs: number;
}

async function knownOf(
  { chapter }: StoryFacts,
  told: StoryFacts | undefined,
  plant: Plant,
  log: SqliteMessageLog,
): Promise<KnownOfLog> {
  const { boot } = chapter;
  // Version 1 has no numbers: what was told before is taken for recorded.
  const unnumberedFromMs = told?.reachedMs ?? chapter.startMs;
  if (boot === undefined) return { numbers: [], unnumberedFromMs };
  const publishers = plant.machines.map(({ key }: { readonly key: MachineKey }) => ({ machine: key, boot }));
  const numbers = (await log.loadSequences(publishers)).map(({ machine, highest, missing }) => ({
    machine,
    highest,
    missing,
  }));
  return { numbers, unnumberedFromMs };
}

function lastOf<Item>(items: readonly Item[]): Item {
  const last = items.at(-1);
  if (last === undefined) throw new ConcheError("CONCHE_INTERNAL", { message: "a story without a span" });
  return last;
}

function digest(of: unknown): string {
  return createHash("sha256").update(JSON.stringify(of)).digest("hex");
}
