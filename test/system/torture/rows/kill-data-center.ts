import { NO_MOSQUITTO } from "../../../servers/mosquitto.ts";
import { Center } from "../center.ts";
import { crashConche, mosquitto, settle, startConcheUnderFire } from "../faults.ts";
import { Publisher } from "../publisher.ts";
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
    const broker = run.chance(0.5) ? await mosquitto(run) : undefined;
    const center = await Center.make(run, { brokerPort: broker?.port });
    await center.start();
    const publisher = new Publisher(run, { url: center.url });
    publisher.start();
    await publisher.flowing();
    for (let kill = 1; kill <= run.times(KILLS); kill++) {
      await crashConche(run, center);
      await startConcheUnderFire(run, center);
      await run.pause(300);
    }
    await settle(center, [publisher]);
  },
};
