import type { ChannelQueue } from "../../../notify/channel-queue.ts";
import type { Delivery } from "../../../notify/delivery.ts";
import type { NotifierState } from "../../../notify/notifier.ts";
import type { Told } from "../../../notify/told.ts";

/** A row of the table: what it is, its key, itself as JSON. */
export type NotifyRow = readonly [kind: string, key: string, json: string];

/** The rows of a state. */
export function rowsOf({ told, channels, deliveries }: NotifierState): NotifyRow[] {
  return [
    ...Array.from(told, ([key, entry]): NotifyRow => ["told", key, JSON.stringify(entry)]),
    ...Array.from(channels, ([key, queue]): NotifyRow => ["channel", key, JSON.stringify(queue)]),
    // Sorted as text they are in the order in which they were made.
    ...Array.from(
      deliveries,
      ([id, each]): NotifyRow => ["delivery", String(id).padStart(12, "0"), JSON.stringify(each)],
    ),
  ];
}

/** The state of rows, in any order. @throws SyntaxError where one is no JSON */
export function stateOf(rows: readonly NotifyRow[]): NotifierState {
  const told = new Map<string, Told>();
  const channels = new Map<string, ChannelQueue>();
  const deliveries = new Map<number, Delivery>();
  for (const [kind, key, json] of rows) {
    // Written by rowsOf, and by nobody else.
    if (kind === "told") told.set(key, JSON.parse(json) as Told);
    if (kind === "channel") channels.set(key, JSON.parse(json) as ChannelQueue);
    if (kind === "delivery") {
      const delivery = JSON.parse(json) as Delivery;
      deliveries.set(delivery.id, delivery);
    }
  }
  return { told, channels, deliveries: new Map([...deliveries].sort(([a], [b]) => a - b)) };
}
