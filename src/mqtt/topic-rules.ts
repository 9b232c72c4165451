const SLASH = 47;
const HASH = 35;
const PLUS = 43;
const DOLLAR = 36;

/** How long and how deep topics may be. */
export interface TopicLimits {
  readonly topicBytes: number;
  readonly topicLevels: number;
}

/** Why a topic can't be published on; `malformed` means that MQTT itself forbids it. */
export interface TopicFault {
  readonly malformed: boolean;
  readonly detail: string;
}

const EMPTY: TopicFault = { malformed: true, detail: "the topic is empty" };
const WILDCARD: TopicFault = { malformed: true, detail: "the topic of a publish has a wildcard" };
const NUL: TopicFault = { malformed: true, detail: "the topic has a NUL character" };

/** Checks the topic name of a PUBLISH or a will (MQTT 5, 4.7), and that it keeps to the limits. */
export function topicNameFault(topic: string, limits: TopicLimits): TopicFault | undefined {
  if (topic.length === 0) return EMPTY;
  let levels = 1;
  for (let at = 0; at < topic.length; at++) {
    const code = topic.charCodeAt(at);
    if (code === SLASH) levels++;
    else if (code === HASH || code === PLUS) return WILDCARD;
    else if (code === 0) return NUL;
  }
  return sizeFault(topic, levels, limits);
}

/** Checks a topic filter (MQTT 5, 4.7): wildcards fill a whole level, `#` is the last one. */
export function topicFilterFault(filter: string, limits: TopicLimits): TopicFault | undefined {
  if (filter.length === 0) return EMPTY;
  if (filter.includes("\0")) return NUL;
  const levels = filter.split("/", limits.topicLevels + 1);
  for (const [index, level] of levels.entries()) {
    const wild = level.includes("#") || level.includes("+");
    if (wild && level.length > 1)
      return { malformed: true, detail: "a wildcard shares a level with other text" };
    if (level === "#" && filter.length > levels.slice(0, index + 1).join("/").length) {
      return { malformed: true, detail: "# is not the last level" };
    }
  }
  return sizeFault(filter, levels.length, limits);
}

function sizeFault(topic: string, levels: number, limits: TopicLimits): TopicFault | undefined {
  if (levels > limits.topicLevels) {
    return { malformed: false, detail: `the topic has more than ${limits.topicLevels} levels` };
  }
  // At most three bytes of UTF-8 for each UTF-16 unit: most topics need no counting.
  if (topic.length * 3 > limits.topicBytes && Buffer.byteLength(topic) > limits.topicBytes) {
    return { malformed: false, detail: `the topic is longer than ${limits.topicBytes} bytes` };
  }
  return undefined;
}

/** Whether a topic name matches a valid filter (MQTT 5, 4.7.1); wildcards don't reach `$` topics (4.7.2). */
export function matchesFilter(filter: string, topic: string): boolean {
  if (filter === topic) return true;
  const wanted = filter.split("/");
  const levels = topic.split("/");
  if (topic.charCodeAt(0) === DOLLAR && (wanted[0] === "#" || wanted[0] === "+")) return false;
  for (const [index, level] of wanted.entries()) {
    if (level === "#") return true;
    if (index >= levels.length || (level !== "+" && level !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}

/** Whether every topic that one valid filter matches is matched by the other, too. */
export function coversFilter(wide: string, narrow: string): boolean {
  const wanted = wide.split("/");
  const asked = narrow.split("/");
  // Wildcards don't reach `$` topics (4.7.2).
  if (narrow.charCodeAt(0) === DOLLAR && (wanted[0] === "#" || wanted[0] === "+")) return false;
  for (const [index, level] of wanted.entries()) {
    if (level === "#") return true;
    const other = asked[index];
    if (other === undefined || other === "#" || (level !== "+" && level !== other)) return false;
  }
  return wanted.length === asked.length;
}
