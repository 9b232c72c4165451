import { qualifiedValue } from "../../contract/schemas/telemetry-v2.ts";
import type { DeviceStatus, PlainValue, ValueQuality } from "../../contract/schemas/value-quality.ts";
import type { ViewReading } from "../../views/view-table.ts";
import { newestGroups } from "./newest-values.ts";
import { MACHINES, type MachineRow } from "./tag-tables.ts";
import { PRODUCT_TAG } from "./tag-values.ts";

/** The newest value of a tag. */
export interface CurrentValue {
  readonly tag: string;
  /** Null where there is none; the quality is bad then. */
  readonly value: PlainValue | null;
  readonly quality: ValueQuality;
  readonly status: DeviceStatus | null;
  /** As the machine says it; mostly it doesn't, and the plant model knows. */
  readonly unit: string | null;
  /** When it was so at the machine, and when it was received; milliseconds since 1970. */
  readonly atMs: number;
  readonly receivedAtMs: number;
  readonly boot: string | null;
  readonly seq: number | null;
  /** The message that says it, by its id in the log. */
  readonly messageId: number;
}

/** The newest values of one machine. */
export interface MachineValues {
  /** `<site>/<line>/<step>/<machine>` */
  readonly machine: string;
  /** The product that it named last. */
  readonly product: string | null;
  /** When it last said anything, milliseconds since 1970. */
  readonly atMs: number;
  readonly receivedAtMs: number;
  /** By tag, in the order of the alphabet. */
  readonly values: readonly CurrentValue[];
}

/** One machine's newest values; undefined for one that has sent none. */
export function currentValues(reading: ViewReading, machine: string): MachineValues | undefined {
  const row = reading.rows(MACHINES).get(machine);
  return row === undefined ? undefined : machineValues(row);
}

/** The newest values of all machines, by machine, page by page: those after one, so many. */
export function* allCurrentValues(
  reading: ViewReading,
  page: { readonly after?: string | undefined; readonly limit?: number | undefined } = {},
): Generator<MachineValues> {
  const after = page.after === undefined ? undefined : [page.after];
  for (const row of reading.rows(MACHINES).range({ after, limit: page.limit })) yield machineValues(row);
}

function machineValues(row: MachineRow): MachineValues {
  const values: CurrentValue[] = [];
  let product: string | null = null;
  for (const group of newestGroups(row)) {
    group.tags.forEach((tag, place) => {
      const { value, quality, status, unit } = qualifiedValue(group.values[place] ?? 0);
      if (tag === PRODUCT_TAG) {
        product = String(value);
        return;
      }
      values.push({
        tag,
        value,
        quality,
        status: status ?? null,
        unit: unit ?? null,
        atMs: group.at,
        receivedAtMs: group.receivedAt,
        boot: group.boot,
        seq: group.seq,
        messageId: group.id,
      });
    });
  }
  if (row.older !== "") values.sort((a, b) => (a.tag < b.tag ? -1 : 1));
  return { machine: row.machine, product, atMs: row.at, receivedAtMs: row.received_at, values };
}
