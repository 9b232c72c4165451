import type { PayloadVersion } from "../simulated-message.ts";
import type { Chapter, OpenBatch, Span } from "./chapter.ts";

/** What a story is known by: where it came to, and what it was made of. */
export interface StoryFacts {
  readonly chapter: Chapter;
  /** Of the plant as it is simulated, and of the scenario; texts that differ when those do. */
  readonly plant: string;
  readonly scenario: string | null;
  /** Whether its time is the clock's; else it began at a time that somebody chose. */
  readonly followsClock: boolean;
  /** Told up to here, or a little further, ms since 1970. */
  readonly reachedMs: number;
  /** Batches that are on the line then. */
  readonly openBatches: readonly OpenBatch[];
}

/** What a line is asked to be at a start. */
export interface StoryWish {
  readonly nowMs: number;
  readonly seed: number;
  readonly payloadVersion: PayloadVersion;
  readonly plant: string;
  readonly scenario: string | null;
  /** Where simulated time is to begin; null: it follows the clock. */
  readonly startMs: number | null;
  /** How much past a new line has, and how much of a pause is caught up; ms. */
  readonly historyMs: number;
  /** Simulated ms that a faster line may go before it meets the present; 0 at the clock's own speed. */
  readonly leadMs: number;
  /** Whether messages are recorded already that no story of ours has told. */
  readonly recorded: boolean;
}

/** What the simulation does with a data folder: tell a past, go on, or begin a new chapter. */
export interface StoryPlan {
  readonly facts: StoryFacts;
  /** Up to here it is told at once, as a past; from here on live. Ms since 1970. */
  readonly liveFromMs: number;
  /** What is told at once, and why it is this. */
  readonly told: "beginning" | "going-on" | "new-chapter";
  /** Why a chapter ended and another one begins; empty otherwise. */
  readonly because: readonly string[];
}

/** Gives a boot to a chapter that begins at a time. */
export type BootOf = (startMs: number) => string | undefined;

/** A longer chapter is not told again from its beginning at every start: another one begins. */
const LONGEST_CHAPTER_MS = 14 * 86_400_000;
/** A shorter pause is caught up in any case, ms: nobody switches a line off for a minute. */
const SHORTEST_STOP_MS = 60_000;

/**
 * Decides how a line's story begins or goes on. A pause is caught up as far as its history may reach; what is longer, the
 * line stood. A story that is ahead of the clock, or has a time of its own, goes on where it stopped. Pure.
 */
export function planStory(known: StoryFacts | undefined, wish: StoryWish, bootOf: BootOf): StoryPlan {
  if (known === undefined) return beginning(wish, bootOf);
  const because = whatChanged(known, wish);
  return because.length === 0 ? goingOn(known, wish) : newChapter(known, wish, because, bootOf);
}

function beginning(wish: StoryWish, bootOf: BootOf): StoryPlan {
  const { nowMs, startMs, leadMs } = wish;
  const historyMs = wish.recorded ? 0 : wish.historyMs;
  const fromMs = startMs ?? wholeSecond(nowMs - leadMs) - historyMs;
  // Nobody tells the future at once.
  const liveFromMs = Math.min(fromMs + historyMs, Math.max(fromMs, wholeSecond(nowMs)));
  const spans = [...past(fromMs, liveFromMs), live(liveFromMs)];
  return { facts: facts(wish, spans, [], bootOf), liveFromMs, told: "beginning", because: [] };
}

function goingOn(known: StoryFacts, wish: StoryWish): StoryPlan {
  const spans = closedSpans(known, wish);
  const endMs = spans.at(-1)?.untilMs ?? known.chapter.startMs;
  const more = meanwhile(endMs, known.followsClock, wish);
  const liveFromMs = more.at(-1)?.untilMs ?? endMs;
  const chapter = { ...known.chapter, spans: [...spans, ...more, live(liveFromMs)] };
  return {
    facts: { ...known, chapter, reachedMs: liveFromMs },
    liveFromMs,
    told: "going-on",
    because: [],
  };
}

