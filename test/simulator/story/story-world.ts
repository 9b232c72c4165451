import assert from "node:assert/strict";
import { bootOf } from "../../../src/edge/boot.ts";
import { planStory, type StoryFacts, type StoryWish } from "../../../src/simulator/story/plan-story.ts";
import { Story, type StoryMessage } from "../../../src/simulator/story/story.ts";
import { quietPlant } from "../simulated-line.ts";

const PORTION_MS = 60_000;
const PLANT = quietPlant();

/** How a run of a line ends: in order, or killed with so much of its last stretch not recorded. */
export interface Ending {
  readonly kind: "orderly" | "killed";
  /** How far ahead of what was said the present had been granted, ms. */
  readonly grantedMs: number;
  /** Each machine's last messages that never reached the log. */
  readonly lost: number;
}

/**
 * A line that is started and stopped, and a log that keeps each number once: what `conche up` does, with time that is
 * passed in.
 */
export class StoryWorld {
  /** What the log has, in the order of storing. */
  readonly log: StoryMessage[] = [];
  readonly #texts = new Map<string, string>();
  facts: StoryFacts | undefined;

  /** Runs the line from one moment of the clock to another; with a speed, simulated time goes faster than it. */
  run(
    wish: Omit<StoryWish, "recorded" | "nowMs">,
    fromMs: number,
    toMs: number,
    ending: Ending,
    speed = 1,
  ): void {
    const plan = planStory(this.facts, { ...wish, nowMs: fromMs, recorded: this.log.length > 0 }, (startMs) =>
      bootOf(startMs, `${wish.plant} ${wish.seed}`),
    );
    const { chapter } = plan.facts;
    const story = new Story({ plant: PLANT, scenario: undefined, chapter });
    for (let ms = chapter.startMs; ms < plan.liveFromMs - 1; ) {
      ms = Math.min(plan.liveFromMs - 1, ms + PORTION_MS);
      this.#record(story.advance(ms), 0);
    }
    const untilMs = Math.min(plan.liveFromMs + (toMs - fromMs) * speed, Math.max(toMs, plan.liveFromMs));
    const live: StoryMessage[] = [];
    for (let ms = plan.liveFromMs; ms < untilMs; ) {
      ms = Math.min(untilMs, ms + PORTION_MS);
      live.push(...story.advance(ms));
    }
    const orderly = ending.kind === "orderly";
    const endMs = untilMs + 1;
    if (orderly) live.push(...story.farewell(endMs));
    this.#record(live, orderly ? 0 : ending.lost);
    const last = chapter.spans.at(-1);
    assert.ok(last !== undefined);
    const closed = { ...last, untilMs: orderly ? endMs : untilMs + ending.grantedMs + 1, farewell: orderly };
    this.facts = {
      ...plan.facts,
      chapter: { ...chapter, spans: chapter.spans.with(-1, closed) },
      reachedMs: orderly ? untilMs : Math.max(plan.liveFromMs, untilMs - 1_000),
      openBatches: story.openBatches,
    };
  }

  /** Stores what is new; a number that comes again must come with the same bytes. */
  #record(messages: readonly StoryMessage[], lost: number): void {
    for (const message of messages.slice(0, messages.length - lost)) {
      const { identity, machine } = message;
      assert.ok(identity !== undefined);
      const number = `${machine.step}/${machine.machine} ${identity.boot} ${identity.seq}`;
      const text = JSON.stringify([message.type, message.payload]);
      const known = this.#texts.get(number);
      if (known === undefined) {
        this.#texts.set(number, text);
        this.log.push(message);
      } else assert.equal(text, known, `${number} says something else when it is told again`);
    }
  }
}
