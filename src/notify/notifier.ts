import { type ChannelQueue, newQueue, queued, taken } from "./channel-queue.ts";
import type { Look } from "./condition.ts";
import { type Attempt, attempted, type Delivery } from "./delivery.ts";
import type { NotifyPlan } from "./notify-plan.ts";
import { decide, type Told } from "./told.ts";

/** Everything that has to outlive a restart, so that nothing is said twice and nothing forgotten. */
export interface NotifierState {
  readonly told: ReadonlyMap<string, Told>;
  readonly channels: ReadonlyMap<string, ChannelQueue>;
  /** By id: those on their way and the last that were settled. */
  readonly deliveries: ReadonlyMap<number, Delivery>;
}

/** The state of a notifier that starts for the first time. */
export const NOTHING_TOLD: NotifierState = { told: new Map(), channels: new Map(), deliveries: new Map() };

/** Settled deliveries that are kept to be looked at. */
export const MOST_SETTLED = 200;

/** Takes a look at what stands: afterwards, what is to be said is on its way. */
export function looked(plan: NotifyPlan, before: NotifierState, look: Look): NotifierState {
  const { told, news } = decide(plan, before.told, look);
  const channels = new Map<string, ChannelQueue>();
  for (const { name, limit } of plan.channels.values()) {
    channels.set(name, before.channels.get(name) ?? newQueue(limit, look.atMs));
  }
  for (const { channel, news: line } of news) {
    const queue = channels.get(channel);
    if (queue !== undefined) channels.set(channel, queued(queue, line));
  }
  return posted(plan, { told, channels, deliveries: before.deliveries }, look.atMs);
}

/** Makes a delivery for each channel that has something to say, may, and has none on its way: order is kept. */
function posted(plan: NotifyPlan, state: NotifierState, nowMs: number): NotifierState {
  const deliveries = new Map(state.deliveries);
  const channels = new Map(state.channels);
  const busy = new Set([...deliveries.values()].filter(isWaiting).map(({ channel }) => channel));
  let id = Math.max(0, ...deliveries.keys());
  for (const { name, limit } of plan.channels.values()) {
    const queue = channels.get(name);
    const found = queue === undefined || busy.has(name) ? undefined : taken(queue, limit, nowMs);
    if (found === undefined) continue;
    channels.set(name, found.queue);
    id++;
    deliveries.set(id, {
      ...{ id, channel: name, madeMs: nowMs, news: found.news, more: found.more },
      ...{ state: "waiting", attempts: 0, atMs: nowMs, error: null },
    });
  }
  return { ...state, channels, deliveries };
}

/** What is to be tried now. A delivery to a channel that the plan has no more is none. */
export function due(plan: NotifyPlan, { deliveries }: NotifierState, nowMs: number): Delivery[] {
  return [...deliveries.values()].filter(
    (each) => isWaiting(each) && each.atMs <= nowMs && plan.channels.has(each.channel),
  );
}

/** Takes down how an attempt ended. */
export function settled(state: NotifierState, id: number, attempt: Attempt, nowMs: number): NotifierState {
  const before = state.deliveries.get(id);
  if (before === undefined || !isWaiting(before)) return state;
  const delivery = attempted(before, attempt, nowMs);
  const deliveries = new Map(state.deliveries).set(id, delivery);
  if (isWaiting(delivery)) return { ...state, deliveries };
  const over = [...deliveries.values()].filter((each) => !isWaiting(each));
  for (const { id: old } of over.slice(0, Math.max(0, over.length - MOST_SETTLED))) deliveries.delete(old);
  const queue = state.channels.get(delivery.channel);
  if (queue === undefined) return { ...state, deliveries };
  const counted = delivery.state === "sent" ? { sent: queue.sent + 1 } : { failed: queue.failed + 1 };
  return {
    ...state,
    deliveries,
    channels: new Map(state.channels).set(delivery.channel, { ...queue, ...counted }),
  };
}

/** A plan that was changed: what goes to channels that are gone goes nowhere, and is forgotten. */
export function fitted(plan: NotifyPlan, state: NotifierState): NotifierState {
  const deliveries = new Map(
    [...state.deliveries].filter(([, each]) => !isWaiting(each) || plan.channels.has(each.channel)),
  );
  const channels = new Map([...state.channels].filter(([name]) => plan.channels.has(name)));
  return { ...state, deliveries, channels };
}

function isWaiting({ state }: Delivery): boolean {
  return state === "waiting";
}
