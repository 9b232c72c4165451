import type { AlarmV2 } from "../../contract/schemas/alarm-v2.ts";
import { ConcheError } from "../../errors/conche-error.ts";
import type { AlarmNow } from "./alarm-list.ts";
import type { AlarmEventRow } from "./alarm-tables.ts";

/** What a person does with an alarm. */
export type AlarmAction =
  | { readonly kind: "acknowledge"; readonly comment?: string | undefined }
  | { readonly kind: "comment"; readonly comment: string }
  | { readonly kind: "shelve"; readonly untilMs: number; readonly reason: string }
  | { readonly kind: "unshelve" }
  | { readonly kind: "take_out_of_service"; readonly reason: string }
  | { readonly kind: "return_to_service" };

/** Who acts, and what he has seen of the alarm: its version; undefined where he acts on what there is. */
export interface Actor {
  readonly by: string;
  readonly seen?: number | undefined;
}

type WithoutEnvelope<Payload> = Payload extends unknown
  ? Omit<Payload, "v" | "boot" | "seq" | "refill">
  : never;
/** An alarm message as a desk says it: the library adds version and identity. */
export type AlarmBody = WithoutEnvelope<AlarmV2>;

/** The longest that an alarm may be shelved: longer is for out of service, which is looked after (ISA-18.2). */
export const LONGEST_SHELVED_MS = 7 * 86_400_000;
const SHOWN = 3;

/**
 * The message that carries an action. `events` are the alarm's newest ones.
 * @throws ConcheError CONCHE_ACTION_STALE where something has happened that the person hasn't seen, with what it was;
 *   CONCHE_ACTION_REFUSED where there is nothing to be done
 */
export function alarmMessage(
  alarm: AlarmNow,
  events: readonly AlarmEventRow[],
  action: AlarmAction,
  { by: person, seen }: Actor,
  nowMs: number,
): AlarmBody {
  const by = person.trim();
  if (seen !== undefined && seen < alarm.version) throw stale(alarm, events, seen);
  const why = refusal(alarm, action, nowMs);
  if (why !== undefined) {
    throw new ConcheError("CONCHE_ACTION_REFUSED", {
      message: `${alarm.alarmId} of ${alarm.machine} ${why}`,
    });
  }
  const common = {
    ts: iso(nowMs),
    alarm_id: alarm.alarmId,
    source: alarm.machine,
    // Which occurrence is meant: one that comes while the message is on its way is not acknowledged unseen.
    ...(alarm.newest === null ? {} : { raised_at: iso(alarm.newest.raisedMs) }),
  };
  switch (action.kind) {
    case "acknowledge": {
      const comment = action.comment === undefined ? {} : { comment: action.comment.trim() };
      return { ...common, event: "acknowledged", by, ...comment };
    }
    case "comment":
      return { ...common, event: "commented", by, comment: action.comment.trim() };
    case "shelve":
      return { ...common, event: "shelved", by, until: iso(action.untilMs), reason: action.reason.trim() };
    case "unshelve":
      return { ...common, event: "unshelved", by };
    case "take_out_of_service":
      return { ...common, event: "out_of_service", by, reason: action.reason.trim() };
    case "return_to_service":
      return { ...common, event: "returned_to_service", by };
  }
}

/** Why an action would change nothing, or must not be. */
function refusal(alarm: AlarmNow, action: AlarmAction, nowMs: number): string | undefined {
  switch (action.kind) {
    case "acknowledge":
      return alarm.unacknowledged > 0 ? undefined : "has nothing that is unacknowledged";
    case "comment":
      return undefined;
    case "shelve":
      if (action.untilMs <= nowMs) return `would be shelved until ${iso(action.untilMs)}, which is over`;
      return action.untilMs - nowMs > LONGEST_SHELVED_MS ? "can be shelved for 7 days at most" : undefined;
    case "unshelve":
      return alarm.silence?.kind === "shelved" ? undefined : "is not shelved";
    case "take_out_of_service":
      return alarm.silence?.kind === "out_of_service" ? "is out of service already" : undefined;
    case "return_to_service":
      return alarm.silence?.kind === "out_of_service" ? undefined : "is not out of service";
  }
}

function stale(alarm: AlarmNow, events: readonly AlarmEventRow[], seen: number): ConcheError {
  const news = events.filter(({ newest_id }) => newest_id > seen);
  const shown = news.slice(0, SHOWN).map(({ event, said_ms, by, message_id }) => {
    return `${event} at ${iso(said_ms)}${by === null ? "" : ` by ${by}`} (message ${message_id})`;
  });
  const more = news.length > SHOWN ? `, and ${news.length - SHOWN} more` : "";
  return new ConcheError("CONCHE_ACTION_STALE", {
    message: `since message ${seen} of ${alarm.alarmId} of ${alarm.machine}: ${shown.join(", ")}${more}; it is ${alarm.state} now (message ${alarm.version})`,
  });
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
