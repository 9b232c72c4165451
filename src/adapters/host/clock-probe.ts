import { setTimeout as pause } from "node:timers/promises";

/** How the wall clock behaves. */
export interface ClockProbe {
  /** Milliseconds since 1970. */
  readonly wallMs: number;
  /** How far the wall clock moved against the monotonic one while it was watched, milliseconds. */
  readonly driftMs: number;
}

/** Watches both clocks for a moment: one that is being stepped shows. */
export async function probeClock(watchMs: number): Promise<ClockProbe> {
  const [wall, monotonic] = [Date.now(), performance.now()];
  await pause(watchMs);
  const wallMs = Date.now();
  return { wallMs, driftMs: wallMs - wall - (performance.now() - monotonic) };
}
