/** Why a machine isn't producing. */
export interface StopReason {
  readonly code: string;
  readonly category: string;
  readonly message?: string | undefined;
  /** The key of the machine that starves or blocks this one. */
  readonly causedBy?: string | undefined;
}

/** The newest value of a tag. */
export interface TagPresent {
  readonly value: number | string | boolean | null;
  readonly quality: "good" | "uncertain" | "bad";
  readonly atMs: number;
}

/** What a machine does at present, as far as anybody knows. */
export interface MachinePresent {
  readonly key: string;
  /** A PackML state by name, or unknown. */
  readonly state: string;
  readonly sinceMs: number | undefined;
  /** Why the state is unknown, in a word. */
  readonly unknownWhy: string | undefined;
  readonly reason: StopReason | undefined;
  readonly product: string | undefined;
  readonly batch: string | undefined;
  readonly connected: boolean | undefined;
  readonly lastHeardMs: number | undefined;
}

/** An alarm that isn't simply normal. */
export interface AlarmPresent {
  readonly machine: string;
  readonly alarmId: string;
  readonly code: string;
  readonly message: string;
  readonly priority: "critical" | "high" | "medium" | "low";
  /** ISA-18.2: unacknowledged, acknowledged, returned_unacknowledged, shelved, suppressed, out_of_service. */
  readonly state: string;
  readonly active: boolean;
  readonly acknowledged: boolean;
  readonly raisedMs: number;
  readonly clearedMs: number | undefined;
  readonly durationMs: number | undefined;
  readonly times: number;
  readonly tag: string | undefined;
  readonly value: number | string | boolean | undefined;
  readonly limit: number | undefined;
  readonly limitKind: string | undefined;
  readonly unit: string | undefined;
  /** What an action gives back: the newest message that its person saw. */
  readonly version: number;
  readonly silencedBy: string | undefined;
  readonly silencedUntilMs: number | undefined;
  readonly silencedWhy: string | undefined;
}
