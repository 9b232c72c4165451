import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { type Mosquitto, NO_MOSQUITTO } from "../../../servers/mosquitto.ts";
import { Center } from "../center.ts";
import { mosquitto, settle } from "../faults.ts";
import { Publisher } from "../publisher.ts";
import type { Row } from "../row.ts";
import type { TortureRun } from "../torture-run.ts";

const KILLS = 12;
/** Mosquitto saves its sessions now and then, so that what a kill leaves is stale. */
const STALE = [
  "max_queued_messages 0",
  "persistence true",
  "persistence_location FOLDER/",
  "autosave_on_changes true",
  "autosave_interval 100",
];

async function killBroker(run: TortureRun, broker: Mosquitto): Promise<void> {
  await broker.kill();
  run.kills++;
}

/** Row 3. The broker's state is gone (it keeps none), or an older one is put back. */
export const killLocalBroker: Row = {
  number: 3,
  fault: "kill -9 local broker, its state stale or gone",
  holds: "edge re-sends from the outbox",
  weight: 5,
  skip: NO_MOSQUITTO,
  async run(run) {
    const broker = await mosquitto(run, run.chance(0.5) ? STALE : undefined);
    const state = join(broker.folder, "mosquitto.db");
    const older = join(run.folder, "older.db");
    const center = await Center.make(run, { brokerPort: broker.port });
    await center.start();
    const publisher = new Publisher(run, { url: center.url });
    publisher.start();
    await publisher.flowing();
    for (let kill = 1; kill <= run.times(KILLS); kill++) {
      await run.pause(500);
      await killBroker(run, broker);
      if (existsSync(older) && run.chance(0.3)) copyFileSync(older, state);
      else if (existsSync(state)) copyFileSync(state, older);
      await run.pause(100);
      await broker.start();
    }
    await settle(center, [publisher]);
  },
};

/** Row 4. What the broker had acknowledged is gone with it before anybody has stored it. */
export const killCloudBroker: Row = {
  number: 4,
  fault: "kill -9 cloud broker, sessions gone, ingester starts last",
  holds: "no receipt, so kept and re-sent",
  weight: 3,
  skip: NO_MOSQUITTO,
  async run(run) {
    const broker = await mosquitto(run);
    const center = await Center.make(run, { brokerPort: broker.port });
    const publisher = new Publisher(run, { url: center.url });
    for (let round = 1; round <= 3; round++) {
      publisher.start();
      await publisher.notice("is connected", (notice) => {
        return notice.kind === "event" && notice.event === "connected";
      });
      await publisher.flowing(run.integer(50, 400));
      await run.pause(200);
      await killBroker(run, broker);
      await broker.start();
      if (run.chance(0.5)) await publisher.kill();
      await center.start();
      await run.pause(500);
      await center.endInOrder();
      if (publisher.running) await publisher.kill();
    }
    await settle(center, [publisher]);
  },
};
