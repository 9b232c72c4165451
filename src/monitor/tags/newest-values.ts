import { MESSAGE_FLAG } from "../../contract/policy.ts";
import type { TagValue } from "../../contract/schemas/telemetry-v2.ts";
import type { ViewMessageOf } from "../../views/view.ts";
import { HELD_BYTES } from "../../views/view-table.ts";
import { MINUTE_MS, spanBegin } from "./resolution.ts";
import type { MachineRow } from "./tag-tables.ts";
import type { TagSample } from "./tag-values.ts";
import { wordKey } from "./words.ts";

/** A message as far as some of its tags are the newest: which message, and their values. */
export interface NewestGroup {
  readonly orderAt: number;
  readonly at: number;
  readonly receivedAt: number;
  readonly boot: string | null;
  readonly seq: number | null;
  readonly id: number;
  readonly tags: readonly string[];
  readonly values: readonly TagValue[];
}

/** Tags of a machine whose newest value is kept: of more, those heard of last. */
const MAX_NEWEST_TAGS = 1000;
/** A longer word is no value to show at a glance; the log has it whole. */
const LONG_WORD = 200;
/** What a value takes in memory, about. */
const VALUE_BYTES = 24;

/** A row that writes its values down only when it is written itself: each message makes a new one. */
class NewestRow implements MachineRow {
  readonly machine: string;
  readonly minute: number;
  readonly order_at: number;
  readonly at: number;
  readonly received_at: number;
  readonly boot: string | null;
  readonly seq: number | null;
  readonly id: number;
  readonly tags: string;
  readonly older: string;
  readonly #values: readonly TagValue[];

  constructor(machine: string, minute: number, group: NewestGroup, tags: string, older: string) {
    this.machine = machine;
    this.minute = minute;
    this.order_at = group.orderAt;
    this.at = group.at;
    this.received_at = group.receivedAt;
    this.boot = group.boot;
    this.seq = group.seq;
    this.id = group.id;
    this.tags = tags;
    this.older = older;
    this.#values = group.values;
  }

  get tag_values(): string {
    return JSON.stringify(this.#values);
  }

  get [HELD_BYTES](): number {
    return VALUE_BYTES * this.#values.length + this.tags.length + this.older.length;
  }
}

/** The newest values of a machine with one more message, newer or older, and its newest minute. */
export function withNewest(
  row: MachineRow | undefined,
  message: ViewMessageOf<"telemetry">,
  sample: TagSample,
): MachineRow {
  const said = groupOf(message, sample);
  const minute = Math.max(row?.minute ?? Number.NEGATIVE_INFINITY, spanBegin(sample.at, MINUTE_MS));
  if (row === undefined || (row.older === "" && row.tags === sample.set.text && isNewer(said, row))) {
    return new NewestRow(message.topic.machineKey, minute, said, sample.set.text, "");
  }
  return merged(row, minute, said);
}

/** What a row holds, newest first. */
export function newestGroups(row: MachineRow): NewestGroup[] {
  const { at, boot, seq, id } = row;
  const tags: string[] = JSON.parse(row.tags);
  const values: TagValue[] = JSON.parse(row.tag_values);
  const first = { orderAt: row.order_at, at, receivedAt: row.received_at, boot, seq, id, tags, values };
  return [first, ...(row.older === "" ? [] : (JSON.parse(row.older) as NewestGroup[]))];
}

function groupOf(message: ViewMessageOf<"telemetry">, sample: TagSample): NewestGroup {
  // A clock that can't be trusted can't say what is newest; a refill says that it is old, and is believed.
  const skewed = (message.flags & MESSAGE_FLAG.CLOCK_SKEW) !== 0;
  return {
    orderAt: skewed ? message.receivedAtMs : sample.at,
    at: sample.at,
    receivedAt: message.receivedAtMs,
    boot: message.boot,
    seq: message.seq,
    id: message.id,
    tags: sample.set.names,
    values: sample.values.every(isShort) ? sample.values : sample.values.map(shortened),
  };
}

function merged(row: MachineRow, minute: number, said: NewestGroup): MachineRow {
  const groups = [said, ...newestGroups(row)].sort((a, b) => (isBefore(a, b) ? 1 : -1));
  const taken = new Set<string>();
  const kept: NewestGroup[] = [];
  for (const group of groups) {
    const places = group.tags.flatMap((tag, place) => (taken.has(tag) ? [] : [place]));
    const free = places.slice(0, MAX_NEWEST_TAGS - taken.size);
    if (free.length === 0) continue;
    const tags = free.map((place) => group.tags[place] as string);
    for (const tag of tags) taken.add(tag);
    kept.push({ ...group, tags, values: free.map((place) => group.values[place] as TagValue) });
  }
  const [first = said, ...older] = kept;
  const text = JSON.stringify(first.tags);
  return new NewestRow(row.machine, minute, first, text, older.length === 0 ? "" : JSON.stringify(older));
}

function isNewer(said: NewestGroup, { order_at, boot, seq, id }: MachineRow): boolean {
  return isBefore({ orderAt: order_at, boot, seq, id }, said);
}

type Order = Pick<NewestGroup, "orderAt" | "boot" | "seq" | "id">;

function isBefore(a: Order, b: Order): boolean {
  if (a.orderAt !== b.orderAt) return a.orderAt < b.orderAt;
  const [bootA, bootB] = [a.boot ?? "", b.boot ?? ""];
  if (bootA !== bootB) return bootA < bootB;
  const [seqA, seqB] = [a.seq ?? 0, b.seq ?? 0];
  return seqA !== seqB ? seqA < seqB : a.id < b.id;
}

function isShort(value: TagValue): boolean {
  return typeof value === "string" ? value.length <= LONG_WORD : typeof value !== "object";
}

function shortened(value: TagValue): TagValue {
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value === "string") return value.length <= LONG_WORD ? value : wordKey(value).slice(1);
  const { value: plain, quality, status, unit } = value;
  const short = typeof plain === "string" && plain.length > LONG_WORD ? wordKey(plain).slice(1) : plain;
  return {
    value: short,
    quality,
    ...(status === undefined ? {} : { status }),
    ...(unit === undefined ? {} : { unit }),
  };
}
