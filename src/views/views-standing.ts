import { type FollowerStatus, leading } from "./follower-status.ts";

/** What is known of the views in the process that keeps or serves them. */
export interface ViewsKnown {
  readonly status: FollowerStatus;
  /** Why nothing is folded at present; undefined where nothing is wrong. */
  readonly stopped: string | undefined;
  /** Whether their file is there. */
  readonly there: boolean;
  /** The id of the newest message of the log. */
  readonly logEnd: number;
}

/** How the views stand, for health: in a sentence, and whether every one of them answers. */
export interface ViewsStanding {
  readonly ok: boolean;
  readonly detail: string;
  readonly answering: boolean;
}

/** How the views stand: how far they are behind the log, and why. What isn't there doesn't have everything. */
export function viewsStanding({ status, stopped, there, logEnd }: ViewsKnown): ViewsStanding {
  const editions = leading(status.views);
  if (!there || editions.length === 0) {
    return { ok: false, detail: stopped ?? "the views are being opened", answering: false };
  }
  const answering = editions.every(({ standing }) => standing === "answering");
  const behind = Math.max(0, ...editions.map(({ position }) => logEnd - position));
  const lag = behind === 0 ? "they have everything" : `they are ${behind} messages behind`;
  if (stopped !== undefined) return { ok: false, detail: `stopped: ${stopped}; ${lag}`, answering };
  return { ok: answering, detail: answering ? lag : `being made: ${lag}`, answering };
}
