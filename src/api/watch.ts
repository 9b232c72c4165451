import { machineStateView } from "../monitor/machine-state/machine-state-view.ts";
import { silenceOf } from "../monitor/machine-state/silence.ts";
import { heardUntilMs } from "../views/heard-until.ts";
import type { ApiContext } from "./context.ts";

/** Up to when the views have heard, ms since 1970, and how long each machine may say nothing. */
export interface HeardWatch {
  readonly nowMs: number;
  silentAfterMs(machine: string): number;
}

/**
 * What silence and staleness are judged by. Views that are behind the log don't know that a machine was silent since:
 * their present is the time up to which they have heard.
 */
export function watchOf(
  context: Pick<ApiContext, "plant" | "nowMs"> & {
    readonly views: Pick<ApiContext["views"], "reading">;
    readonly log: () => Pick<ReturnType<ApiContext["log"]>, "query">;
  },
): HeardWatch {
  return { nowMs: heardMs(context), silentAfterMs: silenceOf(context.plant) };
}

function heardMs({ views, log, nowMs }: Parameters<typeof watchOf>[0]): number {
  try {
    return heardUntilMs(views.reading(machineStateView).position(), log(), nowMs);
  } catch {
    // The log may be away for a moment, or the views be a copy without one; views that don't answer say so themselves.
    return nowMs;
  }
}
