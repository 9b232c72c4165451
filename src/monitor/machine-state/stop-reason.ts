import type { StopCategory } from "../../contract/schemas/state-v2.ts";
import type { StateRow } from "./machine-state-tables.ts";

/** Why a machine doesn't produce, as it says itself. */
export interface StopReason {
  readonly category: StopCategory;
  readonly code: string;
  readonly message: string | null;
  /** The key of the machine that starves or blocks it; null where it names none, or itself. */
  readonly causedBy: string | null;
}

/** The reason in a state's columns; null where the machine gave none. */
export function stopReasonOf(
  row: Pick<StateRow, "machine"> & {
    readonly stop_category: string | null;
    readonly stop_code: string | null;
    readonly stop_message: string | null;
    readonly caused_by: string | null;
  },
): StopReason | null {
  if (row.stop_category === null || row.stop_code === null) return null;
  return {
    category: row.stop_category as StopCategory, // the contract's schema lets no other one in
    code: row.stop_code,
    message: row.stop_message,
    causedBy: row.caused_by === row.machine ? null : row.caused_by,
  };
}
