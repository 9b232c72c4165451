import { readFileSync } from "node:fs";
import { NO_MOSQUITTO } from "../../../servers/mosquitto.ts";
import { settle, underLoad } from "../faults.ts";
import { attach, NO_STRACE } from "../kill-at-call.ts";
import type { Row } from "../row.ts";

const SYNC_MS = 500;
const SYNCS = 8;
/** What a process may grow by while the disk is slow; the load would bring more than that in a minute. */
const GROWTH_MIB = 150;

/** Row 10. Every fsync of the data center takes half a second, with keepalives of two seconds. */
export const slowDisk: Row = {
  number: 10,
  fault: "slow disk (500 ms fsync)",
  holds: "memory bounded, no keepalive loop",
  weight: 0.5,
  skip: NO_MOSQUITTO || NO_STRACE,
  async run(run) {
    const { center, publisher } = await underLoad(run, {
      words: ["--keepalive", "5"],
      edge: { keepaliveS: 2 },
    });
    await center.ready();
    const before = residentMiB(center.pid);
    const connected = publisher.events("disconnected").length;
    const slow = await attach(run, center.pid, "fsync,fdatasync", `delay_enter=${SYNC_MS * 1_000}`, "1+");
    const commits = await center.metric("conche_commit_duration_seconds_count");
    await run.until(`${SYNCS} slow commits`, async () => {
      return (await center.metric("conche_commit_duration_seconds_count")) >= commits + SYNCS;
    });
    const grown = residentMiB(center.pid) - before;
    run.require(grown < GROWTH_MIB, `the data center has grown by ${Math.round(grown)} MiB`);
    const lost = publisher.events("disconnected").length - connected;
    run.require(lost === 0, `${lost} connections were lost`);
    await slow?.stop();
    await settle(center, [publisher]);
  },
};

/** Memory that a process has in use, MiB. */
export function residentMiB(pid: number | undefined): number {
  const [, kib] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kib) / 1_024;
}
