import type { MessageType } from "../contract/topic.ts";
import type { LoggedMessage, LoggedMessageOf, UnreadableMessage } from "../log/logged-message.ts";
import type { ViewRow, ViewRows, ViewTable } from "./view-table.ts";

/** A message of the log as every view gets it: decoded once, its payload in the current version. */
export type ViewMessage = LoggedMessage;

/** The {@link ViewMessage} of one type. */
export type ViewMessageOf<Type extends MessageType> = LoggedMessageOf<Type>;

/** Something a view could not use, or could not bring together with the rest. */
export interface Finding {
  /** What names it: the same trouble found again has the same key, within its view. */
  readonly key: string;
  /** A stable word for the kind, in snake case: `clear_without_raise`, `output_without_input`. */
  readonly reason: string;
  /** One sentence for people, with the values that show it. */
  readonly detail: string;
  /** What it is about: a machine key, a lot, an alarm. */
  readonly subject: string;
  /** Event time, milliseconds since 1970. */
  readonly atMs: number;
  /** The message that shows it, by its id in the log. */
  readonly messageId: number;
}

/** Where a view says what it could not use. A finding is healed when a later message takes its cause away. */
export interface Findings {
  report(finding: Finding): void;
  heal(key: string): void;
}

/** What a fold writes to: its tables and its findings, nothing else. */
export interface ViewStore extends Findings {
  rows<Row extends ViewRow>(table: ViewTable<Row>): ViewRows<Row>;
}

/**
 * PORT. A view: what is derived from the log under one name, by a pure fold.
 *
 * The content of its tables depends on the *set* of messages folded, not on their order, on how they were grouped, or
 * on restarts: messages come late, out of order, and twice over other ways. So a fold merges, places by event time,
 * and keeps nothing outside its store. What depends on the present ("stale for a day") is computed when it is asked.
 */
export interface View {
  /** In kebab case; unique. */
  readonly name: string;
  /** Counted up whenever the same messages would give other rows: that view is then rebuilt beside its old version. */
  readonly version: number;
  readonly consumes: readonly MessageType[];
  readonly tables: readonly ViewTable[];
  /** Works one message in. Never throws over what a message says: that is a finding. */
  fold(message: ViewMessage, store: ViewStore): void;
  /** Works in one that can't be read. Only the view that lists them has this. */
  foldUnreadable?(message: UnreadableMessage, store: ViewStore): void;
  /**
   * Lets go of what is older than the view keeps. Called between groups with the newest received time folded so far,
   * milliseconds since 1970, cut to the minute so that it is the same however messages were grouped; what it removes
   * must not come back when an old message is folded after it.
   */
  retain?(newestReceivedMs: number, store: ViewStore): void;
}
