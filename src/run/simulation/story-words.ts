import type { StoryPlan } from "../../simulator/story/plan-story.ts";

const HOUR_MS = 3_600_000;

/** What a line's story does at a start, in a line; undefined where there is nothing to say. */
export function storyInALine({ facts, liveFromMs, told, because }: StoryPlan): string | undefined {
  const { spans, startMs } = facts.chapter;
  if (told === "beginning") {
    const lengthMs = liveFromMs - startMs;
    return lengthMs === 0 ? undefined : `the line gets a past of ${lengthOf(lengthMs)}`;
  }
  if (told === "new-chapter") return `the line begins a new chapter: ${because.join(", ")}`;
  // The last span is the live one that begins now.
  const [before, last] = [spans.at(-3), spans.at(-2)];
  const ran = last?.kind === "past" ? last.untilMs - last.fromMs : 0;
  const stood = before?.kind === "standing" ? before.untilMs - before.fromMs : 0;
  if (stood === 0 && ran === 0)
    return last?.kind === "standing"
      ? standing(last.untilMs - last.fromMs)
      : "the line goes on where it stopped";
  if (stood === 0) return `the line ran on for ${lengthOf(ran)} while nobody recorded it; that is caught up`;
  return `${standing(stood)}; the last ${lengthOf(ran)} are caught up`;
}

function standing(ms: number): string {
  return `the line stood for ${lengthOf(ms)}`;
}

/** `3 days`, `2.5 h`, `4 min`, `12 s` */
function lengthOf(ms: number): string {
  if (ms >= 24 * HOUR_MS) return `${trimmed(ms / HOUR_MS / 24)} days`;
  if (ms >= HOUR_MS) return `${trimmed(ms / HOUR_MS)} h`;
  return ms >= 60_000 ? `${Math.round(ms / 60_000)} min` : `${Math.max(1, Math.round(ms / 1_000))} s`;
}

function trimmed(value: number): string {
  return String(Number(value.toFixed(1)));
}
