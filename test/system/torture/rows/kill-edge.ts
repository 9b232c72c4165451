import { NO_MOSQUITTO } from "../../../servers/mosquitto.ts";
import { Center } from "../center.ts";
import { crashPublisher, mosquitto, settle } from "../faults.ts";
import { Publisher } from "../publisher.ts";
import type { Row } from "../row.ts";

const KILLS = 8;

/** Row 2. Each process takes over the outbox of the one that was killed. */
export const killEdge: Row = {
  number: 2,
  fault: "kill -9 edge or bridge",
  holds: "lost 0",
  weight: 6,
  skip: NO_MOSQUITTO,
  async run(run) {
    const broker = await mosquitto(run);
    const center = await Center.make(run, { brokerPort: broker.port });
    await center.start();
    const publisher = new Publisher(run, { url: center.url });
    for (let kill = 1; kill <= run.times(KILLS); kill++) {
      publisher.start();
      await publisher.flowing(run.integer(1, 100));
      await crashPublisher(run, publisher);
    }
    await settle(center, [publisher]);
  },
};
