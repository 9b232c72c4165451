import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { NO_MOSQUITTO } from "../../../servers/mosquitto.ts";
import { noSmallDisk } from "../../../servers/small-disk.ts";
import type { Row } from "../row.ts";

const FOLDER = join(import.meta.dirname, "..", "..", "fault-matrix");

/** A row whose whole scenario is a test file: the same processes, the same checks, this run's seed. */
function scenario(
  number: number,
  file: string,
  fault: string,
  holds: string,
  skip: string | false = NO_MOSQUITTO,
): Row {
  return {
    number,
    fault,
    holds,
    weight: 0.1,
    skip,
    async run(run) {
      const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("NODE_TEST"));
      const child = spawn(process.execPath, ["--test", join(FOLDER, file)], {
        env: { ...Object.fromEntries(inherited), CONCHE_TEST_SEED: String(run.seed), TMPDIR: run.folder },
        stdio: ["ignore", "pipe", "inherit"],
        detached: true,
      });
      const ended = Promise.all([text(child.stdout), once(child, "exit")]);
      run.afterwards(async () => {
        endGroup(child.pid);
        await ended;
      });
      const [out, [code]] = await run.within(`${file} ends`, ended);
      run.require(code === 0, `${file} failed: ${out.slice(-1_500)}`);
    },
  };
}

/** Ends what is left of a process and of all that it has started, which have the same process group. */
function endGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, "SIGKILL");
  } catch {
    // All of them have ended by themselves.
  }
}

/** Rows with a fixed scenario: nothing in them but the seed is left to chance. */
export const SCENARIOS: readonly Row[] = [
  scenario(
    8,
    "08-log-disk-full.test.ts",
    "log disk full",
    "no ack, clear error, health 503, resumes by itself when there is room",
    NO_MOSQUITTO || noSmallDisk(),
  ),
  scenario(
    12,
    "12-flipped-bytes.test.ts",
    "flipped bytes in db or WAL",
    "refuses to start and says so; never silently empty",
    false,
  ),
  scenario(19, "19-repeated-message.test.ts", "one message 1,000 times", "one row"),
  scenario(22, "22-qos-downgraded.test.ts", "broker grants a lower QoS in SUBACK", "not ready, and says so"),
  scenario(
    24,
    "24-hostile-payloads.test.ts",
    "bad JSON, depth 10,000, __proto__, bad UTF-8, empty, NaN, 1e400",
    "raw bytes in quarantine, acknowledged; no crash",
  ),
  scenario(
    25,
    "25-foreign-topics.test.ts",
    "foreign topic, 200 levels, 65 kB topic",
    "refused or quarantined",
  ),
  scenario(
    26,
    "26-oversize.test.ts",
    "oversize message; 256 MB length header",
    "refused, no resend loop, memory flat",
  ),
  scenario(32, "32-retained-replay.test.ts", "retained message replayed on reconnect", "not a new event"),
];
