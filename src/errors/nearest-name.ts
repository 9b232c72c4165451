/** Edits between two words (insert, delete, replace, swap two neighbours): optimal string alignment distance. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}

/** Longer words are nobody's typing error, and the distance takes time in proportion to their length. */
const LONGEST_WORD = 64;

/**
 * The known name that was probably meant: few edits away, or with the same parts (`port` for `mqtt-port`).
 * Undefined when nothing is near enough for the suggestion to help.
 */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  const word = given.toLowerCase();
  if (word.length === 0 || word.length > LONGEST_WORD) return undefined;
  let best: string | undefined;
  let bestScore = Number.POSITIVE_INFINITY;
  for (const name of known) {
    const score = nearness(word, name.toLowerCase());
    if (score < bestScore) [best, bestScore] = [name, score];
  }
  return best;
}

/** Edits, or infinity when too many for words of that length; a shared part counts as near, but less than edits. */
function nearness(word: string, name: string): number {
  const edits = editDistance(word, name);
  const tolerated = Math.max(1, Math.floor(Math.max(word.length, name.length) * 0.4));
  if (edits <= tolerated) return edits;
  const parts = name.split(/[-_. ]/);
  const shared = word.split(/[-_. ]/).some((part) => part.length > 2 && parts.includes(part));
  if (shared || (word.length > 2 && name.startsWith(word))) return 100 + edits;
  return Number.POSITIVE_INFINITY;
}

/** `, did you mean x?`, or nothing. */
export function suggestion(given: string, known: readonly string[]): string {
  const nearest = nearestName(given, known);
  return nearest === undefined ? "" : `, did you mean ${nearest}?`;
}