function newChapter(
  known: StoryFacts,
  wish: StoryWish,
  because: readonly string[],
  bootOf: BootOf,
): StoryPlan {
  const endMs = closedSpans(known, wish).at(-1)?.untilMs ?? known.reachedMs;
  const more = meanwhile(endMs, wish.startMs === null, wish).filter(({ kind }) => kind !== "standing");
  const liveFromMs = more.at(-1)?.untilMs ?? wish.startMs ?? endMs;
  const spans = [...more, live(liveFromMs)];
  return { facts: facts(wish, spans, known.openBatches, bootOf), liveFromMs, told: "new-chapter", because };
}

/** The spans of what has been told, the last one ended where nothing can have been told beyond. */
function closedSpans({ chapter, reachedMs, followsClock }: StoryFacts, { nowMs }: StoryWish): Span[] {
  const last = chapter.spans.at(-1);
  if (last === undefined || last.farewell) return [...chapter.spans];
  // Cut short: the clock's present bounds what can have been told, or what was granted does.
  const bound = followsClock && nowMs >= reachedMs ? Math.floor(nowMs) + 1 : last.untilMs;
  const untilMs = Math.max(last.fromMs, Math.min(last.untilMs, bound));
  return [...chapter.spans.slice(0, -1), { ...last, untilMs }];
}

/** What the line did since its story was told last. */
function meanwhile(endMs: number, followsClock: boolean, { nowMs, historyMs, leadMs }: StoryWish): Span[] {
  const toMs = wholeSecond(nowMs);
  if (!followsClock || leadMs > 0 || toMs <= endMs) return [];
  const most = Math.max(historyMs, SHORTEST_STOP_MS);
  if (toMs - endMs <= most) return past(endMs, toMs);
  const resumedMs = toMs - historyMs;
  return [{ kind: "standing", fromMs: endMs, untilMs: resumedMs, farewell: true }, ...past(resumedMs, toMs)];
}

function past(fromMs: number, untilMs: number): Span[] {
  return untilMs > fromMs ? [{ kind: "past", fromMs, untilMs, farewell: false }] : [];
}

function live(fromMs: number): Span {
  return { kind: "live", fromMs, untilMs: fromMs, farewell: false };
}

function facts(
  wish: StoryWish,
  spans: readonly Span[],
  leftOpen: readonly OpenBatch[],
  bootOf: BootOf,
): StoryFacts {
  const { seed, payloadVersion, plant, scenario } = wish;
  const startMs = spans[0]?.fromMs ?? wish.nowMs;
  // What goes wrong is to be seen happening: it begins with what is told live.
  const scenarioMs = spans.at(-1)?.fromMs ?? startMs;
  const boot = payloadVersion === 1 ? undefined : bootOf(startMs);
  return {
    chapter: { seed, startMs, payloadVersion, boot, scenarioMs, spans, leftOpen },
    plant,
    scenario,
    followsClock: wish.startMs === null,
    reachedMs: spans.at(-1)?.fromMs ?? startMs,
    openBatches: leftOpen,
  };
}

function whatChanged(known: StoryFacts, wish: StoryWish): string[] {
  const { chapter } = known;
  const changes: string[] = [];
  if (known.plant !== wish.plant) changes.push("the plant is another one");
  if (chapter.seed !== wish.seed) changes.push(`seed ${wish.seed} instead of ${chapter.seed}`);
  if (chapter.payloadVersion !== wish.payloadVersion)
    changes.push(`payload version ${wish.payloadVersion} instead of ${chapter.payloadVersion}`);
  if (known.scenario !== wish.scenario) changes.push("another scenario");
  const begins = known.followsClock ? null : chapter.startMs;
  if (wish.startMs !== null && wish.startMs !== begins) changes.push("another start");
  if (toldMs(chapter) > LONGEST_CHAPTER_MS) changes.push("two weeks are told again at each start, not more");
  return changes;
}

/** Simulated time that has to be gone through to tell the chapter again, ms. */
function toldMs({ spans }: Chapter): number {
  return spans.reduce(
    (sum, { kind, fromMs, untilMs }) => sum + (kind === "standing" ? 0 : untilMs - fromMs),
    0,
  );
}

function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
