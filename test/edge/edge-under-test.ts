import { randomBytes } from "node:crypto";
import type { MachineKey } from "../../src/contract/topic.ts";
import { Edge } from "../../src/edge/edge.ts";
import type { EdgeEvent } from "../../src/edge/edge-event.ts";
import type { EdgeSettings } from "../../src/edge/edge-options.ts";
import { ManualClock, turn } from "../time/manual-clock.ts";
import { FakeBroker } from "./fake-broker.ts";
import { MemoryOutbox } from "./memory-outbox.ts";

export const MACHINE = "tunis-01/line-a/s5_tempering/temper-01" as MachineKey;
export const TS = "2026-01-11T10:00:00Z";
export const ALARM = { ts: TS, alarm_id: "temp-high", event: "acknowledged", by: "a.trabelsi" } as const;

/** An edge over a disk, a broker and a clock that are the test's. */
export function edgeOver({
  outbox = new MemoryOutbox(),
  broker = new FakeBroker(),
  clock = new ManualClock(),
  settings = {},
}: {
  outbox?: MemoryOutbox;
  broker?: FakeBroker;
  clock?: ManualClock;
  settings?: Partial<EdgeSettings>;
} = {}) {
  const edge = new Edge({
    outbox,
    openLink: broker.open,
    clock,
    wallClock: () => Date.parse(TS),
    randomBytes,
    random: () => 0.5,
    settings,
  });
  const events: EdgeEvent[] = [];
  edge.onEvent((event) => events.push(event));
  const kinds = () => events.map(({ kind }) => kind);
  return { edge, outbox, broker, clock, events, kinds };
}

export { turn };
