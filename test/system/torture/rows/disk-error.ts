import { NO_MOSQUITTO } from "../../../servers/mosquitto.ts";
import { settle, underLoad } from "../faults.ts";
import { attach, NO_STRACE } from "../kill-at-call.ts";
import type { Row } from "../row.ts";

const ROUNDS = 3;

/** Row 11. From some call on the disk answers EIO; the process must end by itself, with an error. */
export const diskError: Row = {
  number: 11,
  fault: "fsync I/O error",
  holds: "process exits non-zero without acknowledging",
  weight: 2,
  skip: NO_MOSQUITTO || NO_STRACE,
  async run(run) {
    const { center, publisher } = await underLoad(run, { started: false });
    for (let round = 1; round <= ROUNDS; round++) {
      await center.start();
      await center.ready();
      const calls = run.pick(["fsync,fdatasync", "fsync,fdatasync", "pwrite64"]);
      const failing = await attach(run, center.pid, calls, "error=EIO", `${run.integer(1, 12)}+`);
      const code = await center.ended();
      run.require(code === 1, `ended with ${code} when ${calls} failed`);
      const said = center.process.errors.join("\n");
      run.require(said.includes("CONCHE_LOG_IO"), `said nothing of the disk: ${said}`);
      await failing?.stop();
    }
    await settle(center, [publisher]);
  },
};
