import { coversFilter, matchesFilter } from "../mqtt/topic-rules.ts";

/** What one identity may do, as topic filters. */
export interface Rights {
  /** Where it may publish, wills included. */
  readonly publish: readonly string[];
  /** What it may receive: it may subscribe to these, and to every filter that asks for no more. */
  readonly read: readonly string[];
  /** Whether it may share its subscriptions (`$share/GROUP/…`) with others of its kind. */
  readonly share: boolean;
}

const SHARE_PREFIX = "$share/";
const EVERYTHING_BELOW = "/#";

/** Filters, made ready to be asked for every message. */
class TopicSet {
  readonly #filters: readonly string[];
  readonly #topics = new Set<string>();
  /** Beginnings, with their slash, of what is allowed below a level. */
  readonly #prefixes: string[] = [];
  readonly #patterns: string[] = [];

  constructor(filters: readonly string[]) {
    this.#filters = filters;
    for (const filter of filters) {
      const stem = filter.endsWith(EVERYTHING_BELOW) ? filter.slice(0, -1) : filter;
      if (/[+#]/.test(stem)) this.#patterns.push(filter);
      else if (stem === filter) this.#topics.add(filter);
      else this.#prefixes.push(stem);
    }
  }

  has(topic: string): boolean {
    return (
      this.#topics.has(topic) ||
      // `a/#` is `a` itself, too (MQTT 5, 4.7.1.2).
      this.#prefixes.some((prefix) => topic.startsWith(prefix) || `${topic}/` === prefix) ||
      this.#patterns.some((pattern) => matchesFilter(pattern, topic))
    );
  }

  covers(filter: string): boolean {
    return this.#topics.has(filter) || this.#filters.some((wide) => coversFilter(wide, filter));
  }
}

/** Rights that answer for one topic or filter at a time. */
export class RightsCheck {
  readonly #publish: TopicSet;
  readonly #read: TopicSet;
  readonly #share: boolean;

  constructor({ publish, read, share }: Rights) {
    this.#publish = new TopicSet(publish);
    this.#read = new TopicSet(read);
    this.#share = share;
  }

  mayPublish(topic: string): boolean {
    return this.#publish.has(topic);
  }

  mayReceive(topic: string): boolean {
    return this.#read.has(topic);
  }

  maySubscribe(filter: string): boolean {
    if (!filter.startsWith(SHARE_PREFIX)) return this.#read.covers(filter);
    const slash = filter.indexOf("/", SHARE_PREFIX.length);
    if (!this.#share || slash <= SHARE_PREFIX.length) return false;
    return this.#read.covers(filter.slice(slash + 1));
  }
}
