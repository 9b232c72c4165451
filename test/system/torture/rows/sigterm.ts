import { NO_MOSQUITTO } from "../../../servers/mosquitto.ts";
import { settle, underLoad } from "../faults.ts";
import type { Row } from "../row.ts";

/** What docker and systemd give, and what is promised; what a busy machine lets it wait is no part of it. */
const WITHIN_MS = 10_000;

/** Row 5. Asked to end again and again under load. */
export const sigtermUnderLoad: Row = {
  number: 5,
  fault: "SIGTERM under load",
  holds: "drained and exited within 10 s, nothing lost",
  weight: 1,
  skip: NO_MOSQUITTO,
  async run(run) {
    const { center, publisher } = await underLoad(run, { started: false });
    for (let round = 1; round <= 3; round++) {
      await center.start();
      await run.pause(600);
      await center.endInOrder(WITHIN_MS);
    }
    await settle(center, [publisher]);
  },
};
