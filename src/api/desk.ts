import type { MessageType } from "../contract/topic.ts";

/** Where a message of a desk stands: its machine key and the number that the publisher library gave it. */
export interface DeskMessage {
  readonly machine: string;
  readonly boot: string;
  readonly seq: number;
}

/**
 * PORT. Publishes what people do as messages of a desk (`<site>/<line>/s0_office/<desk>`), through an outbox of its
 * own: resolves with the number when it is on disk, and it then reaches the log.
 */
export interface Desk {
  publish(place: DeskPlace, type: MessageType, body: Readonly<Record<string, unknown>>): Promise<DeskMessage>;
}

/** The line that a desk speaks for. */
export interface DeskPlace {
  readonly site: string;
  readonly line: string;
}
