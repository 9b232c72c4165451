import type { TagValue } from "../../contract/schemas/telemetry-v2.ts";
import type { ViewMessageOf } from "../../views/view.ts";
import { placedAt } from "../span.ts";
import { MAX_TAG_NAME, PRODUCT_TAG, type TagSample, type TagSet, tagSet } from "./tag-values.ts";

/** How a machine's messages look: its tags as they come, and where each stands in the sorted set. */
interface Shape {
  readonly keys: readonly string[];
  readonly hasProduct: boolean;
  readonly set: TagSet;
  /** For each name of the set its place among the keys; -1 is the product. */
  readonly order: readonly number[];
}

/** Machines whose shape is remembered: what is forgotten is found again. */
const MAX_SHAPES = 4096;

/**
 * Takes the tags out of messages. It remembers how each machine's last message looked, so that names are sorted once
 * and not for every message; what it gives depends on the message alone.
 */
export class SampleReader {
  readonly #shapes = new Map<string, Shape>();

  /** The values of a message, sorted by tag; none of those whose name is too long to be one. */
  read(message: ViewMessageOf<"telemetry">): TagSample {
    const { tags } = message.payload;
    const product = message.payload.product_type;
    const shape = this.#shapeOf(message.topic.machineKey, tags, product !== undefined && product !== null);
    const values = shape.order.map((place) =>
      place < 0 ? (product as string) : (tags[shape.keys[place] as string] as TagValue),
    );
    return { set: shape.set, values, at: Math.floor(placedAt(message)), seq: message.seq ?? 0 };
  }

  #shapeOf(machine: string, tags: Readonly<Record<string, TagValue>>, hasProduct: boolean): Shape {
    const known = this.#shapes.get(machine);
    if (known !== undefined && known.hasProduct === hasProduct && isSameKeys(known.keys, tags)) return known;
    const shape = shapeOf(Object.keys(tags), hasProduct);
    if (this.#shapes.size >= MAX_SHAPES) this.#shapes.clear();
    this.#shapes.set(machine, shape);
    return shape;
  }
}

function isSameKeys(keys: readonly string[], tags: Readonly<Record<string, TagValue>>): boolean {
  let place = 0;
  for (const name in tags) {
    if (keys[place] !== name) return false;
    place++;
  }
  return place === keys.length;
}

function shapeOf(keys: readonly string[], hasProduct: boolean): Shape {
  const names = keys.filter((name) => name.length <= MAX_TAG_NAME);
  const ownProduct = names.includes(PRODUCT_TAG);
  const set = tagSet(hasProduct && !ownProduct ? [...names, PRODUCT_TAG] : names);
  return { keys, hasProduct, set, order: set.names.map((name) => keys.indexOf(name)) };
}
