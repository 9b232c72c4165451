import type { Standing } from "./views-store.ts";

/** How far one edition of a view has come. */
export interface EditionStatus {
  readonly edition: number;
  readonly name: string;
  readonly version: number;
  readonly standing: Standing;
  /** The id of the last message in it. */
  readonly position: number;
  /** Messages of the log that are not in it yet. */
  readonly lagMessages: number;
  /** The newest received time in it, milliseconds since 1970; 0 before the first message. */
  readonly newestReceivedMs: number;
  /** What it could not use. */
  readonly findings: number;
}

/** How far the views have come. */
export interface FollowerStatus {
  /** The id of the newest message of the log. */
  readonly logEnd: number;
  readonly views: readonly EditionStatus[];
}

/** How old what a view says is, seconds: 0 when it has everything. */
export function lagSeconds({ lagMessages, newestReceivedMs }: EditionStatus, nowMs: number): number {
  if (lagMessages === 0 || newestReceivedMs === 0) return 0;
  return Math.max(0, (nowMs - newestReceivedMs) / 1_000);
}

/** The edition by which each view is judged: the one that answers, or the first one while it is being made. */
export function leading(views: readonly EditionStatus[]): readonly EditionStatus[] {
  const answering = new Set(views.filter(({ standing }) => standing === "answering").map(({ name }) => name));
  return views.filter(({ name, standing }) => standing === "answering" || !answering.has(name));
}
