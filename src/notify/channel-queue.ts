import { byUrgency } from "./condition.ts";
import { MOST_LISTED } from "./delivery.ts";
import type { ChannelLimit } from "./notify-plan.ts";
import type { News } from "./told.ts";

/** What waits for a channel, and how much it may take. */
export interface ChannelQueue {
  /** By condition: of one there is one line, its newest. */
  readonly pending: readonly News[];
  /** News that found no room, since the last message. */
  readonly more: number;
  /** Messages it may take at the moment. */
  readonly tokens: number;
  readonly atMs: number;
  /** Since the state was made. */
  readonly sent: number;
  readonly failed: number;
  readonly overflowed: number;
}

/** Lines that wait for one channel. */
export const MOST_PENDING = 500;

/** A channel that was never used. */
export function newQueue({ messages }: ChannelLimit, atMs: number): ChannelQueue {
  return { pending: [], more: 0, tokens: messages, atMs, sent: 0, failed: 0, overflowed: 0 };
}

/** Puts news in the queue: of a condition the newest line takes the place of the one before. */
export function queued(queue: ChannelQueue, news: News): ChannelQueue {
  const others = queue.pending.filter((each) => each.condition.key !== news.condition.key);
  if (others.length >= MOST_PENDING) {
    return { ...queue, more: queue.more + 1, overflowed: queue.overflowed + 1 };
  }
  return { ...queue, pending: [...others, news] };
}

/** What a channel is sent now, and what is left; undefined while it has nothing to say or may not. */
export function taken(
  queue: ChannelQueue,
  limit: ChannelLimit,
  nowMs: number,
): { readonly queue: ChannelQueue; readonly news: readonly News[]; readonly more: number } | undefined {
  const refilled = refill(queue, limit, nowMs);
  if (queue.pending.length === 0 || refilled < 1) return undefined;
  const sorted = [...queue.pending].sort((a, b) => byUrgency(a.condition, b.condition));
  return {
    queue: { ...queue, pending: [], more: 0, tokens: refilled - 1, atMs: nowMs },
    news: sorted.slice(0, MOST_LISTED),
    more: Math.max(0, sorted.length - MOST_LISTED) + queue.more,
  };
}

/** A token bucket: full at first, and full again after the time of the limit. A clock set back gives nothing. */
function refill({ tokens, atMs }: ChannelQueue, { messages, perMs }: ChannelLimit, nowMs: number): number {
  return Math.min(messages, tokens + (Math.max(0, nowMs - atMs) / perMs) * messages);
}
