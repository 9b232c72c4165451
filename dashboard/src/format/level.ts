/** What every answer says of itself. */
interface AsOf {
  readonly as_of: { readonly views: readonly { readonly behind: number }[] };
}

/** Messages of the log that are not in an answer yet. */
export function behindOf({ as_of }: AsOf): number {
  return Math.max(0, ...as_of.views.map(({ behind }) => behind));
}

/** So many messages behind at most, an answer is the present: the data center gives no documents beyond it. */
const LEVEL_MESSAGES = 1_000;

export function isLevel(behind: number): boolean {
  return behind <= LEVEL_MESSAGES;
}
