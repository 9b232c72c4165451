import { BOOT_PATTERN } from "../../contract/identity.ts";
import type { OpenBatch, Span } from "./chapter.ts";
import type { StoryFacts } from "./plan-story.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Reads the facts of a story as they were written; undefined where they can't be those of one. Pure. */
export function readFacts(value: unknown): StoryFacts | undefined {
  if (!isObject(value) || !isObject(value.chapter)) return undefined;
  const { plant, scenario, followsClock, reachedMs, openBatches, chapter } = value;
  const { seed, startMs, payloadVersion, boot, scenarioMs, spans, leftOpen } = chapter;
  const fits =
    typeof plant === "string" &&
    (scenario === null || typeof scenario === "string") &&
    typeof followsClock === "boolean" &&
    [reachedMs, seed, startMs, scenarioMs].every(Number.isSafeInteger) &&
    (payloadVersion === 1 ? boot === undefined : payloadVersion === 2 && isBoot(boot)) &&
    isStoryLine(spans, startMs) &&
    isBatches(openBatches) &&
    isBatches(leftOpen);
  return fits ? (value as unknown as StoryFacts) : undefined;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isBoot(value: unknown): boolean {
  return typeof value === "string" && BOOT_PATTERN.test(value);
}

/** At least one span, each beginning where the one before ends. */
function isStoryLine(spans: unknown, startMs: unknown): spans is Span[] {
  if (!Array.isArray(spans) || spans.length === 0 || spans[0]?.fromMs !== startMs) return false;
  return spans.every((span: unknown, index) => {
    if (!isObject(span)) return false;
    const { kind, fromMs, untilMs, farewell } = span;
    const next: unknown = spans[index + 1];
    return (
      (kind === "live" || kind === "past" || kind === "standing") &&
      typeof farewell === "boolean" &&
      Number.isSafeInteger(fromMs) &&
      Number.isSafeInteger(untilMs) &&
      Number(fromMs) <= Number(untilMs) &&
      (next === undefined || (isObject(next) && next.fromMs === untilMs))
    );
  });
}

function isBatches(value: unknown): value is OpenBatch[] {
  return (
    Array.isArray(value) &&
    value.every(
      (batch: unknown) =>
        isObject(batch) &&
        [batch.machine, batch.productType, batch.batchId].every((text) => typeof text === "string"),
    )
  );
}
