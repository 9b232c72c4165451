/** The widths of the spans for which figures are kept, seconds: what stays when the values themselves are gone. */
export const RESOLUTIONS_S = [10, 60, 3600] as const;
/** One of {@link RESOLUTIONS_S}, seconds. */
export type ResolutionS = (typeof RESOLUTIONS_S)[number];

/** Buckets in a row of the store, of every resolution: an hour of 10 s, 6 hours of 1 min, 15 days of 1 h. */
export const CHUNK_BUCKETS = 360;

/** The finest of {@link RESOLUTIONS_S}, milliseconds. */
export const FINEST_MS = 10_000;
/** The newest minute of each machine is kept apart, so that what changes every second is small. */
export const MINUTE_MS = 60_000;

/** The begin of the span of a width that a time lies in. Both milliseconds. */
export function spanBegin(atMs: number, widthMs: number): number {
  return Math.floor(atMs / widthMs) * widthMs;
}

/** How long the spans of a resolution are kept, milliseconds; for ever where there is none. */
export type Retention = { readonly [Resolution in ResolutionS]?: number | undefined };

const DAY_MS = 86_400_000;

/** 10 s for four weeks, 1 min for a year, 1 h for ever. */
export const DEFAULT_RETENTION: Retention = { 10: 28 * DAY_MS, 60: 366 * DAY_MS };
