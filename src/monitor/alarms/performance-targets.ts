/** A measure of an alarm system, and what is asked of it. */
export interface PerformanceTarget {
  /** In the unit of the measure. */
  readonly acceptable: number;
  /** Up to here it can be managed; beyond, it can't. Null where the source gives one figure. */
  readonly manageable: number | null;
  /** Where the figure comes from. */
  readonly source: string;
}

const ISA_RATES = "ANSI/ISA-18.2-2016, clause 16, performance metrics; EEMUA 191 (3rd ed.)";

/**
 * Targets per operator position, for a month of data at least (ANSI/ISA-18.2-2016 clause 16, with the same figures in
 * IEC 62682; EEMUA Publication 191, which the rates were first published in). They are guidance, not a law: a plant
 * states its own in its alarm philosophy.
 */
export const PERFORMANCE_TARGETS = {
  perDay: { acceptable: 144, manageable: 288, source: ISA_RATES },
  perHour: { acceptable: 6, manageable: 12, source: ISA_RATES },
  perTenMinutes: { acceptable: 1, manageable: 2, source: ISA_RATES },
  hoursAboveThirtyPct: { acceptable: 1, manageable: null, source: ISA_RATES },
  tenMinutesAboveTenPct: { acceptable: 1, manageable: null, source: ISA_RATES },
  mostInTenMinutes: { acceptable: 10, manageable: null, source: ISA_RATES },
  inFloodPct: { acceptable: 1, manageable: null, source: ISA_RATES },
  topTenPct: { acceptable: 1, manageable: 5, source: `${ISA_RATES}: with an action plan for each` },
  chattering: { acceptable: 0, manageable: null, source: `${ISA_RATES}: 3 or more times in a minute` },
  fleeting: {
    acceptable: 0,
    manageable: null,
    source: `${ISA_RATES}; that fleeting means gone within 10 s is a choice of ours, the standard gives no figure`,
  },
  standing: {
    acceptable: 5,
    manageable: null,
    source: `${ISA_RATES}: fewer than 5 stale alarms (24 h) on any day`,
  },
  lowPct: { acceptable: 80, manageable: null, source: `${ISA_RATES}: about 80 % low, 15 % medium, 5 % high` },
  mediumPct: { acceptable: 15, manageable: null, source: ISA_RATES },
  highPct: { acceptable: 5, manageable: null, source: `${ISA_RATES}: high and critical together` },
  unacknowledged: {
    acceptable: 0,
    manageable: null,
    source: "EEMUA 191: an operator takes an alarm in within 10 minutes, or has too many",
  },
} as const satisfies Readonly<Record<string, PerformanceTarget>>;

/** An alarm flood begins above this many alarms in ten minutes and ends below that many (ISA-18.2, EEMUA 191). */
export const FLOOD = { windowMs: 10 * 60_000, beginsAbove: 10, endsBelow: 5 } as const;
/** An alarm chatters when it comes so often within a minute (ISA-18.2, EEMUA 191). */
export const CHATTERING = { times: 3, withinMs: 60_000 } as const;
/** An alarm that is gone sooner than anybody can act. */
export const FLEETING_MS = 10_000;
/** An alarm that stands so long is stale: it says nothing any more (ISA-18.2). */
export const STANDING_MS = 24 * 3_600_000;
/** An alarm that nobody acknowledges for so long was not taken in. */
export const UNACKNOWLEDGED_MS = 10 * 60_000;
