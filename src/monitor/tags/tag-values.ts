import { qualifiedValue, type TagValue } from "../../contract/schemas/telemetry-v2.ts";
import { addBad, addNumber, addWord, type Bucket } from "./bucket.ts";
import { wordKey } from "./words.ts";

/** The product that a machine names beside its tags, kept like one: limits and comparisons go by product. */
export const PRODUCT_TAG = "@product";
/** A longer name isn't the name of a tag. */
export const MAX_TAG_NAME = 128;

/** Names of tags in order, and the same as text: machines say the same tags for days. */
export interface TagSet {
  readonly names: readonly string[];
  readonly text: string;
}

/** The values of one message by tag, in the order of the set. */
export interface TagSample {
  readonly set: TagSet;
  readonly values: readonly TagValue[];
  /** Where it is placed, milliseconds since 1970. */
  readonly at: number;
  readonly seq: number;
}

/** A set of tags: sorted, and as JSON, so that equal sets are equal texts. */
export function tagSet(names: readonly string[]): TagSet {
  const sorted = [...names].sort();
  return { names: sorted, text: JSON.stringify(sorted) };
}

/** Adds one value of a tag to a bucket. */
export function addValue(bucket: Bucket, value: TagValue, at: number, seq: number): void {
  if (typeof value === "number") {
    addNumber(bucket, value, "good", at, seq);
    return;
  }
  const { value: plain, quality } = qualifiedValue(value);
  if (quality === "bad" || plain === null) addBad(bucket, at, seq);
  else if (typeof plain === "number") addNumber(bucket, plain, quality, at, seq);
  else addWord(bucket, wordKey(plain), quality, at, seq);
}
