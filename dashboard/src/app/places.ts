/** Something the palette can go to. */
export interface Place {
  readonly address: string;
  readonly words: string;
  /** What kind it is, shown beside it. */
  readonly kind: string;
}

/** How well a place fits what was typed: every word must be found; found at the beginning of a word is better. */
export function fit(place: Place, typed: string): number {
  const text = place.words.toLowerCase();
  let score = 0;
  for (const word of typed.toLowerCase().split(/\s+/).filter(Boolean)) {
    const at = text.indexOf(word);
    if (at < 0) return 0;
    score += at === 0 || /[\s/_-]/.test(text[at - 1] ?? "") ? 3 : 1;
  }
  // Of two that fit alike, the shorter one says less beside what was asked for.
  return score === 0 ? 0 : score + 1 / (1 + text.length);
}

/** The places that fit best, `most` at most. */
export function bestFits(places: readonly Place[], typed: string, most: number): Place[] {
  if (typed.trim() === "") return places.slice(0, most);
  return places
    .map((place) => ({ place, score: fit(place, typed) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ place }) => place);
}
