import type { Subscription } from "./session.ts";

/**
 * A shared subscription (MQTT 5, 4.8.2): its members take turns. Those that are there and have room come first, then
 * those that are there, then those whose sessions are kept.
 */
export class SharedGroup {
  readonly #members: Subscription[] = [];
  #next = 0;

  get size(): number {
    return this.#members.length;
  }

  add(subscription: Subscription): void {
    this.#members.push(subscription);
  }

  remove(subscription: Subscription): void {
    const place = this.#members.indexOf(subscription);
    if (place >= 0) this.#members.splice(place, 1);
  }

  /** Whose turn it is; undefined where there is nobody. */
  next(): Subscription | undefined {
    const members = this.#members;
    let best: number | undefined;
    let bestRank = 0;
    for (let step = 0; step < members.length; step++) {
      const place = (this.#next + step) % members.length;
      const member = members[place];
      if (member === undefined) continue;
      const { connection, outgoing } = member.session;
      const rank = connection === undefined ? 1 : outgoing.waiting > 0 ? 2 : 3;
      if (rank <= bestRank) continue;
      best = place;
      bestRank = rank;
      if (rank === 3) break;
    }
    if (best === undefined) return undefined;
    this.#next = (best + 1) % members.length;
    return members[best];
  }
}
