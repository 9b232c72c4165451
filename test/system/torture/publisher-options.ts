import type { EdgeOptions } from "../../../src/index.ts";

/** How a publisher with a ledger is started; as JSON on its command line. */
export interface PublisherOptions {
  readonly url: string;
  /** The folder of the outbox. */
  readonly outbox: string;
  /** The folder of the ledger. */
  readonly ledger: string;
  /** The name of this process in the ledger and in its tokens: `[0-9a-z-]+`. */
  readonly part: string;
  readonly seed: number;
  readonly machines: readonly string[];
  /** Messages to hand over before it waits to be told to finish; 0: only brings what is left in the outbox. */
  readonly messages: number;
  /** Messages handed over at once. */
  readonly batch: number;
  /** Longest pause between batches. */
  readonly pauseMs: number;
  /** Share of forwarded messages that belong into quarantine. */
  readonly broken: number;
  readonly edge: Partial<Omit<EdgeOptions, "url" | "outbox">>;
}

/** A line that a publisher says. */
export type PublisherNotice =
  | { readonly kind: "opened" }
  | { readonly kind: "taken" | "talked"; readonly taken: number; readonly of: number }
  | { readonly kind: "event"; readonly event: string; readonly detail: unknown }
  | { readonly kind: "drained"; readonly status: unknown };
