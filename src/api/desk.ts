import type { MessageType } from "../contract/topic.ts";
import type { HealthReport } from "../ingest/health.ts";
import { isoTime } from "../time/iso-time.ts";

/** Where a message of a desk stands: its machine key and the number that the publisher library gave it. */
export interface DeskMessage {
  readonly machine: string;
  readonly boot: string;
  readonly seq: number;
  /** A data center has said that the log has it. */
  readonly confirmed: boolean;
  /** Since when the broker can't be reached, ms since 1970: the message waits in the outbox. Null where it is on its way. */
  readonly unreachableSinceMs: number | null;
}

/** How a desk stands with its broker. */
export interface DeskStatus {
  /** Messages in the outbox that the log has not confirmed. */
  readonly waiting: number;
  /** Null where the broker is reached. */
  readonly unreachable: {
    /** `mqtt://host:port` */
    readonly address: string;
    /** ms since 1970 */
    readonly sinceMs: number;
    readonly why: string;
  } | null;
}

/**
 * PORT. Publishes what people do as messages of a desk (`<site>/<line>/s0_office/<desk>`), through an outbox of its
 * own: resolves with the number when it is on disk, and it then reaches the log.
 */
export interface Desk {
  publish(place: DeskPlace, type: MessageType, body: Readonly<Record<string, unknown>>): Promise<DeskMessage>;
}

/** The line that a desk speaks for. */
export interface DeskPlace {
  readonly site: string;
  readonly line: string;
}

const NAME = "desk";

/**
 * A health report with a word on the desk, where there is one. Nothing else depends on it: reading works all the same, and
 * what people do is kept.
 */
export function withDeskCheck(
  report: HealthReport,
  desk: { status(): DeskStatus | undefined } | undefined,
): HealthReport {
  if (desk === undefined) return report;
  const check = { name: NAME, ...standing(desk.status()) };
  return { ...report, checks: [...report.checks, check] };
}

function standing(status: DeskStatus | undefined): { readonly ok: boolean; readonly detail: string } {
  if (status === undefined) return { ok: true, detail: "nobody has acted yet" };
  const { waiting, unreachable } = status;
  const kept = waiting === 1 ? "1 action waits" : `${waiting} actions wait`;
  if (unreachable === null)
    return { ok: true, detail: waiting === 0 ? "the log has everything" : `${kept} for the log` };
  const { address, sinceMs, why } = unreachable;
  const detail = `the broker at ${address} can't be reached since ${isoTime(sinceMs)}: ${why}; ${kept} in the outbox`;
  return { ok: false, detail };
}

/** What keeps actions from the log at present; undefined where nothing is known to. */
export function deskHindrance({ checks }: HealthReport): string | undefined {
  return checks.find(({ name, ok }) => name === NAME && !ok)?.detail;
}
