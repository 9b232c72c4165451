/** The five message types, in the order the documentation lists them. */
export const MESSAGE_TYPES = ["telemetry", "state", "alarm", "quality", "batch"] as const;

/** What a machine's message is about; the last level of its topic. */
export type MessageType = (typeof MESSAGE_TYPES)[number];

/** Kinds of message the data center sends down to a machine. */
export const DOWN_KINDS = ["receipt", "command"] as const;
/** What the data center publishes to a machine: receipts and commands. */
export type DownKind = (typeof DOWN_KINDS)[number];

/** The root of everything machines publish, and of everything the data center publishes to them. */
export const UP_ROOT = "factory";
/** The root of everything the data center publishes to machines. */
export const DOWN_ROOT = "datacenter";

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A topic level that has been checked against {@link LEVEL_PATTERN}; two kinds can't be mixed up. */
type SiteId = Branded<"site">;
type LineId = Branded<"line">;
type StepId = Branded<"step">;
type MachineId = Branded<"machine">;

/** `<site>/<line>/<step>/<machine>`: one publisher's address, unique in the enterprise. */
export type MachineKey = Branded<"machineKey">;

/** Site, line and machine levels: 1 to 63 characters. */
export const LEVEL_PATTERN = /^[a-z0-9][a-z0-9_-]{0,62}$/;
/** Step levels: `s`, the step's digit, a name; 63 characters at most, as for every level. */
export const STEP_PATTERN = /^(?=.{1,63}$)s[0-9]_[a-z0-9_]+$/;

/** The step that people speak from. */
export const DESK_STEP = "s0_office";

/** Whether a key, `<site>/<line>/<step>/<machine>`, is that of a desk: a place that people speak from, no machine. */
export function isDesk(key: string): boolean {
  return key.split("/")[2] === DESK_STEP;
}

/** The levels of a machine's topic: site, line, step, machine. */
export interface MachineAddress {
  readonly site: SiteId;
  readonly line: LineId;
  readonly step: StepId;
  readonly machine: MachineId;
}

/** A topic of the namespace `factory/<site>/<line>/<step>/<machine>/<message_type>`, taken apart. */
export interface UpTopic extends MachineAddress {
  readonly type: MessageType;
  readonly machineKey: MachineKey;
  /** The whole topic, as it travels. */
  readonly topic: string;
}

/** Why a topic isn't one of the namespace, in words for the quarantine. */
export interface TopicRefusal {
  readonly detail: string;
}

const TYPE_SET: ReadonlySet<string> = new Set(MESSAGE_TYPES);

/** Whether a topic's last level is one of {@link MESSAGE_TYPES}. */
export function isMessageType(level: string): level is MessageType {
  return TYPE_SET.has(level);
}

/** Takes an up topic apart, or says what keeps it out of the namespace. */
export function parseUpTopic(topic: string): UpTopic | TopicRefusal {
  const levels = topic.split("/", 7);
  if (levels.length !== 6) {
    return { detail: `expected 6 levels (${UP_ROOT}/<site>/<line>/<step>/<machine>/<message_type>)` };
  }
  const [root, site, line, step, machine, type] = levels as [string, string, string, string, string, string];
  if (root !== UP_ROOT) return { detail: `level 1 must be "${UP_ROOT}"` };
  if (!LEVEL_PATTERN.test(site)) return { detail: "level 2 (site) must match [a-z0-9][a-z0-9_-]{0,62}" };
  if (!LEVEL_PATTERN.test(line)) return { detail: "level 3 (line) must match [a-z0-9][a-z0-9_-]{0,62}" };
  if (!STEP_PATTERN.test(step)) return { detail: "level 4 (step) must match s[0-9]_[a-z0-9_]+" };
  if (!LEVEL_PATTERN.test(machine))
    return { detail: "level 5 (machine) must match [a-z0-9][a-z0-9_-]{0,62}" };
  if (!isMessageType(type)) return { detail: `level 6 must be one of ${MESSAGE_TYPES.join(", ")}` };
  return {
    site: site as SiteId,
    line: line as LineId,
    step: step as StepId,
    machine: machine as MachineId,
    type,
    machineKey: `${site}/${line}/${step}/${machine}` as MachineKey,
    topic,
  };
}

/** Whether {@link parseUpTopic} took the topic. */
export function isUpTopic(parsed: UpTopic | TopicRefusal): parsed is UpTopic {
  return "machineKey" in parsed;
}

/** The publisher's address as one string. */
export function machineKeyOf(address: MachineAddress): MachineKey {
  return `${address.site}/${address.line}/${address.step}/${address.machine}` as MachineKey;
}

/** The topic on which a machine publishes a message type. */
export function upTopic(address: MachineAddress, type: MessageType): string {
  return `${UP_ROOT}/${machineKeyOf(address)}/${type}`;
}

/** The topic on which the data center answers a machine. */
export function downTopic(machine: MachineKey, kind: DownKind): string {
  return `${DOWN_ROOT}/${machine}/${kind}`;
}

/** Checks the four levels of an address given as plain strings (a plant file, a command line). */
export function machineAddress(
  site: string,
  line: string,
  step: string,
  machine: string,
): MachineAddress | TopicRefusal {
  const parsed = parseUpTopic(`${UP_ROOT}/${site}/${line}/${step}/${machine}/state`);
  return isUpTopic(parsed)
    ? { site: parsed.site, line: parsed.line, step: parsed.step, machine: parsed.machine }
    : parsed;
}
