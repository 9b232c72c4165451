import type { EdgeOptions } from "../../src/index.ts";

export const MACHINE = "tunis-01/line-a/s5_tempering/temper-01";

/** A patient factory's waits, made short. */
export const FAST = {
  retry: { firstMs: 20, longestMs: 200 },
  receiptTimeoutMs: 1_000,
  longestReceiptTimeoutMs: 2_000,
} as const satisfies Partial<EdgeOptions>;
