import type { Genealogy } from "../genealogy.ts";

/** A cell of an answer's table. */
export type Cell = string | number | boolean | null;

/** What a question comes to: a sentence, and the rows behind it. Rows of one answer have the same columns. */
export interface Answer {
  readonly verdict: string;
  readonly rows: readonly Readonly<Record<string, Cell>>[];
}

/** What a question is asked about. */
export interface Asked {
  /** A lot, SSCC, case, batch, pack code or shipment. */
  readonly of: string | undefined;
  /** The time beside a pack code, milliseconds since 1970. */
  readonly atMs: number | undefined;
  readonly fromMs: number;
  readonly toMs: number;
}

/** One of the questions that the data must answer. */
export interface Question {
  readonly number: number;
  readonly text: string;
  /** What it has to be asked about; `period` alone where it is about a span of time. */
  readonly about: "subject" | "period" | "either";
  /** Of those about lots. */
  readonly answer?: (genealogy: Genealogy, asked: Asked) => Answer;
}

/** `3 pallets`, `1 pallet` */
export function counted(count: number, word: string): string {
  const words =
    count === 1
      ? word
      : word
          .split(" or ")
          .map((each) => `${each}s`)
          .join(" or ");
  return `${count} ${words}`;
}

/** A time in ISO 8601, UTC; null stays null. */
export function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
