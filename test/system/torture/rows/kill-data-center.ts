import { NO_MOSQUITTO } from "../../../servers/mosquitto.ts";
import { crashConche, settle, startConcheUnderFire, underLoad } from "../faults.ts";
import type { Row } from "../row.ts";

const KILLS = 6;

/** Row 1. With its own broker, whose machines it takes down with it, or behind Mosquitto. */
export const killDataCenter: Row = {
  number: 1,
  fault: "kill -9 ingester mid-batch",
  holds: "lost 0, each row once",
  weight: 6,
  skip: NO_MOSQUITTO,
  async run(run) {
    const { center, publisher } = await underLoad(run);
    for (let kill = 1; kill <= run.times(KILLS); kill++) {
      await crashConche(run, center);
      await startConcheUnderFire(run, center);
      await run.pause(300);
    }
    await settle(center, [publisher]);
  },
};
