import type { BrokerMessage } from "./broker-message.ts";

/** How many retained messages are kept. */
export interface RetainedLimits {
  readonly retainedMessages: number;
  readonly retainedBytes: number;
}

interface Level {
  readonly name: string;
  readonly parent: Level | undefined;
  next: Map<string, Level> | undefined;
  message: BrokerMessage | undefined;
}

/** What a level takes, about, bytes. */
const LEVEL_BYTES = 250;
/** So many levels are looked at in one go at most: whoever searches may let others have their turn in between. */
const LEVELS_IN_ONE_GO = 500;

/** The last retained message of every topic that has one, found by topic filter without looking at all of them. */
export class RetainedMessages {
  readonly #limits: RetainedLimits;
  readonly #overflow: (topic: string) => void;
  readonly #root: Level = newLevel("", undefined);
  readonly #expiring = new Set<BrokerMessage>();
  #size = 0;
  #bytes = 0;

  constructor(limits: RetainedLimits, overflow: (topic: string) => void) {
    this.#limits = limits;
    this.#overflow = overflow;
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Replaces the topic's message [MQTT-3.3.1-5]; an empty payload removes it [MQTT-3.3.1-6]. */
  store(message: BrokerMessage): void {
    const before = this.#find(message.topic);
    if (before?.message !== undefined) this.#clear(before);
    if (message.payload.length === 0) return;
    const bytes = message.heldBytes;
    if (this.#size >= this.#limits.retainedMessages || this.#bytes + bytes > this.#limits.retainedBytes) {
      this.#overflow(message.topic);
      return;
    }
    const level = this.#make(message.topic);
    level.message = message.keep();
    this.#size++;
    this.#bytes += bytes;
    if (message.expiresAt !== undefined) this.#expiring.add(message);
  }

  /** Forgets those whose time is over [MQTT-3.3.2-5]. */
  expire(now: number): void {
    for (const message of this.#expiring) {
      if ((message.expiresAt ?? now) > now) continue;
      const level = this.#find(message.topic);
      if (level?.message === message) this.#clear(level);
      else this.#expiring.delete(message);
    }
  }

  /**
   * The retained messages that match the filter, as they are when they are asked for, and undefined now and then as a
   * place to rest. A message that is stored meanwhile may come or not; one never comes after a newer one of its topic.
   */
  *match(filter: string): Generator<BrokerMessage | undefined> {
    const names = filter.split("/");
    const [first = ""] = names;
    let looked = 0;
    // Wildcards of the first level don't reach `$` topics [MQTT-4.7.2-1].
    const hidden = first === "#" || first === "+";
    const walks: { readonly levels: Iterator<Level>; readonly depth: number }[] = [
      { levels: candidates(this.#root, first), depth: 0 },
    ];
    for (let walk = walks.at(-1); walk !== undefined; walk = walks.at(-1)) {
      const { value: level, done } = walk.levels.next();
      if (done === true) {
        walks.pop();
        continue;
      }
      if (++looked % LEVELS_IN_ONE_GO === 0) yield undefined;
      if (hidden && level.parent === this.#root && level.name.startsWith("$")) continue;
      const multi = names[walk.depth] === "#";
      const next = names[walk.depth + 1];
      // `a/#` matches `a` itself as well (4.7.1.2).
      const ends = multi || next === undefined || (next === "#" && walk.depth + 2 === names.length);
      if (ends && level.message !== undefined) yield level.message;
      if (multi) walks.push({ levels: values(level), depth: walk.depth });
      else if (next !== undefined) walks.push({ levels: candidates(level, next), depth: walk.depth + 1 });
    }
  }

  /** The topic's message. */
  get(topic: string): BrokerMessage | undefined {
    return this.#find(topic)?.message;
  }

  #find(topic: string): Level | undefined {
    let level: Level | undefined = this.#root;
    for (const name of topic.split("/")) {
      level = level.next?.get(name);
      if (level === undefined) return undefined;
    }
    return level;
  }

  #make(topic: string): Level {
    let level = this.#root;
    for (const name of topic.split("/")) {
      level.next ??= new Map();
      let next = level.next.get(name);
      if (next === undefined) {
        next = newLevel(name, level);
        level.next.set(name, next);
        this.#bytes += LEVEL_BYTES + name.length;
      }
      level = next;
    }
    return level;
  }

  #clear(cleared: Level): void {
    const { message } = cleared;
    if (message === undefined) return;
    cleared.message = undefined;
    this.#size--;
    this.#bytes -= message.heldBytes;
    this.#expiring.delete(message);
    // Levels that nothing is left under go too.
    let level = cleared;
    while (level.parent !== undefined && level.message === undefined && (level.next?.size ?? 0) === 0) {
      level.parent.next?.delete(level.name);
      this.#bytes -= LEVEL_BYTES + level.name.length;
      level = level.parent;
    }
  }
}

function newLevel(name: string, parent: Level | undefined): Level {
  return { name, parent, next: undefined, message: undefined };
}

const NOTHING: Iterator<Level> = { next: () => ({ done: true, value: undefined }) };

function values(level: Level): Iterator<Level> {
  return level.next?.values() ?? NOTHING;
}

function candidates(level: Level, name: string): Iterator<Level> {
  if (name === "#" || name === "+") return values(level);
  const next = level.next?.get(name);
  return next === undefined ? NOTHING : [next].values();
}
