import type { EdgeStatus } from "../edge.ts";
import type { DownCounts } from "./down-flow.ts";
import type { ForwarderCounts } from "./forwarder.ts";

/** One side of an edge or bridge. */
export interface SideStatus {
  /** Connected and able to do its work; for an embedded broker: listening. */
  readonly up: boolean;
  /** One line for people. */
  readonly detail: string;
}

/** How an edge or bridge stands; counts are since its start. */
export interface ForwardStatus {
  readonly local: SideStatus;
  readonly cloud: SideStatus;
  readonly counts: Readonly<ForwarderCounts>;
  readonly down: Readonly<DownCounts>;
  /** Messages received and not settled. */
  readonly unsettled: number;
  /** Times that the machines' broker had lost our session. */
  readonly sessionsLost: number;
  readonly edge: EdgeStatus;
}
