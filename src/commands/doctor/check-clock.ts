import { probeClock } from "../../adapters/host/clock-probe.ts";
import { type Check, fail, ok, warn } from "./finding.ts";

/** Before this the program did not exist: a clock that shows it was never set. */
const PROGRAM_EXISTS_SINCE_MS = Date.UTC(2026, 0, 1);
/** After this nobody will still run this version. */
const UNBELIEVABLE_MS = Date.UTC(2100, 0, 1);
const WATCH_MS = 200;
const STEPPED_MS = 50;
const HINT = "set the clock, and keep it set with NTP (timedatectl set-ntp true)";

/** The wall clock: time stamps of the log come from it. */
export const checkClock: Check = async () => {
  const { wallMs, driftMs } = await probeClock(WATCH_MS);
  const now = new Date(wallMs).toISOString();
  if (wallMs < PROGRAM_EXISTS_SINCE_MS || wallMs > UNBELIEVABLE_MS) {
    return [fail("clock", `${now} can't be right`, HINT)];
  }
  if (Math.abs(driftMs) > STEPPED_MS) {
    return [warn("clock", `moved by ${driftMs.toFixed(0)} ms within ${WATCH_MS} ms: it is being set`, HINT)];
  }
  return [ok("clock", now)];
};
