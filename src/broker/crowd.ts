import { addressPrefix } from "../access/failed-logins.ts";

/**
 * Who is there and has not said anything yet, by where they come from. When there are too many, the oldest of the origin
 * that has most of them makes room: whoever connects and speaks gets in, however many are silent or renew themselves.
 */
export class Crowd<Member extends object> {
  readonly #origins = new Map<Member, string>();
  /** Each in the order in which they came. */
  readonly #members = new Map<string, Set<Member>>();

  get size(): number {
    return this.#origins.size;
  }

  /** @param remote address of the other end */
  join(member: Member, remote: string): void {
    const origin = addressPrefix(remote);
    this.#origins.set(member, origin);
    const others = this.#members.get(origin);
    if (others === undefined) this.#members.set(origin, new Set([member]));
    else others.add(member);
  }

  /** It has said something, or is gone. */
  leave(member: Member): void {
    const origin = this.#origins.get(member);
    if (origin === undefined) return;
    this.#origins.delete(member);
    const others = this.#members.get(origin);
    others?.delete(member);
    if (others?.size === 0) this.#members.delete(origin);
  }

  /** Who makes room; undefined where nobody is silent. */
  first(): Member | undefined {
    let crowd: ReadonlySet<Member> = new Set();
    for (const members of this.#members.values()) if (members.size > crowd.size) crowd = members;
    const [oldest] = crowd;
    return oldest;
  }
}
