interface Level<Value> {
  readonly next: Map<string, Level<Value>>;
  readonly values: Set<Value>;
}

/** What is remembered of topics and their matches, bytes; machines publish on the same few again and again. */
const REMEMBERED_BYTES = 4 * 1024 * 1024;
/** What a level, a value with its subscription, and a remembered topic take, about, bytes. */
const LEVEL_BYTES = 400;
const VALUE_BYTES = 500;
const TOPIC_BYTES = 100;

/** Values under topic filters, found by topic name (MQTT 5, 4.7). Filters and topics must be valid ones. */
export class TopicFilterTree<Value> {
  #root: Level<Value> = newLevel();
  #size = 0;
  #bytes = 0;
  readonly #remembered = new Map<string, readonly Value[]>();
  #rememberedBytes = 0;

  /** How many pairs of filter and value there are. */
  get size(): number {
    return this.#size;
  }

  /** What the filters and values take, about, bytes; not counting what is remembered. */
  get bytes(): number {
    return this.#bytes;
  }

  add(filter: string, value: Value): void {
    let level = this.#root;
    for (const name of filter.split("/")) {
      let next = level.next.get(name);
      if (next === undefined) {
        next = newLevel();
        level.next.set(name, next);
        this.#bytes += LEVEL_BYTES + name.length;
      }
      level = next;
    }
    if (level.values.has(value)) return;
    level.values.add(value);
    this.#size++;
    this.#bytes += VALUE_BYTES + 2 * filter.length;
    this.#forget();
  }

  remove(filter: string, value: Value): void {
    const path: Level<Value>[] = [this.#root];
    const names = filter.split("/");
    for (const name of names) {
      const next = path.at(-1)?.next.get(name);
      if (next === undefined) return;
      path.push(next);
    }
    if (!path.at(-1)?.values.delete(value)) return;
    this.#size--;
    this.#bytes -= VALUE_BYTES + 2 * filter.length;
    this.#forget();
    // Levels that nothing is left under go too: clients may subscribe to any number of filters in their life.
    for (let depth = names.length; depth > 0; depth--) {
      const level = path[depth];
      if (level === undefined || level.values.size > 0 || level.next.size > 0) break;
      const name = names[depth - 1] ?? "";
      path[depth - 1]?.next.delete(name);
      this.#bytes -= LEVEL_BYTES + name.length;
    }
  }

  /** The values of all filters that match the topic, each once. */
  match(topic: string): readonly Value[] {
    const known = this.#remembered.get(topic);
    if (known !== undefined) return known;
    const found = new Set<Value>();
    const levels = topic.split("/");
    collect(this.#root, levels, 0, !topic.startsWith("$"), found);
    const values = [...found];
    const bytes = TOPIC_BYTES + 2 * topic.length + 8 * values.length;
    if (this.#rememberedBytes + bytes > REMEMBERED_BYTES) this.#forget();
    this.#remembered.set(topic, values);
    this.#rememberedBytes += bytes;
    return values;
  }

  #forget(): void {
    this.#remembered.clear();
    this.#rememberedBytes = 0;
  }
}

function newLevel<Value>(): Level<Value> {
  return { next: new Map(), values: new Set() };
}

function collect<Value>(
  level: Level<Value>,
  names: readonly string[],
  depth: number,
  wildcards: boolean,
  found: Set<Value>,
): void {
  if (wildcards) {
    // `a/#` matches `a` itself as well (4.7.1.2).
    for (const value of level.next.get("#")?.values ?? []) found.add(value);
  }
  const name = names[depth];
  if (name === undefined) {
    for (const value of level.values) found.add(value);
    return;
  }
  const plus = wildcards ? level.next.get("+") : undefined;
  if (plus !== undefined) collect(plus, names, depth + 1, true, found);
  const exact = level.next.get(name);
  if (exact !== undefined) collect(exact, names, depth + 1, true, found);
}
