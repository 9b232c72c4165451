import { type Condition, isAtLeast, type Look } from "./condition.ts";
import type { NotifyPlan, NotifyRule } from "./notify-plan.ts";

/** What has become of a condition. */
export type NewsEvent = "began" | "still" | "escalated" | "ended";

/** One thing that a message says of a condition: it began, goes on, was escalated, ended. */
export interface News {
  readonly event: NewsEvent;
  readonly rule: string;
  readonly condition: Condition;
  readonly atMs: number;
}

/** What a rule has told of a condition so far. */
export interface Told {
  readonly rule: string;
  /** As it was when it was last seen. */
  readonly condition: Condition;
  readonly firstSeenMs: number;
  /** When it was told first, and last; null before. */
  readonly toldMs: number | null;
  readonly lastMs: number | null;
  readonly escalatedMs: number | null;
  /** Since when it isn't seen any more. */
  readonly goneMs: number | null;
  /** The channels that know of it by this rule: of a condition each channel knows by one. */
  readonly to: readonly string[];
  /** The channels that it was escalated to. */
  readonly raisedTo: readonly string[];
}

/** What is told now, by channel, and what has been told then. */
export interface Decision {
  readonly told: ReadonlyMap<string, Told>;
  readonly news: readonly { readonly channel: string; readonly news: News }[];
}

/** Conditions that are remembered; of what comes beyond, the counts of the dashboard speak. */
const MOST_TOLD = 5_000;
/** What goes and comes back within so long was never gone: a chattering alarm is one story, milliseconds. */
export const SETTLE_MS = 120_000;

/** What is to be said of what stands, after what was said before. A function of its arguments alone. */
export function decide(plan: NotifyPlan, before: ReadonlyMap<string, Told>, look: Look): Decision {
  const told = new Map<string, Told>();
  const news: { channel: string; news: News }[] = [];
  const now = new Map(look.conditions.map((condition) => [condition.key, condition]));
  const heard = new Heard();
  for (const entry of before.values()) {
    if (!comesAnew(entry, now.get(entry.condition.key))) heard.take(entry);
  }
  for (const rule of plan.rules) {
    for (const condition of look.conditions) {
      if (condition.silenced || !concerns(rule, condition)) continue;
      const key = keyOf(rule, condition);
      const known = before.get(key);
      if (known === undefined && told.size >= MOST_TOLD) continue;
      told.set(key, stands(rule, known, condition, look.atMs, heard, news));
    }
  }
  const rules = new Map(plan.rules.map((rule) => [rule.name, rule]));
  for (const [key, entry] of before) {
    const rule = rules.get(entry.rule);
    // A rule that is gone has nothing more to say; nor has one on what is silenced.
    if (told.has(key) || rule === undefined || now.get(entry.condition.key)?.silenced) continue;
    const left = look.known.has(entry.condition.kind) ? gone(rule, entry, look.atMs, news) : entry;
    if (left !== undefined) told.set(key, left);
  }
  return { told, news };
}

/** Which channel knows of which condition: two rules on one condition are one message to one channel. */
class Heard {
  readonly #told = new Set<string>();
  readonly #raised = new Set<string>();

  take({ condition: { key }, to, raisedTo }: Told): void {
    for (const channel of to) this.#told.add(`${channel} ${key}`);
    for (const channel of raisedTo) this.#raised.add(`${channel} ${key}`);
  }

  untold(channels: readonly string[], { key }: Condition): string[] {
    return channels.filter((channel) => !this.#told.has(`${channel} ${key}`));
  }

  unraised(channels: readonly string[], { key }: Condition): string[] {
    return channels.filter((channel) => !this.#raised.has(`${channel} ${key}`));
  }
}

/** Somebody had acknowledged it, and it came again. */
function comesAnew(known: Told | undefined, condition: Condition | undefined): boolean {
  return known?.condition.acknowledged === true && condition?.acknowledged === false;
}

function keyOf(rule: NotifyRule, condition: Condition): string {
  return `${rule.name}\n${condition.key}`;
}

function concerns(rule: NotifyRule, { kind, priority, place }: Condition): boolean {
  if (!rule.about.has(kind) || !isAtLeast(priority, rule.priority)) return false;
  // What concerns the data center concerns every place.
  if (rule.places.length === 0 || place === "") return true;
  return rule.places.some((each) => place === each || place.startsWith(`${each}/`));
}

function stands(
  rule: NotifyRule,
  known: Told | undefined,
  condition: Condition,
  atMs: number,
  heard: Heard,
  news: { channel: string; news: News }[],
): Told {
  const entry: Told =
    known === undefined || comesAnew(known, condition)
      ? {
          rule: rule.name,
          condition,
          firstSeenMs: atMs,
          toldMs: null,
          lastMs: null,
          escalatedMs: null,
          goneMs: null,
          to: [],
          raisedTo: [],
        }
      : { ...known, condition, goneMs: null };
  if (condition.acknowledged || rule.quiet?.holds(condition.priority, atMs)) return entry;
  const tell = (event: NewsEvent, channels: readonly string[]) => {
    for (const channel of channels) news.push({ channel, news: { event, rule: rule.name, condition, atMs } });
  };
  const took = (told: Told): Told => {
    heard.take(told);
    return told;
  };
  if (entry.toldMs === null || entry.lastMs === null) {
    // By what was seen, not by what is said: after a restart machines are given the time to come back.
    if (atMs - entry.firstSeenMs < rule.forMs) return entry;
    const to = heard.untold(rule.to, condition);
    tell("began", to);
    return took({ ...entry, toldMs: atMs, lastMs: atMs, to });
  }
  const { escalate, repeatMs } = rule;
  if (escalate !== null && entry.escalatedMs === null && atMs - entry.toldMs >= escalate.afterMs) {
    const raisedTo = heard.unraised(escalate.to, condition);
    tell("escalated", raisedTo);
    const to = [...entry.to, ...heard.untold(raisedTo, condition)];
    return took({ ...entry, escalatedMs: atMs, lastMs: atMs, to, raisedTo });
  }
  if (repeatMs !== null && atMs - entry.lastMs >= repeatMs) {
    tell("still", entry.to);
    return { ...entry, lastMs: atMs };
  }
  return entry;
}

function gone(
  rule: NotifyRule,
  entry: Told,
  atMs: number,
  news: { channel: string; news: News }[],
): Told | undefined {
  if (entry.toldMs === null) return undefined;
  const goneMs = entry.goneMs ?? atMs;
  if (atMs - goneMs < SETTLE_MS || rule.quiet?.holds(entry.condition.priority, atMs))
    return { ...entry, goneMs };
  if (rule.tellsEnd) {
    for (const channel of entry.to) {
      news.push({
        channel,
        news: { event: "ended", rule: rule.name, condition: entry.condition, atMs: goneMs },
      });
    }
  }
  return undefined;
}
