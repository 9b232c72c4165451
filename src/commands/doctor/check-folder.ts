import { probeFolder } from "../../adapters/host/probes.ts";
import { asConcheError } from "../report-error.ts";
import { type Check, type Finding, fail, ok, warn } from "./finding.ts";

const MEBIBYTE = 1_048_576;
const TOO_LITTLE_BYTES = 64 * MEBIBYTE;
const LITTLE_BYTES = 1_024 * MEBIBYTE;
/** Beyond this, waiting for the disk shows in every commit. */
const SLOW_FSYNC_MS = 50;

/** The data folder: writable, room, what it stands on, how long a commit waits for the disk. */
export const checkFolder: Check = async ({ data }) => {
  try {
    const { exists, freeBytes, medium, fsync } = await probeFolder(data);
    const folder = ok(
      "data folder",
      exists ? `${data} is writable` : `${data} will be made at the first start`,
    );
    const findings: Finding[] = [folder, room(freeBytes)];
    if (medium !== "disk") findings.push(notADisk(medium));
    const times = `median ${fsync.medianMs.toFixed(2)} ms, longest ${fsync.longestMs.toFixed(2)} ms`;
    const slow = fsync.medianMs > SLOW_FSYNC_MS;
    findings.push(
      slow
        ? warn(
            "fsync",
            `${times}: every acknowledgement waits that long`,
            "put the data folder on a faster disk",
          )
        : ok("fsync", times),
    );
    return findings;
  } catch (error) {
    const { message, hint } = asConcheError(error);
    return [fail("data folder", message, hint)];
  }
};

function room(freeBytes: number): Finding {
  const text = `${(freeBytes / MEBIBYTE / 1_024).toFixed(1)} GiB free`;
  if (freeBytes < TOO_LITTLE_BYTES)
    return fail("disk", text, "make room: with a full disk nothing is acknowledged");
  if (freeBytes < LITTLE_BYTES)
    return warn("disk", text, "make room soon: with a full disk nothing is acknowledged");
  return ok("disk", text);
}

function notADisk(medium: "memory" | "network"): Finding {
  return medium === "memory"
    ? warn(
        "medium",
        "the folder is in memory: it is empty after the machine went off",
        "put the log on a disk",
      )
    : fail(
        "medium",
        "the folder is on the network: SQLite's WAL mode isn't safe there",
        "put the log on a local disk",
      );
}
