/** How often each word of a tag was said within a bucket. */
export interface WordCounts {
  /** By the word's key; at most {@link MAX_WORDS}. */
  readonly counts: Map<string, number>;
  /** Values whose word isn't listed. */
  others: number;
}

/** Different words that a bucket lists. A tag that says more is no state but a text: a serial number, a bar code. */
const MAX_WORDS = 32;
/** Of a longer word the beginning is kept, in UTF-16 units. */
const MAX_WORD_LENGTH = 64;
/** Stands for all words that aren't listed; no key is empty. */
export const OTHER_WORDS = "";

/** A word's or a boolean's key: words begin with a quote, so that "true" isn't true. */
export function wordKey(value: string | boolean): string {
  if (typeof value === "boolean") return String(value);
  const short = value.length <= MAX_WORD_LENGTH ? value : `${value.slice(0, MAX_WORD_LENGTH)}…`;
  return `"${short.toWellFormed()}`;
}

/** The value that a key stands for; null for the words that aren't listed. */
export function wordOf(key: string): string | boolean | null {
  if (key === OTHER_WORDS) return null;
  return key.startsWith('"') ? key.slice(1) : key === "true";
}

/**
 * Counts a word, and says which word is not listed any more: of too many, the last by alphabet goes. Which ones stay
 * depends on what was said and not on the order: a word among the first ones always was among them.
 */
export function countWord(words: WordCounts, word: string, times: number): string | undefined {
  const known = words.counts.get(word);
  if (known !== undefined || words.counts.size < MAX_WORDS) {
    words.counts.set(word, (known ?? 0) + times);
    return undefined;
  }
  let last = word;
  for (const listed of words.counts.keys()) if (listed > last) last = listed;
  if (last === word) {
    words.others += times;
    return word;
  }
  words.others += words.counts.get(last) ?? 0;
  words.counts.delete(last);
  words.counts.set(word, times);
  return last;
}
